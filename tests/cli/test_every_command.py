"""What every command owes its user; none can be forgotten, since the commands are those of the application."""

import contextlib
import http.server
import json
import os
import pty
import select
import signal
import subprocess
import threading
import time

import pytest
import typer
from command import COMMAND, DEMO, DEMO_PATH, EVENTS, or_stream
from table import RECORDING, SERVER, TABLE

from or_stream.bench.captures import CaptureError, read_capture, write_capture
from or_stream.bench.captures.capture import Capture, CapturedChunk
from or_stream.cli.app import app
from or_stream.serve import AT_ONCE, Faults, Program, ServerThread, Staging, Stop, Take


def app_commands():
    return typer.main.get_command(app).commands


COMMANDS = sorted(app_commands())
FIRST = 20
PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
HELD_AT = sum(map(len, EVENTS[:FIRST]))


def those(**wanted):
    return [name for name in COMMANDS if all(getattr(TABLE[name], key) == value for key, value in wanted.items())]


def arguments(name, source, folder):
    return [name, *map(str, TABLE[name].arguments(source, folder))]


@contextlib.contextmanager
def served(**staging):
    with ServerThread(Program([Take.of(DEMO_PATH)], Staging(pace=AT_ONCE, **staging))) as server:
        yield server


def source_of(name, url):
    return DEMO_PATH if TABLE[name].reads == RECORDING else url


@contextlib.contextmanager
def started(*words, **pipes):
    process = subprocess.Popen([*COMMAND, *words], **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def one_line(error):
    text = error.decode()
    assert "Traceback" not in text
    assert text.count("\n") == 1, text
    assert text.startswith("or-stream: ")
    return text


def test_every_command_has_a_row():
    assert set(COMMANDS) <= set(TABLE)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_and_the_exit_codes(name):
    text = " ".join(or_stream(name, "--help").stdout.decode().split())
    assert f"or-stream {name} " in " ".join(app_commands()[name].help.split())
    codes = text.partition("Exit codes: ")[2]
    assert codes.startswith("0 ")
    for code in ("2", "130 interrupted"):
        assert f" {code}" in codes


@pytest.mark.parametrize("name", those(ends=True))
def test_it_ends_with_0_and_its_json_is_json(name, tmp_path):
    with served() as server:
        words = arguments(name, source_of(name, server.url), tmp_path)
        run = or_stream(*words, "--json")
    assert (run.returncode, run.stderr) == (0, b"")
    lines = run.stdout.decode().splitlines()
    assert lines
    assert all(isinstance(json.loads(line), dict) for line in lines)


@pytest.mark.parametrize("name", those(ends=False))
def test_a_server_tells_its_url_as_json_and_ends_with_0_after_sigterm(name, tmp_path):
    with (
        served() as server,
        started(*arguments(name, source_of(name, server.url), tmp_path), "--json", **PIPES) as process,
    ):
        assert json.loads(process.stdout.readline())["url"].startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=20)
        assert (process.returncode, error) == (0, b"")


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_in_the_middle_ends_cleanly_and_keeps_what_came(name, tmp_path):
    row = TABLE[name]
    with served(faults=Faults(stop=Stop("stall", HELD_AT))) as server:
        words = arguments(name, source_of(name, server.url), tmp_path)
        as_json = name != "demo"  # with it the demo says nothing before its end
        words += ["--json"] * as_json
        if row.reads == RECORDING and row.ends:
            pytest.skip("it works on a file and is done before anybody can interrupt it")
        with started(*words, **PIPES) as process:
            wait_until_at_work(name, process, server)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in error
    lines = [json.loads(line) for line in out.decode().splitlines()] if as_json else []
    assert bool(lines) >= row.shows
    if row.kept:
        assert kept(tmp_path / row.kept) == DEMO[:HELD_AT]
    if name == "cat":
        assert [line["sequence_number"] for line in lines] == list(range(FIRST))
    if name == "bench":
        assert lines[0]["interrupted"]
        assert lines[0]["requests"]["cut_off"] == 1


def wait_until_at_work(name, process, server):
    """Wait until it has what the server sends, or has said where it listens."""
    if TABLE[name].reads != SERVER:
        select.select([process.stdout], [], [], 20)
        return
    deadline = time.monotonic() + 20
    while not server.requests and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.7)


@pytest.mark.parametrize("name", those(reads=SERVER))
def test_progress_shows_on_a_terminal(name, tmp_path):
    with served(faults=Faults(delay=30.0)) as server:
        shown, code = on_terminal(arguments(name, server.url, tmp_path), seconds=5.0)
    assert b"127.0.0.1" in shown or b"under way" in shown
    assert b"Traceback" not in shown
    assert code == 130


def on_terminal(words, seconds):
    """What a command shows on a terminal in so many seconds, and how it ends after Ctrl-C."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    with started(*words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = bytearray(read_until(ours, seconds))
        process.send_signal(signal.SIGINT)
        shown += read_until(ours, 10)
        code = process.wait(10)
    os.close(ours)
    return bytes(shown), code


def read_until(terminal, seconds):
    found, deadline = bytearray(), time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0 and select.select([terminal], [], [], left)[0]:
        try:
            found += os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
    return found


ANSWERS = {
    401: b'{"error": {"type": "authentication_error", "code": "no_key", "message": "no key"}}',
    429: b'{"error": {"type": "too_many_requests", "code": "rate_limit", "message": "slow down"}}',
    500: b'{"error": {"type": "server_error", "code": "boom", "message": "boom"}}',
}


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("name", those(reads=SERVER))
def test_a_refusal_is_one_line_that_names_it(name, status, tmp_path):
    page = Capture((CapturedChunk(0, ANSWERS[status]),), status=status, headers={"content-type": "application/json"})
    with ServerThread(Program([Take.of(page)], Staging(pace=AT_ONCE))) as server:
        run = or_stream(*arguments(name, server.url, tmp_path))
    assert run.returncode in {1, 2}
    assert str(status) in one_line(run.stderr)


@pytest.mark.parametrize("name", those(reads=SERVER))
def test_a_page_is_one_line(name, tmp_path):
    page = Capture((CapturedChunk(0, b"<html>hello</html>"),), status=200, headers={"content-type": "text/html"})
    with ServerThread(Program([Take.of(page)], Staging(pace=AT_ONCE))) as server:
        run = or_stream(*arguments(name, server.url, tmp_path))
    assert run.returncode == 2
    assert "text/html" in one_line(run.stderr)


@pytest.mark.parametrize("name", those(reads=SERVER))
def test_a_server_that_is_down_is_one_line(name, tmp_path):
    run = or_stream(*arguments(name, "http://127.0.0.1:9/", tmp_path))
    assert run.returncode == 2
    one_line(run.stderr)


@pytest.mark.parametrize("name", those(reads=SERVER))
def test_a_certificate_that_nobody_vouches_for_is_one_line(name, tmp_path, server_context):
    with over_tls(server_context) as url:
        run = or_stream(*arguments(name, url, tmp_path))
    assert run.returncode == 2
    assert "certificate" in one_line(run.stderr).lower()


@contextlib.contextmanager
def over_tls(context):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.handle_error = lambda *_: None  # the client hangs up on us
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("name", those(reads=SERVER))
def test_a_stream_that_is_cut_is_one_line_and_not_0(name, tmp_path):
    with served(faults=Faults(stop=Stop("close", HELD_AT))) as server:
        run = or_stream(*arguments(name, server.url, tmp_path), "--json")
    assert run.returncode in {1, 2}
    one_line(run.stderr)
    for line in run.stdout.decode().splitlines():
        json.loads(line)
    if TABLE[name].kept:
        assert kept(tmp_path / TABLE[name].kept) == DEMO[:HELD_AT]


def kept(path):
    """The bytes in a recording, whether it was cut off or not."""
    try:
        return read_capture(path).body
    except CaptureError as error:
        return error.capture.body


@pytest.mark.parametrize("what", ["none", "nonsense", "version", "folder"])
@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if TABLE[name].reads == RECORDING] + ["cat", "check", "record"]
)
def test_a_recording_that_cannot_be_read_is_one_line(name, what, tmp_path):
    if what == "nonsense" and name in {"cat", "check"}:
        pytest.skip("whatever is no recording is a stream to them, and a bad one")
    path = tmp_path / "bad.orx"
    if what == "nonsense":
        path.write_bytes(b"no capture at all")
    elif what == "version":
        path = tmp_path / "bad.jsonl"
        write_capture(Take.of(DEMO_PATH).capture, path)
        first, _, rest = path.read_bytes().partition(b"\n")
        told = json.loads(first)
        [version] = [key for key, value in told.items() if value == 1]
        path.write_bytes(json.dumps({**told, version: 99}).encode() + b"\n" + rest)
    elif what == "folder":
        path.mkdir()
    run = or_stream(*arguments(name, path, tmp_path))
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"Traceback" not in run.stderr
    if name != "serve":  # which says it as wrong usage
        one_line(run.stderr)
    assert path.name in run.stderr.decode().replace("\n", "").replace("│", "") or what == "none"
    assert what != "version" or "99" in run.stderr.decode()
