"""The regression gate: instructions per event of fixed workloads, against the limits in `instructions.json`.

Seconds differ from run to run by tens of percent, instructions by less than a thousandth. Each workload of the core
(`rust/core/examples/workload.rs`) runs once and three times under callgrind; the difference is what the stream costs,
without the start of the process. A workload may take 3 % more than its limit; beyond that the gate fails.

What the counts belong to: one architecture, one compiler, and one kind of processor, because memchr and the C library
choose their loops by what the processor can do. Under valgrind that is no lottery: it shows every program one and the
same Haswell on whatever machine has AVX2. The gate does not run elsewhere. In CI, where it must run, that is a failure.

To move the limits, after a change that makes the core faster or is worth its price: `make gate-update`, and commit the
file with the reason in the message.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.streams.wire import Dialect

from .workloads import Workload, giant_closing, plain_and_escaped, profile, text

ROOT = Path(__file__).parent.parent
LIMITS = Path(__file__).parent / "instructions.json"
TOLERANCE = 0.03


@dataclass(frozen=True)
class Case:
    """One path of the core over one workload in chunks of one size."""

    path: str
    load: Callable[[], Workload]
    chunk: int


CASES = {
    "framing, 16 KiB chunks": Case("frame", lambda: text(1_000), 16_384),
    "events, 16 KiB chunks": Case("decode", lambda: text(1_000), 16_384),
    "events, 1,400 B chunks": Case("decode", lambda: text(1_000), 1_400),
    "events, 100 B chunks": Case("decode", lambda: text(1_000), 100),
    "events, type last": Case("decode", lambda: text(1_000, Dialect(key_order="alphabetical")), 16_384),
    "events, 0.1 MB each, 1,400 B chunks": Case("decode", lambda: giant_closing(20_000), 1_400),
    "events, single bytes": Case("decode", lambda: text(200), 1),
    "facts of a tap, 16 KiB chunks": Case("tap", lambda: text(1_000), 16_384),
    "facts of a tap, 1,400 B chunks": Case("tap", lambda: text(1_000), 1_400),
    "response, 16 KiB chunks": Case("assemble", lambda: text(1_000), 16_384),
    "response, 1,400 B chunks": Case("assemble", lambda: text(1_000), 1_400),
    "response, escaped text": Case("assemble", lambda: plain_and_escaped(100)[1], 16_384),
    "response, profile agent": Case("assemble", lambda: profile("agent"), 16_384),
    "response, profile logprobs": Case("assemble", lambda: profile("logprobs"), 16_384),
}


def main() -> int:
    """Compare, or write new limits; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(prog="python -m benches.instructions")
    parser.add_argument("--update", action="store_true", help="write what is measured as the new limits")
    parser.add_argument("--binary", type=Path, help="a `workload` that is built already")
    options = parser.parse_args()
    kept = json.loads(LIMITS.read_text(encoding="utf-8")) if LIMITS.exists() else {}
    if reason := why_not(kept, update=options.update):
        must_run = os.environ.get("CI") == "true"
        print(f"instruction gate: {'FAILED' if must_run else 'skipped'}, {reason}")
        return int(must_run)
    counts = measure(options.binary or build())
    if options.update:
        kept = {"machine": platform.machine(), "compiler": compiler(), "instructions per event": counts}
        LIMITS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return compare(counts, kept)


def why_not(kept: dict[str, object], *, update: bool) -> str | None:
    """What keeps the gate from being measured here, if anything does."""
    if shutil.which("valgrind") is None:
        return "valgrind is not installed"
    if not update and kept.get("machine") != platform.machine():
        return f"the limits are for {kept.get('machine')}, this is {platform.machine()}"
    if platform.machine() == "x86_64" and not has_avx2():
        return "the processor has no AVX2, so that valgrind shows programs another one than the limits are for"
    return None


def has_avx2() -> bool:
    """Whether this machine's processor has what valgrind's Haswell needs; taken for granted where nobody can tell."""
    told = Path("/proc/cpuinfo")
    return not told.exists() or " avx2 " in told.read_text(encoding="utf-8")


def build() -> Path:
    """Compile the workload for speed."""
    command = ["cargo", "build", "--release", "--quiet", "--locked", "--package=or-stream-core", "--example=workload"]
    subprocess.run(command, check=True, cwd=ROOT)
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release/examples/workload"


def compiler() -> str:
    """The compiler that the counts belong to."""
    return subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.strip()


def measure(binary: Path) -> dict[str, float]:
    """Instructions per event of each case."""
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, case in CASES.items():
            load = case.load()
            body = Path(folder) / "body.sse"
            body.write_bytes(load.body)
            once, thrice = (instructions(binary, case, body, times) for times in (1, 3))
            counts[name] = round((thrice - once) / 2 / load.events, 1)
    return counts


def instructions(binary: Path, case: Case, body: Path, times: int) -> int:
    """Instructions of a whole run, as callgrind counts them."""
    out = body.with_suffix(".out")
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(binary), case.path, str(body)]
    subprocess.run([*command, str(case.chunk), str(times)], check=True, capture_output=True)
    totals = [line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith("totals:")]
    return int(totals[-1].split()[1])


def compare(counts: dict[str, float], kept: dict[str, object]) -> int:
    """Print each count beside its limit; 1 when one is beyond it or has none."""
    limits: dict[str, float] = kept.get("instructions per event", {})  # type: ignore[assignment]
    broken = 0
    for name, count in counts.items():
        change = count / limits[name] - 1 if name in limits else float("inf")
        broken += change > TOLERANCE
        remark = "BEYOND ITS LIMIT" if change > TOLERANCE else "better: move the limit" if change < -TOLERANCE else ""
        print(f"{name:38} {count:12,.1f} instructions an event, {change:+8.1%}  {remark}".rstrip())
    if broken:
        print(f"{broken} of {len(counts)} beyond the limit; measured with {compiler()}, limits from {kept['compiler']}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
