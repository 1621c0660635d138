"""docs/clients.md, written from the verdicts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from .case import Case
from .verdict import Verdict

SIGNS = {
    Verdict.RIGHT: "✓",
    Verdict.WRONG: "wrong",
    Verdict.LOST: "lost",
    Verdict.CRASHED: "crash",
    Verdict.SILENT: "silent",
    Verdict.HIDDEN: "end",
    Verdict.HANG: "hang",
}

HEAD = """# Which bytes break which client

Written by `make clients` on {day}: each client, at the version below, reads each of our [vectors](../vectors/README.md) from a real HTTP
server through its public streaming API, in a process of its own. No cell is written by hand. The vectors are ours, made from the ways in which
real servers differ; a client that was built for one server need not have met the others.

## What the signs say

| sign | the client |
|---|---|
| ✓ | gave the right text and function calls (none where none are due), and told the right end |
| wrong | gave something else |
| lost | gave only part of it |
| crash | raised where nothing was to be raised, or something that says nothing of stream, connection or server |
| silent | ended as if all were well, although the stream was cut or failed |
| end | told another end than the server did |
| hang | did not come back within five seconds |

Compared are the text of all messages, name and arguments of function calls, and the end. Reasoning, refusals and events are not. Where the
server reports a failure, an exception of the client's own kind for it is as good as an event, and the content does not count; of a stream that
was cut, the content that the client still gives does. Rows that leave out the end only to show what is made of the events before it are judged by
their content alone. The rows are short: fields that the contract requires are left out where the row is not
about them.

## The clients

| client | package | read through | right |
|---|---|---|---|
{clients}

For `openai`, `httpx2` and `httpx-sse`, which give events or lines and no answer, "text" is what the obvious loop makes of them: deltas joined,
calls taken from `output_item.done`. Such a loop notices a cut only if it looks for the terminal event itself.

"""


@dataclass(frozen=True)
class Column:
    """One client and its verdicts, in the order of the cases."""

    name: str
    package: str
    version: str
    way: str
    verdicts: list[Verdict]

    def summary(self) -> str:
        """Its counts in one line."""
        return f"{self.name} {self.version}: " + ", ".join(f"{n} {v}" for v, n in Counter(self.verdicts).most_common())

    def right(self) -> str:
        """How many of the cases it got right."""
        return f"{self.verdicts.count(Verdict.RIGHT)} of {len(self.verdicts)}"


def page(cases: list[Case], columns: list[Column], day: date) -> str:
    """The whole page."""
    clients = "\n".join(f"| {c.name} | {c.package} {c.version} | {c.way} | {c.right()} |" for c in columns)
    return HEAD.format(day=day, clients=clients) + table(cases, columns)


def table(cases: list[Case], columns: list[Column]) -> str:
    """One row a case."""
    names = " | ".join(column.name for column in columns)
    rows = [
        f"| {case.name} | {case.what.replace('|', '/')} | {' | '.join(SIGNS[c.verdicts[at]] for c in columns)} |"
        for at, case in enumerate(cases)
    ]
    return f"## The rows\n\n| row | what it is | {names} |\n|---|---|{'---|' * len(columns)}\n" + "\n".join(rows) + "\n"
