"""The pytest plugin, here and in a project of its own."""

import subprocess
import sys
import tomllib
from pathlib import Path

import httpx2
import pytest

import or_stream as ors
from or_stream.bench.captures import write_capture
from or_stream.serve import Faults, Pace, Staging, Stop, Synthetic

ROOT = Path(__file__).parents[2]


def test_it_answers_at_once(responses_server):
    with ors.connect_sync(responses_server.url, {"model": "m", "input": "hi"}) as stream:
        assert stream.get_final_response().status == "completed"
    (asked,) = responses_server.requests
    assert asked.json == {"model": "m", "input": "hi", "stream": True}
    assert responses_server.base_url + "/responses" == responses_server.url


def test_recordings_responses_and_scripts(responses_server, tmp_path):
    write_capture(Synthetic(tokens=3, number=7).capture(), tmp_path / "a.orx")
    error = {"type": "error", "sequence_number": 0, "error": {"type": "x", "code": None, "message": "m", "param": None}}
    url = responses_server.serve(tmp_path / "a.orx", Synthetic(tokens=2).response(), [0.01, error])
    answers = [httpx2.post(url, json={"stream": True}).content for _ in range(3)]
    assert ors.EventStream(answers[0]).get_final_response().id == "resp_synthetic_7"
    assert ors.EventStream(answers[1]).get_final_text() == "a stream"
    assert answers[2] == ors.encode(error)


def test_faults(responses_server):
    responses_server.serve(
        Synthetic(tokens=9), staging=Staging(pace=Pace(speed=100.0), faults=Faults(stop=Stop("reset", 2000)))
    )
    with ors.connect_sync(responses_server.url, {"input": "hi"}) as stream, pytest.raises(ors.TransportError):
        stream.get_final_response()


def test_what_cannot_be_played(responses_server):
    for source, error in ((7, TypeError), ("/none.orx", OSError), ({"status": "in_progress"}, ValueError)):
        with pytest.raises(error):
            responses_server.serve(source)
    with pytest.raises(ValueError, match="nothing to play"):
        responses_server.serve()


TEST = """
import sys
import httpx2
import or_stream as ors

def test_nothing_heavy_is_loaded_before_it_is_asked_for():
    assert not {"pydantic", "asyncio.base_events", "or_stream.serve"} & set(sys.modules)

def test_it(responses_server):
    body = httpx2.post(responses_server.url, json={"stream": True}).content
    assert ors.check(body).findings == []
"""


def test_in_a_project_of_its_own(tmp_path):
    (tmp_path / "test_it.py").write_text(
        TEST.replace("import httpx2\n", "").replace("    body =", "    import httpx2\n    body =")
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "or_stream.testing", "-p", "no:anyio", "-q", "-W", "error"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "2 passed" in run.stdout


def test_the_entry_point_is_named_as_the_module():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"or_stream.testing": "or_stream.testing"}
