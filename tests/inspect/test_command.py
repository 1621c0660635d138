"""`or-stream inspect` and `bench --html` as commands."""

import json
import signal
import subprocess
import sys
import time

import pytest

from or_stream.bench.captures import write_capture
from or_stream.serve import Program, ServerThread, Staging, Synthetic, Take

from .recordings import recording


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "or_stream", *map(str, arguments)]


def run(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def path(tmp_path):
    write_capture(recording(80), tmp_path / "a.orx")
    return tmp_path / "a.orx"


@pytest.mark.parametrize("suffix", ["orx", "jsonl", "sse"])
def test_every_format(tmp_path, suffix):
    write_capture(recording(80), tmp_path / f"a.{suffix}")
    told = run("inspect", tmp_path / f"a.{suffix}", "-o", tmp_path / "a.html")
    assert (told.returncode, told.stderr) == (0, "")
    assert "events, " in told.stdout
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")


def test_json(path):
    told = run("inspect", path, path, "--json")
    value = json.loads(told.stdout)
    assert (told.returncode, value["or_stream_inspect"]) == (0, 1)
    assert [one["name"] for one in value["recordings"]] == ["a.orx", "a.orx"]
    assert len(value["recordings"][0]["columns"]["kind"]) == value["recordings"][0]["events"]


def test_a_cut_recording_is_shown_as_far_as_it_goes(path, tmp_path):
    path.write_bytes(path.read_bytes()[:9000])
    told = run("inspect", path, "-o", tmp_path / "a.html")
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "cut off" in told.stderr
    assert (tmp_path / "a.html").exists()


def test_what_cannot_be_read_is_one_line(path, tmp_path):
    (tmp_path / "foreign.orx").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "later.jsonl").write_text('{"orx": 2}\n')
    for source, words in (
        (tmp_path / "none.orx", "No such file"),
        (tmp_path / "foreign.orx", "foreign.orx"),
        (tmp_path / "later.jsonl", "version 2"),
        (tmp_path, "directory"),
    ):
        told = run("inspect", path, source, "-o", tmp_path / "a.html")
        assert told.returncode == 2, source
        assert told.stderr.count("\n") == 1
        assert words in told.stderr
        assert not (tmp_path / "a.html").exists()


def test_a_recording_is_not_overwritten(path):
    before = path.read_bytes()
    told = run("inspect", path, "-o", path)
    assert (told.returncode, path.read_bytes()) == (2, before)


def test_nothing_to_write_is_wrong_usage(path):
    assert run("inspect", path).returncode == 2


def test_interrupted(tmp_path):
    write_capture(recording(60_000, gap=0.1), tmp_path / "a.orx")
    process = subprocess.Popen(
        command("inspect", tmp_path / "a.orx", "-o", tmp_path / "a.html"), stderr=subprocess.PIPE
    )
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in error


def test_help_has_an_example():
    told = run("inspect", "--help")
    assert told.returncode == 0
    assert "or-stream inspect run.orx -o run.html" in told.stdout


def test_a_run_as_a_page(tmp_path):
    with ServerThread(Program([Take.of(Synthetic(tokens=5, rate=100, ttft=0.02))], Staging())) as server:
        told = run("bench", server.url, "-n", 4, "-c", 2, "--html", tmp_path / "run.html")
    assert (told.returncode, told.stderr) == (0, "")
    assert (tmp_path / "run.html").read_text().startswith("<!doctype html>")
