"""Every example runs as it stands, and against a server that is named."""

import importlib
import subprocess
import sys
from inspect import signature

import pytest

from .page import ROOT

SAYS = {
    "consume_live": ["Once upon a time a fox", "completed: 34 tokens, 30 events, 0 findings"],
    "structured_output": [
        "Weather(city='Bergen', celsius=7, rain=True)",
        "no answer (max_output_tokens), only: 'Once upon a'",
    ],
    "tool_arguments": ["so far: {'city': 'Bergen', 'days': [1]}\n", "The tool says: Bergen: day 1 7 celsius, day 2"],
    "gateway_fastapi": ["Once upon a time a fox", "completed by upstream_end: 34 tokens of m"],
    "gateway_asgi": ["Once upon a time a fox", "completed by upstream_end: 34 tokens of m"],
    "gateway_aiohttp": ["Once upon a time a fox", "completed by upstream_end: 34 tokens of m"],
    "metrics_prometheus": ['gateway_tokens_total{model="m",type="output"} 34.0'],
    "litellm_callback": ["m: completed, 34 tokens, 22 deltas"],
    "serve_in_tests": ["3 passed"],
    "load_test": ["p99 of the time to the first token", "20 succeeded, 0 failed"],
    "websocket_turns": ["Once upon a time a fox", "which follows resp_"],
}

GATEWAYS = {"gateway_fastapi", "gateway_asgi", "gateway_aiohttp", "metrics_prometheus"}
HELPERS = ["stand_in", "gateways"]


def run(name, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", ROOT / "examples" / f"{name}.py", *arguments],
        env={"PYTHONPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_all_examples_are_known():
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == {*SAYS, *HELPERS}


@pytest.mark.parametrize("name", SAYS)
def test_it_runs_as_it_stands(name):
    ran = run(name)
    assert (ran.returncode, ran.stderr) == (0, "")
    for words in SAYS[name]:
        assert words in ran.stdout


@pytest.mark.parametrize("name", SAYS)
def test_it_asks_the_server_that_is_named(name, stand_in):
    ran = run(name, stand_in[name == "websocket_turns"])
    assert (ran.returncode, ran.stderr) == (0, "")
    nobody = run(name, "ws://127.0.0.1:1/" if name == "websocket_turns" else "http://127.0.0.1:1/")
    assert nobody.returncode != 0
    # A gateway answers for a server that is not there.
    assert ("HTTP 502" if name in GATEWAYS else "TransportError") in nobody.stderr


def test_the_litellm_callback_overrides_litellms_own_hook(monkeypatch):
    logger = pytest.importorskip("litellm.integrations.custom_logger", reason="litellm is not installed").CustomLogger
    monkeypatch.syspath_prepend(ROOT / "examples")
    own = importlib.import_module("litellm_callback").Usage
    hook = "async_post_call_streaming_iterator_hook"
    assert issubclass(own, logger)
    assert list(signature(getattr(own, hook)).parameters) == list(signature(getattr(logger, hook)).parameters)


@pytest.mark.parametrize("name", [*SAYS, *HELPERS])
def test_it_is_in_the_list(name):
    assert f"[{name}.py]({name}.py)" in (ROOT / "examples/README.md").read_text()
