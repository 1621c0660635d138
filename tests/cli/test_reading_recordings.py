"""`cat` and `check` read recordings as what they recorded, and say what to do where somebody means something else."""

import json

import pytest
from command import DEMO, DEMO_PATH, or_stream

import or_stream as ors
from or_stream.bench.captures import Capture, CapturedChunk, read_capture, write_capture

TEXT = ors.EventStream(DEMO).get_final_text()
MESSAGES = Capture(tuple(CapturedChunk(n, event.raw) for n, event in enumerate(ors.EventStream(DEMO))), messages=True)


@pytest.mark.parametrize("suffix", [".orx", ".jsonl", ".bin"])
@pytest.mark.parametrize("messages", [False, True])
def test_a_recording_is_shown_and_judged_as_its_stream(suffix, messages, tmp_path):
    path = tmp_path / f"run{suffix}"
    capture = MESSAGES if messages else read_capture(DEMO)
    write_capture(capture, tmp_path / ("run.orx" if suffix == ".bin" else path.name))
    if suffix == ".bin":
        (tmp_path / "run.orx").rename(path)
    run = or_stream("cat", path)
    assert (run.returncode, run.stdout.decode(), run.stderr) == (0, TEXT, b"")
    report = json.loads(or_stream("check", path, "--json").stdout)
    # Messages need no sentinel, and what was made of them has none.
    assert {finding["rule"] for finding in report["findings"]} <= ({"C9"} if messages else set())
    assert report["events"] == 226


def test_what_is_left_of_a_damaged_recording_is_shown(tmp_path):
    write_capture(read_capture(DEMO), tmp_path / "whole.orx")
    whole = (tmp_path / "whole.orx").read_bytes()
    (tmp_path / "cut.orx").write_bytes(whole[: len(whole) // 2])
    run = or_stream("cat", tmp_path / "cut.orx")
    assert run.returncode == 1
    assert run.stdout
    assert TEXT.startswith(run.stdout.decode())
    assert b"cut" in run.stderr


def test_the_library_names_who_reads_a_recording(tmp_path):
    for name in ("run.orx", "run.jsonl"):
        write_capture(read_capture(DEMO), tmp_path / name)
        with pytest.raises(ors.TransportError, match="read_capture"), ors.EventStream(tmp_path / name) as stream:
            stream.until_done()
        (recording,) = ors.parse_many([tmp_path / name])
        assert "read_capture" in str(recording.error)


def test_events_without_framing_get_a_hint():
    lines = b"".join(event.raw + b"\n" for event in ors.EventStream(DEMO))
    run = or_stream("cat", "-", stdin=lines)
    assert run.returncode == 2
    assert b"feed_message" in run.stderr


def test_an_address_without_its_scheme():
    run = or_stream("cat", "localhost:8000/v1/responses")
    assert run.returncode == 2
    assert b"http://localhost:8000/v1/responses" in run.stderr.replace(b"\n", b" ")


@pytest.mark.parametrize("command", ["cat", "check", "record"])
def test_a_websocket_is_not_taken_for_a_file(command, tmp_path):
    run = or_stream(
        command, "ws://127.0.0.1:9/v1/responses", *(["-o", tmp_path / "c.orx"] if command == "record" else [])
    )
    assert run.returncode == 2
    assert b"ResponsesWebSocket" in run.stderr


def test_a_get_that_should_have_been_a_post(http_server):
    run = or_stream("cat", http_server.url + "/error")
    assert run.returncode in (1, 2)
    assert b"-r" in run.stderr


def test_version():
    run = or_stream("--version")
    assert run.returncode == 0
    assert run.stdout.decode().startswith("or-stream ")


def test_the_demo_is_no_recording():
    assert or_stream("cat", DEMO_PATH).stdout.decode() == TEXT
