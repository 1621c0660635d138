"""Tests against a real server, by the fixture `responses_server`: `pytest examples/serve_in_tests.py`, or run it.

The plugin comes with `or-stream`; `ask` stands for whatever of yours reads a stream.
"""

# ruff: noqa: S101, S603 - these are tests, run by our own command

import subprocess
import sys

import or_stream as ors
from or_stream.serve import Faults, FaultsInTurn, Staging, Stop, Synthetic
from or_stream.testing import ResponsesServer


def ask(url: str) -> str:
    """The code under test: an answer's text, asked for once more where the connection breaks."""
    request = {"model": "m", "input": "hi"}
    for _ in range(2):
        try:
            with ors.connect_sync(url, request) as stream:
                return stream.get_final_response().output_text
        except ors.OrStreamError:
            continue
    return ""


def test_an_answer_arrives(responses_server: ResponsesServer) -> None:
    assert ask(responses_server.serve(Synthetic(tokens=5)))
    assert responses_server.requests[0].json["model"] == "m"


def test_a_reset_is_survived(responses_server: ResponsesServer) -> None:
    first_breaks = FaultsInTurn((Faults(stop=Stop("reset", 900)), Faults()))
    assert ask(responses_server.serve(Synthetic(tokens=20), staging=Staging(faults=first_breaks)))
    assert len(responses_server.requests) == 2


def test_a_failure_is_not_asked_for_again_and_again(responses_server: ResponsesServer) -> None:
    always = Staging(faults=Faults(stop=Stop("close", 900)))
    assert not ask(responses_server.serve(Synthetic(tokens=20), staging=always))
    assert len(responses_server.requests) == 2


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(ask(sys.argv[1]) or sys.exit("TransportError: no answer"))
    else:
        sys.exit(subprocess.call([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]))
