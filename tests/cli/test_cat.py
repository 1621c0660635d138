import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from command import COMMAND, DEMO, DEMO_PATH, EVENTS, or_stream, start

import or_stream as ors

TEXT = ors.EventStream(DEMO).get_final_text()
ERROR = b'data: {"type":"error","error":{"type":"server_error","code":"boom","message":"it broke","param":null}}\n\n'


def one_line(run):
    text = run.stderr.decode()
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


# What is shown


def test_text_of_a_file_is_exact_and_nothing_else():
    for arguments in ((), ("--text",)):
        run = or_stream("cat", DEMO_PATH, *arguments)
        assert (run.returncode, run.stdout.decode(), run.stderr) == (0, TEXT, b"")


def test_standard_input():
    run = or_stream("cat", "-", stdin=DEMO)
    assert (run.returncode, run.stdout.decode(), run.stderr) == (0, TEXT, b"")


def test_json_is_the_data_of_each_event():
    run = or_stream("cat", DEMO_PATH, "--json")
    lines = run.stdout.splitlines()
    assert lines == [block.partition(b"data: ")[2].strip() for block in EVENTS[:-1]]
    assert (run.returncode, run.stderr) == (0, b"")


def test_json_stays_one_object_a_line():
    stream = b'data: {"type":\ndata: "acme:thing"}\n\ndata: not json\n\n' + DEMO
    lines = or_stream("cat", "-", "--json", stdin=stream).stdout.splitlines()
    assert json.loads(lines[0]) == {"type": "acme:thing"}
    assert json.loads(lines[1])["type"] == "or_stream.malformed"
    assert json.loads(lines[1])["raw"] == "not json"
    assert len(lines) == 228


def test_events_are_one_short_line_each():
    run = or_stream("cat", "-", "--events", stdin=b"data: not json\n\n" + ERROR + DEMO)
    lines = run.stdout.decode().splitlines()
    assert len(lines) == 228
    assert all(len(line) < 130 for line in lines)
    assert lines[0].split()[:3] == ["0", "-", "or_stream.malformed"]
    assert "server_error" in lines[1]
    assert lines[2].split()[:3] == ["2", "0", "response.created"]
    assert lines[6].endswith('"**"')
    assert lines[-1].split()[2:] == ["response.completed", "completed", "resp_demo_5b1e09"]


def test_text_that_came_without_deltas():
    run = or_stream("cat", "-", stdin=EVENTS[-2])
    assert (run.returncode, run.stdout.decode()) == (0, TEXT)


def test_the_table_is_on_standard_error_where_it_is_asked_for():
    run = or_stream("cat", DEMO_PATH, "--stats")
    assert run.stdout.decode() == TEXT
    table = run.stderr.decode()
    assert "226" in table
    assert "completed" in table
    assert "first token" not in table  # a file is not live
    assert "first token" in or_stream("cat", "-", "--stats", stdin=DEMO).stderr.decode()


def test_output_is_live():
    process = start("cat", "-")
    process.stdin.write(b"".join(EVENTS[:60]))
    assert process.stdout.read(4) == b"Good"
    process.stdin.close()
    assert process.wait(10) == 1
    process.stdout.close()
    process.stderr.close()


def on_a_terminal(*arguments, env=None):
    """What a terminal shows: standard output and error together."""
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **(env or {})}
    command = [*COMMAND, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=child, stderr=child, stdin=child, env=environment)
    os.close(child)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is gone
        while data := os.read(parent, 65536):
            shown += data
    os.close(parent)
    assert process.wait(10) == 0
    return shown.decode()


def test_on_a_terminal_reasoning_is_dim_and_the_table_follows():
    shown = on_a_terminal("cat", DEMO_PATH)
    assert "\x1b[2mThe\x1b[0m" in shown or "\x1b[2m user\x1b[0m" in shown
    assert "→ get_forecast(" in shown
    assert "outcome" in shown
    assert "\x1b[2m" not in on_a_terminal("cat", DEMO_PATH, env={"NO_COLOR": "1"})


def test_text_cannot_steer_the_terminal(tmp_path):
    path = tmp_path / "evil.sse"
    path.write_bytes(DEMO.replace(b'"delta":"Good"', b'"delta":"\\u001b]0;owned\\u0007\\u009b2J"'))
    shown = on_a_terminal("cat", path, env={"NO_COLOR": "1"})
    assert "\x1b]0" not in shown
    assert "\u241b]0;owned\u2407\ufffd2J" in shown
    assert b"\x1b]0;owned" in or_stream("cat", path).stdout  # a pipe gets what was sent


# How it ends


@pytest.mark.parametrize(
    ("stream", "code", "words"),
    [
        (DEMO.replace(b"response.completed", b"response.incomplete").replace(b'"completed"', b'"incomplete"'), 0, ""),
        (DEMO.replace(b"response.completed", b"response.failed").replace(b'"completed"', b'"failed"'), 1, "failed"),
        (b"".join(EVENTS[:60]), 1, "without a terminal event"),
        (b"".join(EVENTS[:60]) + ERROR, 1, "it broke"),
        (b'{"error": {"message": "it broke"}}', 1, "it broke"),
    ],
)
def test_exit_code_tells_the_outcome(stream, code, words):
    run = or_stream("cat", "-", stdin=stream)
    assert run.returncode == code
    if words:
        assert words in one_line(run)
        assert run.stderr.startswith(b"or-stream: ")


@pytest.mark.parametrize("stream", [b"", b"hello\nworld\n", b"\x00\xff" * 5000, b"<html>", b'{"a": 1}'])
def test_what_is_no_stream_is_unreadable(stream):
    run = or_stream("cat", "-", stdin=stream)
    assert run.returncode == 2
    assert "standard input" in one_line(run)
    assert run.stdout == b""


def test_missing_file_directory_and_dead_server(tmp_path):
    for source in (tmp_path / "missing.sse", tmp_path, "http://127.0.0.1:1/"):
        run = or_stream("cat", source)
        assert run.returncode == 2
        one_line(run)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a", "b"),
        (DEMO_PATH, "--json", "--events"),
        (DEMO_PATH, "--request", "{}"),
        (DEMO_PATH, "-H", "a: b"),
        ("http://127.0.0.1:1", "--request", "{bad"),
        ("http://127.0.0.1:1", "--request", "/no/such/file"),
        ("http://127.0.0.1:1", "-H", "nocolon"),
        (DEMO_PATH, "--bogus"),
    ],
)
def test_wrong_usage(arguments):
    run = or_stream("cat", *arguments)
    assert run.returncode == 2
    assert b"Usage" in run.stderr
    assert b"Traceback" not in run.stderr
    assert run.stdout == b""


def test_interrupt():
    process = start("cat", "-", "--json")
    process.stdin.write(EVENTS[0])
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.stderr.read() == b""
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


def test_reader_goes_away():
    process = start("cat", "-", "--json")
    process.stdin.write(EVENTS[0])
    process.stdout.readline()
    process.stdout.close()
    with contextlib.suppress(BrokenPipeError):
        for block in EVENTS[1:-1]:
            process.stdin.write(block)
            time.sleep(0.001)
    assert process.wait(10) == 141
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


# URLs


def test_get(http_server):
    run = or_stream("cat", http_server.url + "/")
    assert (run.returncode, run.stdout.decode(), run.stderr) == (0, TEXT, b"")
    assert [method for method, _, _ in http_server.asked] == ["GET"]


def test_post_with_headers(http_server, tmp_path):
    path = tmp_path / "request.json"
    path.write_text('{"model": "m", "input": "hi"}')
    for request in ('{"model": "m", "input": "hi"}', path):
        headers = ("-H", "Authorization: Bearer a:b", "-H", "X: y")
        run = or_stream("cat", http_server.url + "/", "--request", request, *headers)
        assert run.stdout.decode() == TEXT
    for method, body, sent in http_server.asked:
        assert (method, body) == ("POST", {"model": "m", "input": "hi", "stream": True})
        headers = {name.lower(): value for name, value in sent.items()}
        assert (headers["authorization"], headers["x"]) == ("Bearer a:b", "y")


@pytest.mark.parametrize(("path", "code", "words"), [("/error", 1, "HTTP 401"), ("/html", 2, "text/html")])
def test_errors_over_http(http_server, path, code, words):
    run = or_stream("cat", http_server.url + path)
    assert run.returncode == code
    assert words in one_line(run)


# Help and installation


def test_help_has_an_example():
    for arguments in (("--help",), ("cat", "--help"), ("demo", "--help")):
        run = or_stream(*arguments)
        assert run.returncode == 0
        assert b"or-stream" in run.stdout
    assert b"or-stream cat http" in or_stream("cat", "--help").stdout
    assert b"Exit codes" in or_stream("cat", "--help").stdout


def test_without_the_extra_it_says_what_to_install():
    code = "import sys; sys.modules['typer'] = None; from or_stream.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert run.returncode == 2
    assert "or-stream[cli]" in one_line(run)
