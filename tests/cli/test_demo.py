import re
import signal
from itertools import pairwise

import pytest
from command import DEMO, EVENTS, or_stream, start

import or_stream as ors
from or_stream.cli.demo import recording
from or_stream.models.violations import violations

# The contract


def test_the_recording_keeps_the_contract():
    with ors.EventStream(DEMO, strict=True) as stream:
        for event in stream:
            assert violations(event.data, shape=event.type) == []
        assert stream.diagnostics == []
        response = stream.get_final_response()
    assert violations(response) == []
    assert len(response.to_dict()) == 31
    assert [item.type for item in response.output] == ["reasoning", "message", "function_call"]


def test_each_event_has_its_line_its_number_and_done_is_last():
    assert EVENTS[-1] == b"data: [DONE]\n\n"
    for number, block in enumerate(EVENTS[:-1]):
        name, data = re.fullmatch(rb'event: (\S+)\ndata: \{"type":"(\S+?)",.*\}\n\n', block).groups()
        assert name == data
        assert f'"sequence_number":{number}'.encode() in block


def test_the_fold_of_its_deltas_is_its_final_response():
    assembler = ors.Assembler()
    for block in EVENTS:
        if b".delta" in block or b".added" in block or b"response.created" in block:
            assembler.feed(block)
    folded, final = assembler.snapshot(), ors.EventStream(DEMO).get_final_response()
    assert folded.output_text == final.output_text
    assert folded.function_calls[0].arguments == final.function_calls[0].arguments
    assert folded.output[0].summary[0].text == final.output[0].summary[0].text


# Its times


def test_pace_is_that_of_a_model():
    take = recording()
    assert take.capture.body == DEMO
    times = [chunk.t_ns / 1e9 for chunk in take.capture.chunks]
    waits = [after - before for before, after in pairwise(times) if after > before]
    assert len(times) == len(EVENTS)
    assert waits[0] == 0.4
    assert all(0.0099 <= pause <= 0.0381 for pause in waits[1:])
    assert 4 < times[-1] < 6


# The command


def test_demo_shows_text_response_and_table():
    run = or_stream("demo", "--fast")
    shown = run.stdout.decode()
    assert (run.returncode, run.stderr) == (0, b"")
    assert ors.EventStream(DEMO).get_final_text() in shown
    for words in (
        "resp_demo_5b1e09",
        "completed",
        "demo-1",
        "328 tokens",
        "get_forecast(",
        "first token",
        "gaps p50 / p99",
    ):
        assert words in shown
    assert "\x1b" not in shown
    assert re.search(r"events +226", shown)


@pytest.mark.parametrize("how", ["interrupt", "reader goes away"])
def test_demo_that_is_ended_ends_quietly(how):
    process = start("demo")
    while b"Good" not in process.stdout.read(1000):
        pass
    if how == "interrupt":
        process.send_signal(signal.SIGINT)
    else:
        process.stdout.close()
    assert process.wait(10) == (130 if how == "interrupt" else 141)
    assert process.stderr.read() == b""
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
