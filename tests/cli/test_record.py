import json
import signal
import time

import pytest
from command import DEMO, DEMO_PATH, EVENTS, or_stream, start

from or_stream.bench.captures import CaptureError, read_capture
from or_stream.serve import Faults, Staging, Synthetic


def one_line(run):
    text = run.stderr.decode()
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


def test_a_live_server(http_server, tmp_path):
    path = tmp_path / "c.orx"
    run = or_stream("record", http_server.url, "-r", '{"model": "m"}', "-o", path, "--json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert (told["bytes"], told["events"], told["outcome"], told["whole"]) == (len(DEMO), 226, "completed", True)
    capture = read_capture(path)
    assert (capture.body, capture.status) == (DEMO, 200)
    assert 0 < capture.chunks[0].t_ns <= capture.end_ns
    assert http_server.asked[0][0] == "POST"


def test_times_count_from_the_request(responses_server, tmp_path):
    """What it takes to load an HTTP library and to make a client is none of the server's time."""
    responses_server.serve(Synthetic(tokens=2), staging=Staging(faults=Faults(delay=0.2)))
    least = []
    for _ in range(5):  # the machine may be busy
        assert or_stream("record", responses_server.url, "-r", "{}", "-o", tmp_path / "c.orx").returncode == 0
        least.append(read_capture(tmp_path / "c.orx").chunks[0].t_ns / 1e9 - 0.2)
        if least[-1] < 0.1:
            break
    assert 0 <= min(least) < 0.1


def test_a_file_that_cannot_be_made_costs_no_request(http_server, tmp_path):
    run = or_stream("record", http_server.url, "-r", "{}", "-o", tmp_path / "none" / "c.orx")
    assert run.returncode == 2
    assert "c.orx: No such file or directory" in one_line(run)
    assert http_server.asked == []


def test_a_server_that_is_down_leaves_the_last_recording(tmp_path):
    (tmp_path / "c.orx").write_bytes(b"what was recorded before")
    assert or_stream("record", "http://127.0.0.1:9/", "-o", tmp_path / "c.orx").returncode == 2
    assert (tmp_path / "c.orx").read_bytes() == b"what was recorded before"


def test_standard_input(tmp_path):
    run = or_stream("record", "-", "-o", tmp_path / "c.jsonl", stdin=DEMO)
    assert run.returncode == 0
    assert read_capture(tmp_path / "c.jsonl").body == DEMO
    assert f"{len(DEMO):,} bytes" in run.stdout.decode()


@pytest.mark.parametrize("compress", [(), ("-z",)])
def test_conversion_there_and_back(tmp_path, compress):
    for before, after in ((DEMO_PATH, "a.orx"), ("a.orx", "b.jsonl"), ("b.jsonl", "c.sse")):
        run = or_stream("record", tmp_path / before, "-o", tmp_path / after, *compress)
        assert (run.returncode, run.stderr) == (0, b"")
    assert (tmp_path / "c.sse").read_bytes() == DEMO


def test_a_cut_file_is_converted_as_far_as_it_goes(tmp_path):
    or_stream("record", DEMO_PATH, "-o", tmp_path / "a.orx")
    whole = (tmp_path / "a.orx").read_bytes()
    (tmp_path / "a.orx").write_bytes(whole[:5000])
    run = or_stream("record", tmp_path / "a.orx", "-o", tmp_path / "b.orx")
    assert run.returncode == 1
    assert "kept: " in one_line(run)
    assert DEMO.startswith(read_capture(tmp_path / "b.orx").body)


def test_an_interrupted_recording_holds_what_came(tmp_path):
    process = start("record", "-", "-o", tmp_path / "c.orx")
    process.stdin.write(EVENTS[0] + EVENTS[1])
    process.stdin.flush()
    while not (tmp_path / "c.orx").exists():
        pass
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in error
    with pytest.raises(CaptureError, match="cut off") as caught:
        read_capture(tmp_path / "c.orx")
    assert caught.value.capture.body == EVENTS[0] + EVENTS[1]


def test_bad_input_is_one_line_and_a_code(http_server, tmp_path):
    out = tmp_path / "c.orx"
    (tmp_path / "bad.orx").write_bytes(b"no capture")
    for source, code in (
        (tmp_path / "none.orx", 2),
        (tmp_path / "bad.orx", 2),
        ("http://127.0.0.1:9/", 2),
        (http_server.url + "/error", 1),
        (http_server.url + "/html", 2),
    ):
        run = or_stream("record", source, "-o", out)
        assert (source, run.returncode) == (source, code)
        one_line(run)
    one_line(or_stream("record", DEMO_PATH, "-o", tmp_path / "none" / "c.orx"))
    same = or_stream("record", tmp_path / "bad.orx", "-o", tmp_path / "bad.orx")
    assert same.returncode == 2
    assert (tmp_path / "bad.orx").read_bytes() == b"no capture"
    full = or_stream("record", "-", "-o", "/dev/full", stdin=DEMO)
    assert full.returncode == 1
    assert "could not be written" in full.stderr.decode()


def test_help_has_an_example():
    text = or_stream("record", "--help").stdout.decode()
    assert "or-stream record http" in text
    assert "Exit codes" in text
