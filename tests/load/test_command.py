"""`or-stream bench` as a command."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from or_stream.serve import Program, ServerThread, Staging, Synthetic, Take
from tests.proxy.gateways import free_port


@pytest.fixture(scope="module")
def url():
    with ServerThread(Program([Take.of(Synthetic(tokens=5, rate=100, ttft=0.02))], Staging())) as server:
        yield server.url


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "or_stream", "bench", *map(str, arguments)]


def bench(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)


def test_the_result_is_one_json_object(url):
    run = bench(url, "-n", 6, "-c", 2, "--defs", "vllm", "--defs", "otel", "--slo", "ttft:10000", "--json")
    told = json.loads(run.stdout)
    assert (run.returncode, run.stderr) == (0, "")
    assert told["or_stream_bench"] == 1
    assert told["requests"] == {"measured": 6, "succeeded": 6, "failed": 0, "warm_up": 0, "cut_off": 0}
    assert set(told["metrics"]) == {"vllm", "otel"}
    assert told["metrics"]["vllm"]["completed"] == 6
    assert told["metrics"]["vllm"]["request_goodput"] > 0


def test_the_table_and_the_files(url, tmp_path):
    run = bench(url, "-n", 4, "-o", tmp_path / "r.csv", "-o", tmp_path / "r.jsonl", "-o", tmp_path / "r.json")
    assert run.returncode == 0
    assert "4 of 4 requests succeeded" in run.stdout
    [head] = [line for line in run.stdout.splitlines() if "median" in line]
    assert head.split() == ["mean", "median", "std", "p90", "p99"]
    [ttft] = [line for line in run.stdout.splitlines() if line.startswith("ttft (ms)")]
    facts = json.loads((tmp_path / "r.json").read_text())["metrics"]["vllm"]
    assert float(ttft.split()[2]) == pytest.approx(facts["mean_ttft_ms"], rel=1e-3)
    with (tmp_path / "r.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [row["outcome"] for row in rows] == [line["outcome"] for line in lines] == ["completed"] * 4
    assert json.loads((tmp_path / "r.json").read_text())["requests"]["succeeded"] == 4


def test_a_server_that_is_down_gives_one_line_and_a_code():
    run = bench(f"http://127.0.0.1:{free_port()}/", "-n", 2)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "2 x connect" in run.stderr


def test_an_interrupted_run_keeps_what_it_measured(responses_server):
    load = command(responses_server.url, "-n", 100_000, "--json")
    process = subprocess.Popen(load, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while len(responses_server.requests) < 50 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    told = json.loads(out)
    assert process.returncode == 130
    assert told["interrupted"]
    assert told["requests"]["succeeded"] > 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--selftest"),
        (["http://x/", "-c", "2", "--rate", "3"], "--concurrency, --rate and --ramp"),
        (["http://x/", "--ramp", "fast"], "FIRST-LAST/SECONDS"),
        (["http://x/", "--ramp", "1-x/3"], "FIRST-LAST/SECONDS"),
        (["http://x/", "--slo", "ttft"], "ttft:500"),
        (["http://x/", "--slo", "ttft_ms:5"], "it knows: ttft, tpot, e2el"),
        (["http://x/", "--defs", "aiperf", "--slo", "ttft:5"], "time_to_first_token"),
        (["localhost:8000/v1/responses"], "write http://localhost:8000/v1/responses"),
        (["ftp://x/"], "no URL of HTTP"),
        (["http://x/", "-r", '{"model":'], "the request is not JSON"),
        (["http://x/", "-r", "{}", "--model", "m"], "--model and --input"),
        (["http://x/", "--timeout", "nan"], "timeout must be more than 0"),
        (["http://x/", "--defs", "nobody"], "nobody"),
        (["http://x/", "-r", "[1"], "No such file"),
    ],
)
def test_wrong_usage_is_said_and_not_run(arguments, says):
    run = bench(*arguments)
    assert run.returncode == 2
    assert says in " ".join(run.stderr.replace("│", " ").split())


def test_files_are_tried_before_anything_is_sent(responses_server, tmp_path):
    for option in ("-o", "--html"):
        run = bench(responses_server.url, "-n", 2, option, tmp_path / "none" / "r.x")
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.endswith("r.x: No such file or directory\n")
    assert responses_server.requests == []


def test_a_full_disk_takes_nothing_from_the_other_files(url, tmp_path):
    run = bench(url, "-n", 2, "-o", "/dev/full", "-o", tmp_path / "r.json", "--html", tmp_path / "r.html")
    assert run.returncode == 1
    assert run.stderr == "or-stream: /dev/full: No space left on device\n"
    assert json.loads((tmp_path / "r.json").read_text())["requests"]["succeeded"] == 2
    assert (tmp_path / "r.html").exists()


def children(process):
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def runs(pid):
    """Whether a process does; one that has ended may wait for somebody to ask how."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@contextmanager
def interrupted(arguments, children_due, after=0.0, is_at_work=lambda: True):
    """A command that a terminal sends Ctrl-C, to it and to what it started, when it has started so many."""
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 30
        while not (len(started := children(process)) >= children_due and is_at_work()) and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        out, error = process.communicate(timeout=45)  # httpx takes its time to let 900 connections go
    finally:
        process.kill()
    yield process.returncode, out, error, started


MANY = ("-n", 100_000, "-c", 4, "--processes", 3, "--json")


@pytest.mark.parametrize("after", [0.0, 0.1, 0.3, 0.6])
def test_ctrl_c_on_a_terminal_while_processes_start(url, after):
    with interrupted((url, *MANY), 2, after) as (code, out, error, _):
        assert (code, error) == (130, b"")
        assert json.loads(out)["interrupted"]


def test_ctrl_c_on_a_terminal_reaches_all_processes_and_one_acts_on_it(responses_server):
    url = responses_server.url
    with interrupted((url, *MANY), 3, 0.5, lambda: len(responses_server.requests) > 20) as (code, out, error, _):
        assert (code, error) == (130, b"")
        told = json.loads(out)
        assert told["interrupted"]
        assert told["requests"]["succeeded"] > 8


@pytest.mark.parametrize("after", [0.0, 1.0, 2.0])
def test_ctrl_c_ends_a_selftest_and_its_server(after):
    with interrupted(("--selftest", "-c", 900, "--json"), 1, after) as (code, out, error, started):
        assert (code, out, error) == (130, b"", b"")
        deadline = time.monotonic() + 5
        while any(map(runs, started)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not any(map(runs, started))


def test_the_client_itself_is_told_beside_the_result(url, tmp_path):
    run = bench(url, "-n", 4, "-c", 2, "--selftest", "-o", tmp_path / "r.json", "--html", tmp_path / "r.html")
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads((tmp_path / "r.json").read_text())
    assert told["requests"]["succeeded"] == 4
    assert told["selftest"]["connections"] == 2
    names = [row["client"] for row in told["selftest"]["clients"]]
    assert all(name in run.stdout for name in names)
    assert any(name.startswith("naive") for name in names)


def test_ctrl_c_while_the_client_is_measured_keeps_the_result(url):
    with interrupted((url, "-n", 4, "-c", 2, "--selftest", "--json"), 1, 0.0) as (code, out, error, _):
        assert (code, error) == (130, b"")
        told = json.loads(out)
        assert told["requests"]["succeeded"] == 4
        assert "selftest" not in told


def test_help_has_an_example():
    assert "--rate 20 --seconds 30" in " ".join(bench("--help").stdout.split())


def test_the_selftest_sets_the_client_beside_the_usual_one():
    told = json.loads(bench("--selftest", "-c", 100, "--json").stdout)
    ours = {row["client"]: row for row in told["clients"]}
    naive = [row for name, row in ours.items() if name.startswith("naive")]
    [load] = [row for name, row in ours.items() if name.startswith("or-stream") and "memory" not in name]
    assert naive
    assert all(row["failed"] == 0 and row["events"] > 0 for row in told["clients"])
    assert all(load["cpu_ns_per_event"] < row["cpu_ns_per_event"] for row in naive)
