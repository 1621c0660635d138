"""What users write with connections, many streams and the SDK: for mypy and pyright in strict mode, never run."""

from typing import assert_type

import openai

import or_stream as ors
from or_stream.openai import Answer, AsyncAnswer, stream, use_decoder

URL = "http://localhost:8000/v1/responses"


async def connect_with_everything() -> None:
    policy = ors.Resume(max_attempts=3, url=lambda response_id: f"{URL}/{response_id}")
    marks = ors.ReadAhead(max_bytes=1 << 20, max_events=100)
    async with ors.connect(
        URL, {"model": "m"}, resume=policy, read_ahead=marks, coalesce=True, idle_timeout=60, total_timeout=None
    ) as events:
        assert_type(events, ors.AsyncEventStream)
        assert_type(events.outcome, ors.Outcome | None)
    with ors.connect_sync(URL, resume=policy) as plain:
        assert_type(plain, ors.EventStream)


async def gather() -> int:
    failed = 0
    async with ors.gather_streams((ors.connect(URL, {"n": n}) for n in range(9)), limit=3) as results:
        async for result in results:
            assert_type(result.first_token_seconds, float | None)
            assert_type(result.error, Exception | None)
            failed += result.error is not None
    return failed


async def turns() -> None:
    async with ors.ResponsesWebSocket(URL, headers={"authorization": "Bearer k"}) as socket:
        async with socket.create({"model": "m"}, follow_up=True) as turn:
            assert_type(turn, ors.AsyncEventStream)
        async with socket.create({"model": "m"}, read_ahead=ors.ReadAhead(), total_timeout=9) as turn:
            assert_type(turn, ors.AsyncEventStream)
        assert_type(socket.last_response_id, str | None)


def sdk(client: openai.OpenAI, other: openai.AsyncOpenAI) -> None:
    assert_type(use_decoder(client), openai.OpenAI)
    assert_type(use_decoder(other, limits=ors.Limits()), openai.AsyncOpenAI)
    assert_type(stream(client, model="m", require_terminal=False, text_format=list[int]), Answer)
    assert_type(stream(other, model="m", coalesce=True, read_ahead=ors.ReadAhead(), idle_timeout=3.0), AsyncAnswer)
