"""Writes vectors/streams.jsonl from the rows and the server profiles: `python -m tests.conformance.publish`."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.streams.answers import AGENT
from tests.streams.profiles import SERVERS, Profile
from tests.twin import read as twin_read

from .rows import HELLO, HELLO_EVENTS, Row, sse
from .table_e import TABLE_E
from .table_r import TABLE_R
from .table_rules import RULES
from .table_s import TABLE_S
from .table_texts import TEXTS

PAGE = Path(__file__).resolve().parents[2] / "vectors" / "streams.jsonl"
CONTROL = Row(
    "control", "nothing wrong: the plain answer in the rows' short spelling", sse(*HELLO_EVENTS), None, [HELLO]
)
ROWS = [CONTROL, *TABLE_S, *TABLE_E, *TABLE_R, *RULES, *TEXTS]


def vectors() -> Iterator[dict[str, Any]]:
    """Every vector, the control first, then rows in table order, then servers."""
    count: Counter[str] = Counter()
    for row in ROWS:
        count[row.id] += 1
        yield of_row(row, f"{row.id}.{count[row.id]}")
    for server in SERVERS:
        yield of_server(server)


def of_row(row: Row, name: str) -> dict[str, Any]:
    facts = {
        "outcome": row.outcome,
        "output": row.output or [],
        "also": row.also,
        "error": row.error,
        "findings": sorted(row.findings),
        "types": row.types,
        "strict_error": row.strict,
    }
    return {"name": name, "rule": row.id, "what": row.what, **body_of(row.body), **facts}


def of_server(server: Profile) -> dict[str, Any]:
    """The same answer as every other server, in this one's ways; what ids are due, the bytes tell."""
    body = server.body(AGENT)
    facts = {
        "outcome": "completed",
        "output": twin_read(body).fold.snapshot()["output"],
        "also": {},
        "error": None,
        "findings": sorted(server.findings),
        "types": None,
        "strict_error": None,
    }
    what = f"reasoning, a message and two calls as {server.name} tells them"
    return {"name": f"server.{server.name}", "rule": "server", "what": what, **body_of(body), **facts}


def body_of(body: bytes) -> dict[str, str]:
    """UTF-8 where it is UTF-8."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_b64": base64.b64encode(body).decode()}


def text() -> str:
    """The file, as it must stand on the disk."""
    return "".join(json.dumps(vector, separators=(",", ":")) + "\n" for vector in vectors())


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text(), encoding="utf-8")
