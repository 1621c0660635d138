"""A recorded source: the stream is as it was, and the file has every chunk with its time."""

import asyncio
import time

import httpx2
import pytest

import or_stream as ors
from or_stream.bench.captures import CaptureError, read_capture, recorded, recorded_async
from tests.captures.slow_server import PIECES, SlowServer


@pytest.fixture
def server():
    with SlowServer() as found:
        yield found


def assert_as_sent(path):
    capture = read_capture(path)
    assert capture.body == b"".join(PIECES)
    times = [chunk.t_ns for chunk in capture.chunks]
    assert times == sorted(times)
    # The server waits 10 ms before each event; a busy machine may join some of them.
    assert len(times) > 1
    assert times[-1] > 10_000_000 * (len(PIECES) - 3)
    assert capture.status == 200
    assert capture.headers == {"content-type": "text/event-stream"}
    assert capture.end_ns >= capture.chunks[-1].t_ns
    return capture


def test_a_response_read_by_a_thread(server, tmp_path):
    start = time.monotonic_ns()
    with httpx2.Client() as client, client.stream("POST", server.url) as response:
        source = recorded(response, tmp_path / "c.orx", start_ns=start)
        with ors.EventStream(source) as stream:
            assert stream.get_final_response().status == "completed"
            assert stream.http_response is response
    assert source.fault is None
    capture = assert_as_sent(tmp_path / "c.orx")
    metrics = capture.timeline().metrics("vllm", start_ns=0)
    assert metrics.succeeded


def test_a_response_read_by_a_task(server, tmp_path):
    async def read():
        async with (
            httpx2.AsyncClient() as client,
            client.stream("POST", server.url) as response,
            ors.AsyncEventStream(recorded_async(response, tmp_path / "c.jsonl")) as stream,
        ):
            return await stream.get_final_response()

    assert asyncio.run(read()).status == "completed"
    assert_as_sent(tmp_path / "c.jsonl")


def test_a_stream_that_is_left_early_is_cut(server, tmp_path):
    with (
        httpx2.Client() as client,
        client.stream("POST", server.url) as response,
        ors.EventStream(recorded(response, tmp_path / "c.orx")) as stream,
    ):
        next(iter(stream))
    with pytest.raises(CaptureError, match="cut off") as caught:
        read_capture(tmp_path / "c.orx")
    assert caught.value.capture.chunks[0].data == PIECES[0]


def test_a_full_disk_does_not_disturb_the_stream(server):
    with httpx2.Client() as client, client.stream("POST", server.url) as response:
        source = recorded(response, "/dev/full")
        with ors.EventStream(source) as stream:
            assert stream.get_final_response().status == "completed"
    assert isinstance(source.fault, OSError)


def test_a_file_that_cannot_be_made_is_told_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        recorded(b"", tmp_path / "none" / "c.orx")


def test_an_empty_body_is_a_whole_capture(tmp_path):
    source = recorded([], tmp_path / "c.orx")
    assert source.read() is None
    source.close()
    assert read_capture(tmp_path / "c.orx").chunks == ()


def test_a_stream_that_told_its_end_is_whole_though_nobody_waited_for_more(tmp_path):
    path = tmp_path / "c.orx"
    with ors.EventStream(recorded([b"".join(PIECES), b": never read\n\n"], path)) as stream:
        stream.until_done()
    assert read_capture(path).body == b"".join(PIECES)
