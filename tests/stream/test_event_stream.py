"""What `EventStream` gives: events, text, faults; one user at a time."""

import threading

import pytest
from counted_chunks import Chunks, types
from stream_wire import CREATED, DEMO, DEMO_EVENTS, DONE, HELLO, delta, event, response, terminal

import or_stream as ors

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
