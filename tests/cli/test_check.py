import json

import pytest
from command import DEMO, DEMO_PATH, or_stream

import or_stream as ors

BROKEN = DEMO.replace(b'"sequence_number":7,', b'"sequence_number":3,', 1)


def test_a_conformant_stream():
    for arguments, stdin in (((DEMO_PATH,), b""), (("-",), DEMO)):
        run = or_stream("check", *arguments) if not stdin else or_stream("check", *arguments, stdin=stdin)
        assert run.returncode == 0, run.stdout
        assert run.stdout.startswith(b"conformant: 226 events")
        assert run.stderr == b""


def test_findings_are_a_table_with_rules():
    run = or_stream("check", "-", stdin=BROKEN)
    assert run.returncode == 1
    text = run.stdout.decode()
    assert "C13" in text
    assert "not conformant" in text
    assert run.stderr == b""


def test_json_is_the_report():
    run = or_stream("check", "-", "--json", "--profile", "openai", "--spec", "2026-01-15", stdin=BROKEN)
    assert run.returncode == 1
    report = json.loads(run.stdout)
    assert report == ors.check(BROKEN, profile="openai", spec="2026-01-15").to_dict()
    assert report["findings"][0]["rule"] in report["totals"]


def test_a_live_server(http_server):
    run = or_stream("check", http_server.url, "-r", '{"model": "m"}', "-H", "x-a: 1")
    assert run.returncode == 0, run.stdout
    [(method, body, headers)] = http_server.asked
    assert (method, body) == ("POST", {"model": "m", "stream": True})
    assert headers["x-a"] == "1"


@pytest.mark.parametrize("path", ["/error", "/html"])
def test_what_cannot_be_read_is_2(http_server, path):
    run = or_stream("check", http_server.url + path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.count(b"\n") == 1


def test_a_missing_file_and_no_server_are_2(tmp_path):
    for source in (tmp_path / "missing.sse", "http://127.0.0.1:9/"):
        run = or_stream("check", source)
        assert (run.returncode, run.stdout) == (2, b"")
        assert run.stderr.count(b"\n") == 1


def test_wrong_usage_is_2():
    assert or_stream("check", DEMO_PATH, "--spec", "1999").returncode == 2
    assert or_stream("check", DEMO_PATH, "--profile", "mine").returncode == 2
    assert or_stream("check", DEMO_PATH, "-r", "{}").returncode == 2


def test_help_has_an_example_and_the_exit_codes():
    text = " ".join(or_stream("check", "--help").stdout.decode().split())
    assert "or-stream check http://127.0.0.1:8000/v1/responses" in text
    assert "1 not conformant" in text
