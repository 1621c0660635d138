"""`stream.arguments(call_id)`: the live view of a tool call, over both streams."""

import pytest
from stream_wire import CREATED, DONE, event, terminal

import or_stream as ors

CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "write", "arguments": ""}
PIECES = ['{"path": "/tmp/a", "con', 'tent": "li', 'ne"}']
VALUES = [{"path": "/tmp/a"}, {"path": "/tmp/a", "content": "li"}, {"path": "/tmp/a", "content": "line"}]
ADDED = event("response.output_item.added", output_index=0, item=CALL)
DELTAS = [
    event("response.function_call_arguments.delta", item_id="fc_1", output_index=0, delta=piece) for piece in PIECES
]
STREAM = [CREATED, ADDED, *DELTAS, terminal("completed"), DONE]


def test_a_thread_sees_the_value_grow():
    with ors.EventStream(STREAM) as stream:
        with pytest.raises(KeyError):
            stream.arguments("call_1")
        seen = [
            dict(stream.arguments("call_1").value)
            for told in stream
            if isinstance(told, ors.FunctionCallArgumentsDelta)
        ]
        assert seen == VALUES
        assert stream.arguments("fc_1").is_complete


@pytest.mark.anyio
async def test_a_task_sees_the_value_grow_in_a_view_that_it_keeps():
    view, seen = None, []
    async with ors.AsyncEventStream(STREAM) as stream:
        async for told in stream:
            if isinstance(told, ors.OutputItemAdded):
                view = stream.arguments("call_1")
            if isinstance(told, ors.FunctionCallArgumentsDelta):
                seen.append(dict(view.value))
    assert seen == VALUES
    assert (view.is_complete, view.text) == (True, "".join(PIECES))


@pytest.mark.anyio
async def test_until_done_feeds_it_too():
    async with ors.AsyncEventStream(STREAM) as stream:
        await stream.until_done()
        assert stream.arguments("call_1").value == VALUES[-1]
    with ors.EventStream(STREAM) as stream:
        stream.until_done()
        assert stream.arguments("call_1").value == VALUES[-1]
