"""What a suite of the contract asks of a server, asked through relays; the server behind them is `or_stream.serve`."""

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

import or_stream as ors
from or_stream.models import CreateResponse
from or_stream.models.violations import violations
from tests.streams.answers import custom_tool_call, function_call, message, reasoning, text
from tests.streams.script import Answer
from tests.transports.scripted_server import eventually

from .gateways import gateway

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Current weather of a city.",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
    "strict": True,
}
PIXEL = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def said(role: str, *content: Any) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": list(content)}


def words(text: str) -> dict[str, str]:
    return {"type": "input_text", "text": text}


@dataclass(frozen=True)
class Case:
    """A request, and what the server answers."""

    name: str
    request: dict[str, Any]
    answer: Answer

    @property
    def response(self) -> dict[str, Any]:
        return self.answer.response("completed")


CALL = function_call("get_weather", '{"location": "San Francisco"}')
CASES = (
    Case(
        "text", {"input": [said("user", words("Say hello in exactly 3 words."))]}, Answer((message(text("Hi to you")),))
    ),
    Case("string", {"input": "Count from 1 to 5."}, Answer((message(text("1, 2, 3, 4, 5")),))),
    Case(
        "system",
        {"input": [said("system", words("You are a pirate.")), said("user", words("Say hello."))]},
        Answer((message(text("Ahoy! 🏴\u200d☠️")),)),
    ),
    Case("tool", {"input": "Weather in San Francisco?", "tools": [TOOL], "tool_choice": "auto"}, Answer((CALL,))),
    Case(
        "tool-result",
        {
            "input": [
                said("user", words("Weather?")),
                {"type": "function_call", "call_id": "call_01", "name": "get_weather", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "call_01", "output": "18 degrees"},
            ],
            "tools": [TOOL],
        },
        Answer((message(text("18 degrees.")),)),
    ),
    Case(
        "image",
        {
            "input": [
                said("user", words("What is this?"), {"type": "input_image", "image_url": PIXEL, "detail": "auto"})
            ]
        },
        Answer((message(text("A red heart.")),)),
    ),
    Case(
        "turns",
        {
            "input": [
                said("user", words("My name is Alice.")),
                said("assistant", {"type": "output_text", "text": "Hello Alice!"}),
                said("user", words("What is my name?")),
            ]
        },
        Answer((reasoning("She told me.", "Remembers the name."), message(text("Alice.")))),
    ),
    Case(
        "parallel",
        {"input": "Two cities.", "tools": [TOOL], "parallel_tool_calls": True},
        Answer((message(text("Looking.")), CALL, function_call("get_weather", "{}", id="fc_02", call_id="call_02"))),
    ),
)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_framework = pytest.mark.parametrize("name", ["starlette-uvicorn", "fastapi-granian", "aiohttp"])


def asked(case: Case, **more: Any) -> dict[str, Any]:
    return {"model": "test-model-1", **case.request, **more}


def judge(final: dict[str, Any], case: Case) -> None:
    """The final response keeps the contract, and is the one that was to be given."""
    assert violations(final) == []
    assert final["output"] == case.response["output"]
    assert final["usage"] == case.response["usage"]


@each_framework
@each_case
def test_streamed(name: str, case: Case, responses_server: Any) -> None:
    url = responses_server.serve(case.response)
    with gateway(name, url) as (own, ends):
        reply = httpx2.post(own, json=asked(case, stream=True), timeout=20)
        eventually(lambda: ends)
    assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert responses_server.requests[-1].json == asked(case, stream=True)
    report = ors.check(reply.content)
    assert (report.findings, report.outcome) == ([], ors.Outcome.COMPLETED)
    judge(ors.EventStream(reply.content).get_final_response().to_dict(), case)
    assert ends[0].tap.usage.total_tokens == case.response["usage"]["total_tokens"]


@each_framework
@each_case
def test_not_streamed(name: str, case: Case, responses_server: Any) -> None:
    url = responses_server.serve(case.response)
    with gateway(name, url) as (own, ends):
        reply = httpx2.post(own, json=asked(case), timeout=20)
        eventually(lambda: ends)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    judge(reply.json(), case)
    assert ends[0].outcome is ors.Outcome.COMPLETED


@each_framework
def test_a_client_of_the_library_reads_it_strictly(name: str, responses_server: Any) -> None:
    async def read(own: str) -> Any:
        async with (
            httpx2.AsyncClient() as client,
            ors.connect(own, CreateResponse(model="m", input="hi"), client=client, strict=True) as stream,
        ):
            return await stream.get_final_response()

    case = CASES[-1]
    with gateway(name, responses_server.serve(case.response)) as (own, _):
        judge(asyncio.run(read(own)).to_dict(), case)


@each_framework
@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_bad_request_is_the_servers_to_refuse(name: str, body: bytes, responses_server: Any) -> None:
    with gateway(name, responses_server.serve(CASES[0].response)) as (own, ends):
        reply = httpx2.post(own, content=body, timeout=20)
        eventually(lambda: ends)
    direct = httpx2.post(responses_server.url, content=body, timeout=20)
    assert 400 <= reply.status_code < 500
    assert (reply.status_code, reply.json()) == (direct.status_code, direct.json())
    assert set(reply.json()["error"]) >= {"type", "code", "message", "param"}


@each_case
def test_by_websocket(case: Case, responses_server: Any) -> None:
    """The same requests to the server itself, each stream judged; `tests/gateway` asks them through the gateway."""

    async def turn(url: str) -> tuple[list[bytes], Any]:
        async with (
            ors.ResponsesWebSocket(url, strict=True) as socket,
            socket.create(CreateResponse.model_validate(asked(case))) as stream,
        ):
            told = [event.raw async for event in stream]
            return told, await stream.get_final_response()

    responses_server.serve(case.response)
    told, final = asyncio.run(turn(responses_server.websocket_url))
    judge(final.to_dict(), case)
    kinds = [json.loads(raw)["type"].encode() for raw in told]
    body = b"".join(b"event: %b\ndata: %b\n\n" % (kind, raw) for kind, raw in zip(kinds, told, strict=True))
    assert ors.check(body + b"data: [DONE]\n\n").findings == []


def test_the_judge_finds_faults() -> None:
    """A tool beyond the contract is one."""
    answer = Answer((custom_tool_call("f", "x"),)).response("completed")
    assert violations(answer)
    assert ors.check(ors.synthesize(answer)).findings
