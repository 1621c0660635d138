"""`record=`: a stream writes down what it reads, with times that count from the request."""

import asyncio

import anyio
import httpx2
import pytest

import or_stream as ors
from or_stream.bench.captures import Capture, CapturedChunk, read_capture, write_capture
from or_stream.serve import Faults, FaultsInTurn, Staging, Stop, Synthetic
from tests.captures.slow_server import PIECES, SlowServer
from tests.proxy.gateways import free_port

ASK = {"model": "m", "input": "hi"}
BODY = b"".join(PIECES)


@pytest.fixture
def server():
    with SlowServer() as found:
        yield found


@pytest.mark.parametrize("options", [{}, {"read_ahead": ors.ReadAhead()}, {"idle_timeout": 5}], ids=str)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task(server, tmp_path, backend, options):
    async def read():
        async with httpx2.AsyncClient() as client, client.stream("POST", server.url) as response:
            async with ors.AsyncEventStream(response, record=tmp_path / "c.orx", **options) as stream:
                told = [event.raw async for event in stream]
            assert stream.http_response is response
            assert stream.record_fault is None
        return told

    told = anyio.run(read, backend=backend)
    assert read_capture(tmp_path / "c.orx").body == BODY
    assert told == [event.raw for event in ors.EventStream(BODY)]


def test_a_thread(server, tmp_path):
    with (
        httpx2.Client() as client,
        client.stream("POST", server.url) as response,
        ors.EventStream(response, record=str(tmp_path / "c.jsonl")) as stream,
    ):
        assert stream.get_final_response().status == "completed"
    capture = read_capture(tmp_path / "c.jsonl")
    assert (capture.body, capture.status) == (BODY, 200)


def test_connections_count_from_the_request(responses_server, tmp_path):
    """The server thinks for 0.3 s: the recording says so, and does not begin with the reply."""
    responses_server.serve(Synthetic(tokens=2), staging=Staging(faults=Faults(delay=0.3)))
    with ors.connect_sync(responses_server.url, ASK, record=tmp_path / "sync.orx") as stream:
        stream.until_done()

    async def read():
        async with ors.connect(responses_server.url, ASK, record=tmp_path / "async.orx") as stream:
            await stream.until_done()

    asyncio.run(read())
    for name in ("sync.orx", "async.orx"):
        capture = read_capture(tmp_path / name)
        # Not what it costs to load an HTTP library or to make a client: that came before.
        assert 300_000_000 <= capture.chunks[0].t_ns < 1_300_000_000
        assert capture.timeline().metrics("vllm", start_ns=0)["ttft"] >= 0.3


def test_a_turn_of_a_websocket(responses_server, tmp_path):
    async def read():
        async with ors.ResponsesWebSocket(responses_server.websocket_url) as socket:
            for name in ("one.orx", "two.orx"):
                async with socket.create(ASK, record=tmp_path / name) as stream:
                    await stream.until_done()

    asyncio.run(read())
    for name in ("one.orx", "two.orx"):
        capture = read_capture(tmp_path / name)
        assert capture.messages
        assert capture.timeline().outcome is ors.Outcome.COMPLETED


def test_resumed_streams_are_recorded_as_one(responses_server, tmp_path):
    cut_once = FaultsInTurn((Faults(stop=Stop("close", 3000)), Faults()))
    responses_server.serve(Synthetic(tokens=9), staging=Staging(faults=cut_once))
    with ors.connect_sync(responses_server.url, ASK, resume=ors.Resume(), record=tmp_path / "c.orx") as stream:
        response = stream.get_final_response()
    capture = read_capture(tmp_path / "c.orx")
    assert ors.EventStream(capture.body).get_final_response().to_dict() == response.to_dict()
    assert [asked.method for asked in responses_server.requests] == ["POST", "GET"]


def test_a_file_that_cannot_be_made_costs_no_request(responses_server, tmp_path):
    with (
        pytest.raises(FileNotFoundError),
        ors.connect_sync(responses_server.url, ASK, record=tmp_path / "none" / "c.orx"),
    ):
        pass
    assert responses_server.requests == []
    with pytest.raises(FileNotFoundError):
        ors.EventStream(BODY, record=tmp_path / "none" / "c.orx")


def test_a_server_that_is_down_leaves_files_as_they_were(tmp_path):
    before = Capture((CapturedChunk(1, b"data: {}\n\n"),), 2)
    write_capture(before, tmp_path / "old.orx")
    for name in ("old.orx", "new.orx"):
        with (
            pytest.raises(ors.TransportError),
            ors.connect_sync(f"http://127.0.0.1:{free_port()}/", ASK, record=tmp_path / name),
        ):
            pass
    assert read_capture(tmp_path / "old.orx") == before
    assert not (tmp_path / "new.orx").exists()


def test_a_longer_recording_is_replaced_whole(tmp_path):
    (tmp_path / "c.orx").write_bytes(b"x" * 100_000)
    with ors.EventStream(BODY, record=tmp_path / "c.orx") as stream:
        stream.until_done()
    assert read_capture(tmp_path / "c.orx").body == BODY


def test_a_full_disk_is_told_and_disturbs_nothing():
    with ors.EventStream(BODY, record="/dev/full") as stream:
        assert stream.get_final_response().status == "completed"
    assert isinstance(stream.record_fault, OSError)


def test_without_it_there_is_no_fault():
    with ors.EventStream(BODY) as stream:
        stream.until_done()
    assert stream.record_fault is None
