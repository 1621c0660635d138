"""How an `EventStream` ends, and what closes its source."""

import gc
import warnings

import pytest
from counted_chunks import Chunks, types
from stream_wire import CREATED, DONE, ERROR, HELLO, delta, event, response, terminal

import or_stream as ors

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
