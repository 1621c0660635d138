"""Runs under an interpreter of its own: timed bodies on standard input, what vLLM's code says on standard output.

Told is `{"requests": [[start, [[ns, text], ...]], ...], "duration_s": s, "slos": {...}, "percentiles": [...]}`.

`vllm bench serve` asks for torch and a hundred packages more, of which reading a stream and working metrics out use
none: its code is imported from the wheel, with empty modules in the place of those that it does not need here.
"""

import asyncio
import json
import sys
from contextlib import asynccontextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from types import ModuleType, SimpleNamespace

WHEEL = next((Path(sys.prefix) / "wheel").glob("vllm-*.whl"))
UNUSED = {
    "vllm.benchmarks.datasets": ("SampleRequest", "add_dataset_parser", "get_samples"),
    "vllm.tokenizers": ("TokenizerLike", "get_tokenizer"),
    "vllm.utils": (),
    "vllm.utils.argparse_utils": ("FlexibleArgumentParser",),
    "vllm.utils.gc_utils": ("freeze_gc_heap",),
    "vllm.utils.network_utils": ("join_host_port",),
    "vllm.logger": ("init_logger",),
}


def put_unused_modules():
    """The package itself without its `__init__`, which loads torch, and what its benchmark does not use here."""
    package = sys.modules["vllm"] = ModuleType("vllm")
    package.__path__ = [str(WHEEL / "vllm")]
    for name, members in UNUSED.items():
        module = sys.modules[name] = ModuleType(name)
        for member in members:
            setattr(module, member, type(member, (), {"__init__": lambda *_: None}))


class Server:
    """In the place of an aiohttp session: a body whose pieces set the clock when they come."""

    def __init__(self, start, pieces):
        self.now = start / 1e9
        self.pieces = pieces

    def perf_counter(self):
        return self.now

    @asynccontextmanager
    async def post(self, **_):
        yield SimpleNamespace(status=200, reason="OK", content=self)

    async def iter_any(self):
        for at, text in self.pieces:
            self.now = at / 1e9
            yield text.encode()


async def request(functions, start, pieces):
    server = functions.time = Server(start, pieces)
    asked = functions.RequestFuncInput(
        prompt="hi", api_url="http://server/v1/responses", prompt_len=0, output_len=9, model="m"
    )
    return await functions.async_request_openai_responses(asked, server)


def main() -> None:
    """Say the figures of each request in seconds, and those of the run."""
    told = json.load(sys.stdin)
    put_unused_modules()
    from vllm.benchmarks import serve
    from vllm.benchmarks.lib import endpoint_request_func as functions

    outputs = [asyncio.run(request(functions, start, pieces)) for start, pieces in told["requests"]]
    with redirect_stdout(sys.stderr):
        metrics, _ = serve.calculate_metrics([], outputs, told["duration_s"], None, told["percentiles"], told["slos"])
    json.dump({"requests": [asdict(output) for output in outputs], "run": asdict(metrics)}, sys.stdout)


if __name__ == "__main__":
    main()
