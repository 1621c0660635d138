"""A load on a server, and whether it kept what was promised: `python examples/load_test.py [URL]`."""

import sys
from contextlib import ExitStack

from or_stream.bench.load import Bounds, FixedRate, Job, LoadRequest, run_load
from or_stream.serve import Program, ServerThread, Staging, Synthetic, Take

OBJECTIVES = {"ttft": 500.0, "tpot": 100.0}


def main(url: str) -> str:
    request = LoadRequest.make(url, {"model": "m", "input": "Tell me of a fox."})
    plan = FixedRate(20.0)  # an open loop: latencies count from the moment a request was due
    result = run_load(Job((request,), plan, Bounds(requests=20, warm_up=2)))
    facts = result.facts(("vllm",), OBJECTIVES)
    for kind, told in facts["errors"].items():
        print(f"{told['count']} x {kind}: {told['example']}", file=sys.stderr)
    for warning in facts["warnings"]:
        print(warning)
    metrics = facts["metrics"]["vllm"]
    if result.succeeded:
        print(f"p99 of the time to the first token: {metrics['p99_ttft_ms']:.0f} ms")
        print(f"within {OBJECTIVES}: {metrics['request_goodput']:.1f} requests a second")
    return f"{result.succeeded} succeeded, {result.failed} failed"


if __name__ == "__main__":
    with ExitStack() as stack:
        target = sys.argv[1] if len(sys.argv) > 1 else ""
        if not target:
            take = Take.of(Synthetic(tokens=20, rate=100, ttft=0.05))
            target = stack.enter_context(ServerThread(Program([take], Staging()))).url
        verdict = main(target)
    print(verdict)
    sys.exit("TransportError: no request came through" if verdict.startswith("0 ") else 0)
