"""`connect(text_format=...)` and `get_final_parsed` over a real connection."""

import json

import pytest
from pydantic import BaseModel, TypeAdapter

import or_stream as ors
from or_stream.models import CreateResponse, JsonSchemaFormat, TextConfig
from or_stream.transports.text_format import with_text_format

pytestmark = pytest.mark.anyio


class Weather(BaseModel):
    city: str
    celsius: int


FORMAT = JsonSchemaFormat.of(Weather).to_dict()
BERGEN = '{"city": "Bergen", "celsius": 7}'


def answers(text, status="completed"):
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    body = ors.synthesize({"id": "r", "object": "response", "status": status, "output": [message]})
    return lambda exchange: exchange.whole(body)


async def test_the_value_of_the_answer(server):
    url = server.script(answers(BERGEN))
    async with ors.connect(url, {"model": "m"}, text_format=Weather) as stream:
        assert await stream.get_final_parsed(Weather) == Weather(city="Bergen", celsius=7)
    with ors.connect_sync(url, CreateResponse(model="m"), text_format=TypeAdapter(Weather)) as stream:
        assert stream.get_final_parsed(TypeAdapter(Weather)) == Weather(city="Bergen", celsius=7)
    for request in server.requests:
        assert json.loads(request.body) == {"model": "m", "stream": True, "text": {"format": FORMAT}}


async def test_an_error_tells_where_the_stream_was(server):
    url = server.script(answers("no"))
    async with ors.connect(url, {}, text_format=Weather) as stream:
        with pytest.raises(ors.OutputParseError, match="Invalid JSON") as caught:
            await stream.get_final_parsed(Weather)
        assert caught.value.events_seen == stream.stats.events > 0
        assert caught.value.partial == await stream.get_final_response()
    with ors.connect_sync(server.script(answers(BERGEN, "incomplete")), {}) as stream:
        with pytest.raises(ors.OutputIncomplete) as caught:
            stream.get_final_parsed(Weather)
        assert caught.value.events_seen > 0


async def test_a_cut_stream_is_still_a_cut_stream(server):
    cut = ors.synthesize({"id": "r", "status": "completed", "output": []})[:200]
    url = server.script(lambda exchange: exchange.whole(cut))
    with pytest.raises(ors.StreamTruncated), ors.connect_sync(url, {}) as stream:
        stream.get_final_parsed(Weather)


def test_other_text_settings_are_kept_and_the_callers_mapping_is_not_changed():
    request = {"model": "m", "text": {"verbosity": "low"}}
    assert with_text_format(request, Weather)["text"] == {"verbosity": "low", "format": FORMAT}
    assert request == {"model": "m", "text": {"verbosity": "low"}}
    model = CreateResponse(text=TextConfig(verbosity="low"))
    assert with_text_format(model, Weather)["text"] == {"verbosity": "low", "format": FORMAT}
    assert with_text_format({"text": TextConfig(verbosity="low")}, Weather)["text"]["format"] == FORMAT


def test_what_cannot_be_asked_is_refused_before_anything_is_sent():
    with pytest.raises(ValueError, match=r"text\.format of its own"):
        ors.connect("http://x", {"text": {"format": {"type": "text"}}}, text_format=Weather)
    for body in (b"{}", None):
        with pytest.raises(TypeError, match="text_format needs"):
            ors.connect_sync("http://x", body, text_format=Weather)
