import gc
import io
import os
import threading
import warnings
from pathlib import Path

import pytest
from stream_wire import CREATED, DEMO, DEMO_EVENTS, DONE, ERROR, HELLO, delta, event, response, terminal

import or_stream as ors


class Chunks:
    """A source that counts its reads and its closing."""

    def __init__(self, *chunks, error=None):
        self._chunks = iter(chunks)
        self._error = error
        self.reads = 0
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.reads += 1
        for chunk in self._chunks:
            return chunk
        if self._error is not None:
            raise self._error
        raise StopIteration

    def close(self):
        self.closed += 1


def types(events):
    return [event.type for event in events]


# Reading


def test_events_come_in_order_up_to_the_terminal_one():
    with ors.EventStream(DEMO_EVENTS) as stream:
        events = list(stream)
    assert [event.index for event in events] == list(range(226))
    assert isinstance(events[-1], ors.Completed)
    assert stream.outcome is ors.Outcome.COMPLETED
    assert stream.diagnostics == []


def test_nothing_is_read_ahead():
    source = Chunks(CREATED, delta("a") + delta("b"), *HELLO[2:])
    with ors.EventStream(source) as stream:
        assert source.reads == 0
        next(stream)
        assert source.reads == 1
        assert [next(stream).delta, next(stream).delta] == ["a", "b"]
        assert source.reads == 2


@pytest.mark.parametrize("size", [1, 7, 100, 65536])
def test_result_does_not_depend_on_the_chunks(size):
    with ors.EventStream([DEMO[at : at + size] for at in range(0, len(DEMO), size)]) as stream:
        kinds = types(stream)
        assert (len(kinds), stream.get_final_response().id) == (226, "resp_demo_5b1e09")


def test_batches_are_one_list_a_chunk_and_never_empty():
    source = Chunks(b": ping\n\n", CREATED + delta("a"), CREATED[:10], CREATED[10:] + HELLO[3])
    with ors.EventStream(source) as stream:
        assert [len(batch) for batch in stream.batches()] == [2, 2]


def test_batches_go_on_where_iteration_stopped():
    with ors.EventStream([b"".join(HELLO)]) as stream:
        assert isinstance(next(stream), ors.Created)
        (rest,) = stream.batches()
        assert types(rest)[-1] == "response.completed"
        assert len(rest) == 3


def test_iterating_again_goes_on():
    with ors.EventStream(HELLO) as stream:
        for event in stream:
            assert isinstance(event, ors.Created)
            break
        assert len(list(stream)) == 3
        assert list(stream) == []


def test_final_response_text_and_outcome():
    with ors.EventStream(HELLO) as stream:
        assert stream.outcome is None
        assert stream.until_done() is ors.Outcome.COMPLETED
        assert stream.get_final_text() == stream.get_final_response().output_text == "Hello"


def test_final_response_after_some_events():
    with ors.EventStream([b"".join(HELLO)]) as stream:
        next(stream)
        assert stream.get_final_response().output_text == "Hello"


@pytest.mark.parametrize("status", ["completed", "incomplete", "failed"])
def test_a_response_that_the_server_closed_is_no_error(status):
    with ors.EventStream([CREATED, terminal(status, "He")]) as stream:
        assert len(list(stream)) == 2
        assert stream.outcome == status
        assert stream.get_final_response().status == status


def test_state_while_it_runs():
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    with ors.EventStream([b": hi\n\n", *HELLO[:2], delta("lo"), terminal("completed", "Hello", usage=usage)]) as stream:
        assert stream.response is None
        next(stream)
        next(stream)
        assert stream.response is not None
        assert (stream.output_text, stream.response.output_text, stream.usage) == ("Hel", "Hel", None)
        assert (stream.stats.events, stream.stats.chunks, stream.stats.comments) == (2, 3, 1)
        assert stream.stats.bytes == len(b": hi\n\n" + HELLO[0] + HELLO[1])
        stream.until_done()
        assert stream.usage is not None
        assert stream.usage.total_tokens == 3
    assert (stream.status, stream.headers, stream.http_response) == (None, {}, None)
    assert stream.output_text == "Hello"


# Text


def test_text_deltas():
    with ors.EventStream(DEMO_EVENTS) as stream:
        pieces = list(stream.text_deltas())
        assert "".join(pieces) == stream.get_final_text()
        assert len(pieces) > 100


@pytest.mark.parametrize(
    "chunks",
    [
        [CREATED, terminal("completed", "Hello"), DONE],
        [CREATED, event("response.output_text.done", item_id="m", text="Hello"), terminal("completed", "Hello")],
        [__import__("json").dumps(response("completed", "Hello")).encode()],
    ],
    ids=["terminal only", "done without delta", "one JSON object"],
)
def test_text_without_deltas_comes_once(chunks):
    with ors.EventStream(chunks) as stream:
        assert list(stream.text_deltas()) == ["Hello"]


def test_text_deltas_of_a_stream_already_read_do_not_repeat():
    with ors.EventStream(HELLO) as stream:
        assert len(list(stream)) == 4
        assert list(stream.text_deltas()) == []


# The end


def test_nothing_behind_the_terminal_event_is_yielded():
    late = [delta("late"), ERROR]
    for chunks in ([b"".join([*HELLO[:4], *late])], [*HELLO[:4], *late]):
        with ors.EventStream(chunks) as stream:
            assert types(stream)[-1] == "response.completed"
            assert stream.outcome is ors.Outcome.COMPLETED
            assert stream.get_final_text() == "Hello"


@pytest.mark.parametrize("name", ["response.done", "response.cancelled"])
def test_ends_that_the_contract_does_not_have(name):
    with ors.EventStream([CREATED + event(name, response=response("cancelled")) + delta("late")]) as stream:
        assert types(stream)[-1] == name
        assert stream.outcome is ors.Outcome.CANCELLED


def test_truncated_raises_behind_the_last_event_each_time_it_is_asked():
    with ors.EventStream([CREATED, delta("Hel", number=4)]) as stream:
        seen = []
        with pytest.raises(ors.StreamTruncated) as caught:
            seen.extend(stream)
        assert len(seen) == 2
        assert caught.value.partial.output_text == "Hel"
        assert (caught.value.events_seen, caught.value.last_sequence_number) == (2, 4)
        for ask in (stream.get_final_response, stream.get_final_text, stream.until_done, lambda: next(stream)):
            with pytest.raises(ors.StreamTruncated):
                ask()
        assert stream.outcome is ors.Outcome.TRUNCATED
        assert stream.response.output_text == "Hel"


def test_cut_at_every_byte_never_looks_like_success():
    body = b"".join(HELLO[:4])
    whole = len(body)
    for cut in range(whole):
        with ors.EventStream(body[:cut]) as stream:
            if cut >= whole - 2:
                # All but the blank line of the last event is there (rule S10).
                assert stream.get_final_text() == "Hello"
                continue
            with pytest.raises(ors.StreamTruncated) as caught:
                stream.get_final_response()
            assert caught.value.bytes_seen == cut
            assert (caught.value.partial is None) is (cut < len(CREATED) - 2)
            assert stream.output_text in ("", "Hel", "Hello")


def test_require_terminal_false_takes_what_there_is():
    with ors.EventStream([CREATED, delta("Hel")], require_terminal=False) as stream:
        assert len(list(stream)) == 2
        assert stream.outcome is ors.Outcome.TRUNCATED
        assert stream.get_final_response().output_text == "Hel"
    with pytest.raises(ors.StreamTruncated), ors.EventStream(b"", require_terminal=False) as stream:
        list(stream)


def test_error_event_is_yielded_then_raised_at_the_end():
    with ors.EventStream([CREATED, delta("Hel"), ERROR, DONE]) as stream:
        seen = []
        with pytest.raises(ors.ServerStreamError, match="it broke") as caught:
            seen.extend(stream)
        assert isinstance(seen[-1], ors.ErrorEvent)
        assert caught.value.error.code == "boom"
        assert caught.value.partial.output_text == "Hel"
        assert stream.outcome is ors.Outcome.ERROR


def test_error_event_waits_for_failed():
    with ors.EventStream([CREATED, ERROR, terminal("failed"), DONE]) as stream:
        assert types(stream) == ["response.created", "error", "response.failed"]
        assert stream.outcome is ors.Outcome.FAILED


def test_a_broken_connection_carries_cause_and_partial():
    cause = ConnectionResetError("reset by peer")
    source = Chunks(CREATED, delta("Hel"), error=cause)
    with ors.EventStream(source) as stream:
        assert isinstance(next(stream), ors.Created)
        assert next(stream).delta == "Hel"
        with pytest.raises(ors.TransportError, match="ConnectionResetError: reset by peer") as caught:
            next(stream)
    assert caught.value.__cause__ is cause
    assert caught.value.partial.output_text == "Hel"
    assert (caught.value.events_seen, source.closed) == (2, 1)
    assert stream.outcome is ors.Outcome.TRUNCATED


def test_a_timeout_of_the_transport_is_a_stall():
    with pytest.raises(ors.StreamStalled), ors.EventStream(Chunks(CREATED, error=TimeoutError())) as stream:
        stream.until_done()


def test_connection_lost_behind_an_error_event_tells_the_error():
    source = Chunks(CREATED, ERROR, error=ConnectionResetError())
    with pytest.raises(ors.ServerStreamError) as caught, ors.EventStream(source) as stream:
        stream.until_done()
    assert isinstance(caught.value.__cause__, ConnectionResetError)


@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt()])
def test_what_is_no_fault_of_the_transport_passes(error):
    source = Chunks(CREATED, error=error)
    with ors.EventStream(source) as stream, pytest.raises(type(error)):
        list(stream)
    assert source.closed == 1
    with pytest.raises(ors.StreamClosed):
        next(stream)


# Faults in the bytes


def test_strict_fault_comes_behind_the_events_before_it_and_without_waiting():
    class Hanging(Chunks):
        def __next__(self):
            assert self.reads == 0, "waited for more bytes although the stream is dead"
            return super().__next__()

    chunk = b"".join([*DEMO_EVENTS[:5], b"data: no json\n\n", *DEMO_EVENTS[5:]])
    with ors.EventStream(Hanging(chunk), strict=True) as stream:
        assert [next(stream).index for _ in range(5)] == [0, 1, 2, 3, 4]
        with pytest.raises(ors.EventDecodeError) as caught:
            next(stream)
    assert caught.value.partial.output[0].summary[0].text == "**"
    assert caught.value.raw == b"no json"
    with pytest.raises(ors.EventDecodeError):
        next(stream)


def test_lenient_gives_the_malformed_event_and_goes_on():
    with ors.EventStream([CREATED, b"data: no json\n\n", *HELLO[1:]]) as stream:
        assert "or_stream.malformed" in types(stream)
        assert [found.event_index for found in stream.diagnostics if found.rule == "S5"] == [1]
        assert stream.outcome is ors.Outcome.COMPLETED


def test_limits_are_passed_on():
    limits = ors.Limits(max_event_bytes=200)
    stream = ors.EventStream([CREATED[:150], delta("x" * 500)], limits=limits)
    with pytest.raises(ors.LimitExceeded) as caught:
        stream.until_done()
    assert (caught.value.limit, caught.value.value) == ("max_event_bytes", 200)


@pytest.mark.parametrize(("choice", "text"), [("auto", "Hello"), ("terminal", "Hi"), ("stream", "Hello")])
def test_output_source_is_passed_on(choice, text):
    added = event("response.output_item.added", output_index=0, item={"type": "message", "id": "msg_1"})
    other = event("response.output_item.added", output_index=1, item={"type": "message", "id": "msg_2"})
    with ors.EventStream(
        [CREATED, added, delta("Hello"), other, terminal("completed", "Hi")], output_source=choice
    ) as s:
        assert s.get_final_text() == text


def test_html_and_foreign_json_are_told_at_once():
    for body in (b"<html>Bad gateway</html>", b'{"detail": "nope"}', b"[1, 2]"):
        with pytest.raises(ors.TransportError) as caught, ors.EventStream(body) as stream:
            stream.until_done()
        assert caught.value.body == body


# Closing


def test_leaving_the_block_closes_the_source_once():
    source = Chunks(*HELLO)
    with ors.EventStream(source) as stream:
        for _ in stream:
            break
    assert (source.closed, source.reads) == (1, 1)
    stream.close()
    assert source.closed == 1
    with pytest.raises(ors.StreamClosed) as caught:
        next(stream)
    assert caught.value.events_seen == 1
    with pytest.raises(ors.StreamClosed):
        stream.get_final_response()
    assert stream.response is not None
    assert stream.outcome is None


def test_closing_forgets_the_events_at_hand():
    stream = ors.EventStream([b"".join(HELLO)])
    next(stream)
    stream.close()
    with pytest.raises(ors.StreamClosed):
        next(stream)


def test_the_end_closes_the_source_and_the_result_stays():
    source = Chunks(*HELLO)
    stream = ors.EventStream(source)
    assert stream.get_final_text() == "Hello"
    assert source.closed == 1
    stream.close()
    assert source.closed == 1
    assert stream.get_final_text() == "Hello"
    assert list(stream) == []


def test_an_exception_in_the_block_closes_the_source():
    source = Chunks(*HELLO)
    with pytest.raises(ZeroDivisionError), ors.EventStream(source) as stream:
        _ = 1 / (next(stream).index)
    assert source.closed == 1


def test_generators_are_closed():
    left = []

    def chunks():
        try:
            yield from HELLO
        finally:
            left.append(True)

    with ors.EventStream(chunks()) as stream:
        next(stream)
    assert left == [True]


def test_a_dropped_stream_warns():
    streams = [ors.EventStream(Chunks(*HELLO))]
    next(streams[0])
    with pytest.warns(ResourceWarning, match="unclosed EventStream"):
        streams.clear()


@pytest.mark.parametrize("how", ["ended", "closed", "in memory", "refused", "failed"])
def test_other_streams_do_not_warn(how):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if how == "refused":
            with pytest.raises(TypeError):
                ors.EventStream(3)
        else:
            cut = [CREATED] if how == "failed" else HELLO
            stream = ors.EventStream(b"".join(cut) if how == "in memory" else Chunks(*cut))
            if how == "ended":
                stream.until_done()
            elif how == "closed":
                stream.close()
            elif how == "failed":
                with pytest.raises(ors.StreamTruncated):
                    stream.until_done()
            del stream
        gc.collect()


# Two users


def test_two_threads_in_one_stream():
    entered, leave = threading.Event(), threading.Event()

    def chunks():
        yield CREATED
        entered.set()
        leave.wait(10)
        yield from HELLO[1:]

    with ors.EventStream(chunks()) as stream:
        next(stream)
        text = []
        reader = threading.Thread(target=lambda: text.append(stream.get_final_text()))
        reader.start()
        assert entered.wait(10)
        for use in (stream.until_done, lambda: next(stream)):
            with pytest.raises(ors.ConcurrentUse) as caught:
                use()
            assert caught.value.events_seen == 1
        leave.set()
        reader.join()
    assert text == ["Hello"]


def test_close_from_within_the_source_takes_effect_after_its_return():
    def chunks():
        yield CREATED
        stream.close()
        yield delta("He")

    stream = ors.EventStream(chunks())
    next(stream)
    with pytest.raises(ors.StreamClosed):
        next(stream)


def test_reading_from_within_the_source_is_refused():
    caught = []

    def chunks():
        yield CREATED
        try:
            next(stream)
        except ors.ConcurrentUse as error:
            caught.append(error)
        yield from HELLO[1:]

    with ors.EventStream(chunks()) as stream:
        assert stream.get_final_text() == "Hello"
    assert len(caught) == 1


# Sources


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
