"""What an `EventStream` reads from."""

import io
import os
from pathlib import Path

import pytest
from stream_wire import CREATED, DEMO, delta, terminal

import or_stream as ors


@pytest.mark.parametrize(
    "kind", [bytes, bytearray, memoryview, io.BytesIO, lambda data: [data], lambda data: iter([data])]
)
def test_bytes_in_memory(kind):
    with ors.EventStream(kind(DEMO)) as stream:
        assert stream.get_final_response().status == "completed"


def test_a_buffer_may_change_afterwards():
    data = bytearray(DEMO)
    stream = ors.EventStream(data)
    data[:] = bytes(len(data))
    assert stream.get_final_response().status == "completed"


def test_paths_and_files(tmp_path: Path):
    path = tmp_path / "a.sse"
    path.write_bytes(DEMO)
    with ors.EventStream(path) as stream:
        assert stream.get_final_response().status == "completed"
    file = path.open("rb")
    with ors.EventStream(file) as stream:
        next(stream)
    assert file.closed
    with pytest.raises(FileNotFoundError):
        ors.EventStream(tmp_path / "missing.sse")


def test_a_pipe_is_read_as_it_comes():
    read, write = os.pipe()
    with os.fdopen(write, "wb", buffering=0) as pen, ors.EventStream(os.fdopen(read, "rb")) as stream:
        pen.write(CREATED)
        assert isinstance(next(stream), ors.Created)
        pen.write(delta("a") + delta("b")[:20])
        assert next(stream).delta == "a"
        pen.write(delta("b")[20:] + terminal("completed", "ab"))
        assert stream.get_final_text() == "ab"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("data: x", "encode it"),
        (io.StringIO("data: x"), "binary mode"),
        (3, "cannot read a stream from int"),
        (type("A", (), {"__aiter__": lambda self: self})(), "AsyncEventStream"),
    ],
)
def test_what_gives_no_bytes_is_refused(source, words):
    with pytest.raises(TypeError, match=words):
        ors.EventStream(source)


def test_chunks_of_text_are_a_type_error():
    with ors.EventStream(["data: x\n\n"]) as stream, pytest.raises(TypeError, match="bytes"):
        next(stream)
