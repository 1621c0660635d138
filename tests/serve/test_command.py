"""`or-stream serve` as a user runs it."""

import json
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

import or_stream as ors
from or_stream.serve import PROFILES

COMMAND = [sys.executable, "-c", "import sys; sys.argv[0] = 'or-stream'; from or_stream.cli import main; main()"]


def start(*arguments):
    return subprocess.Popen(
        [*COMMAND, "serve", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(*arguments):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_serves_until_it_is_told_to_stop(sent, code):
    with start("--port", 0, "--speed", "max", "--tokens", 4) as process:
        url = process.stdout.readline().removeprefix("serving ").strip()
        body = httpx2.post(url, json={"stream": True}).content
        assert ors.check(body).findings == []
        assert process.stdout.readline().startswith("POST /v1/responses 200 13 chunks 0.")
        process.send_signal(sent)
        assert process.wait(10) == code
        assert process.stderr.read() == ""


def test_json_and_all_options(tmp_path):
    (tmp_path / "a.sse").write_bytes(b'event: x\ndata: {"type":"x","a":1}\n\ndata: [DONE]\n\n')
    options = ["--jitter", "0.001", "--chunk", "random:9", "--seed", "4", "--delay", "0.01", "--close-at", "30"]
    more = ["--content-type", "a/b", "--repeat", "0", "--swap", "0", "--key-order", "last", "--speed", "10x"]
    with start(tmp_path / "a.sse", "--port", 0, "--json", *options, *more) as process:
        told = json.loads(process.stdout.readline())
        assert told["websocket_url"].startswith("ws://127.0.0.1:")
        with httpx2.Client() as client, pytest.raises(httpx2.RemoteProtocolError):
            client.post(told["url"], json={"stream": True})
        served = json.loads(process.stdout.readline())
        assert (served["method"], served["status"], served["end"]) == ("POST", 200, "close")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


def test_help_has_an_example_and_the_exit_codes():
    shown = " ".join(run("serve", "--help").stdout.split())
    assert "or-stream serve run.orx --speed 10x --port 8000" in shown
    assert "Exit codes: 0 after SIGTERM" in shown


def test_a_port_in_use_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run("serve", "--port", taken.getsockname()[1])
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert "address already in use" in ran.stderr


def test_what_cannot_be_served_is_one_reason(tmp_path):
    (tmp_path / "bad.orx").write_bytes(b"nothing")
    (tmp_path / "other.jsonl").write_bytes(b'{"orx": 99}\n')
    (tmp_path / "part.sse").write_bytes(b'data: {"type":"x"}\n\n')
    for arguments, words in (
        ([tmp_path / "bad.orx"], "this is no compact capture"),
        ([tmp_path / "other.jsonl"], "version 99"),
        ([tmp_path / "none.sse"], "No such file"),
        ([tmp_path / "part.sse", "--profile", "codex-backend"], "codex-backend"),
        (["--profile", "nobody"], "there is no"),
        (["--speed", "-1x"], "no speed"),
        (["--chunk", "0"], "at least 1 byte"),
        (["--chunk", "often"], "neither"),
        (["--rate", "0"], "a rate above 0"),
        (["--reset-at", "1", "--stall-at", "2"], "stops once"),
    ):
        ran = run("serve", "--port", 0, *arguments)
        assert ran.returncode == 2, arguments
        assert ran.stdout == ""
        assert words in " ".join(ran.stderr.replace("│", "").split()), arguments
        assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_gives_the_same_text(name):
    from or_stream.cli.demo import recording
    from or_stream.serve import Staging

    take = recording()
    score = Staging(profile=PROFILES[name]).score(take, 0)
    body = b"".join(beat.data for beat in score.beats)
    assert ors.EventStream(body).get_final_text() == ors.EventStream(take.capture.body).get_final_text()
    assert [beat.at for beat in score.beats] == sorted(beat.at for beat in score.beats)
    assert score.beats[-1].at == pytest.approx(take.events[-1].at)
