"""Writes the seeds of the fuzz targets, out of what the tests have: `python rust/fuzz/seeds.py FOLDER`."""

import base64
import json
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.conformance.table_e import TABLE_E  # noqa: E402
from tests.conformance.table_r import TABLE_R  # noqa: E402
from tests.conformance.table_rules import RULES  # noqa: E402
from tests.conformance.table_s import TABLE_S  # noqa: E402

HEADS = (b"\xff\xff\xff\xff", b"\x01\x01\x01\x01", b"\x07\x03\x40\x11")
"""Chunk lengths: the whole, bytewise, mixed."""

MODES = (0, 4, 1, 2, 16, 12)
"""Settings of `Input`: none, doubled or another output source, strict, tight limits, looked at, another source."""

IN_FULL = b"\x1e"


def vectors(name: str) -> Iterator[bytes]:
    """The inputs of one file of vectors, but for the giant ones."""
    for line in (ROOT / "tests/vectors" / name).read_text(encoding="utf-8").splitlines():
        vector = json.loads(line)
        if "input_b64" in vector:
            yield base64.b64decode(vector["input_b64"])


def bodies() -> Iterator[bytes]:
    """Short streams, each odd in another way."""
    for table in (TABLE_S, TABLE_E, TABLE_R, RULES):
        yield from (row.body for row in table)


def texts() -> Iterator[bytes]:
    """JSON texts and their like."""
    yield from vectors("json_accept.jsonl")
    yield from vectors("json_reject.jsonl")


def responses() -> Iterator[bytes]:
    """Finished responses, and texts that are none."""
    for file in sorted((ROOT / "tests/models/samples").glob("*.json")):
        yield file.read_bytes()
        yield json.dumps(json.loads(file.read_bytes())).encode()
    output = [{"type": "message", "id": "m", "content": [{"type": "output_text", "text": "a b"}]}]
    for status in ("completed", "incomplete", "failed", "cancelled"):
        yield json.dumps({"status": status, "output": output}).encode()
    yield from texts()


def arguments() -> Iterator[bytes]:
    """Arguments as deltas, as deltas and in full."""
    for text in texts():
        yield from (text, text[: len(text) // 2] + IN_FULL + text, b"{}" + IN_FULL + text)


TARGETS = {
    "sse": lambda: vectors("sse.jsonl"),
    "decode": bodies,
    "assemble": bodies,
    "arguments": arguments,
    "encode": responses,
    "json": texts,
}


def main() -> None:
    """Write one folder of seeds per target; what is longer than 4 KiB is left out."""
    folder = Path(sys.argv[1])
    for target, inputs in TARGETS.items():
        seeds = {body for body in inputs() if len(body) <= 4096}
        (folder / target).mkdir(parents=True, exist_ok=True)
        heads = cycle(head + bytes([mode]) for mode in MODES for head in HEADS)
        for number, (head, body) in enumerate(zip(heads, sorted(seeds))):  # noqa: B905 - the heads never end
            (folder / target / f"seed_{number:04}").write_bytes(head + body)
        print(f"{target}: {len(seeds)} seeds")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
