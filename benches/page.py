"""The page of figures: `docs/benchmarks.md`, and the same table for a terminal."""

from collections.abc import Iterable, Mapping, Sequence

from .reasons import reasons_for
from .rows.row import Absent, Check, Figure, Finding

MARKS = {"goal": "**goal reached**", "met": "met", "missed": "not met"}

HEAD = """# Benchmarks

Made by `make bench`; do not edit. {date}, {machine}, {python}, or_stream {or_stream}; {peers}.

Every figure is CPU time of one process, the best of several rounds in which the contenders take turns on the same
bytes, each checked for a right answer first. Only ratios of one run mean anything on a shared machine; the middle half
of the rounds stands beside each. `make bench-quick` prints a shorter run in a minute.

![Throughput by path](benchmarks-paths.svg)

![Cost against stream length](benchmarks-growth.svg)
"""

PATHS = """
Microseconds per event over one stream of {events} (279 bytes an event, chunks of 1,400 bytes), all from memory: the
openai client reads from a transport that answers with these chunks, httpx2 and httpx-sse from a response that holds
them. No network is in any of them. In memory, each chunk costs `AsyncEventStream` a turn of the event loop, which over
a socket is the wait for bytes that there is anyway.
"""

PROFILES = """
What recorded streams weigh: `chat` is 17 events of 8.5 kB in all, `long` 700 deltas and snapshots of 27 to 30 kB,
`agent` 16 events with three snapshots of 38 kB, `logprobs` 200 deltas of 600 bytes; `recorded` are the recordings
themselves. Chunks of 16 KiB, microseconds per event. *Folded* is all but the response object. *Final* includes making
it, a pydantic model here, dicts beside, and reading what users read: its status, its text, the total of its tokens, the
names and arguments of its function calls. A field of the model decodes when it is read; *to_dict()* and *model_dump()*
make dicts of all of it instead, the one of what was sent, the other with the defaults of what was not.
"""

SOCKETS = """
Microseconds of the client's CPU time per event, over loopback: a server in its own process sends one HTTP chunk for
each event, to connections that are open before the clock starts. httpx2 has pools of 100 connections.
"""

SMALL = """
- **A paced stream over aiohttp.** When each event comes in a read of its own, the event loop and aiohttp cost twenty
  microseconds an event and decoding less than one: see *an event every 10 ms* above. What we save there is small.
- **Only the final object of a stream that ended well.** Its last event repeats everything. Decoding that one by hand
  costs next to nothing; assembling pays for live use, for streams that are cut, and for servers whose last event is
  incomplete.
- **A program that has perfect framing already.** Against msgspec on payloads that somebody else framed, at no cost,
  the gain is the third and fourth line of this table.
- **A text in which no word comes twice.** The deltas of the other workloads are drawn from sixteen pieces, more alike
  than those of a model, and a short delta that was told before costs no new `str`: the last two lines are without.
"""

BASELINES = """
- **split + msgspec** cuts at line ends (20 % faster than at blank lines), decodes into a tagged union of slim structs
  outside the garbage collector, and leaves snapshots undecoded (`msgspec.Raw`). It knows no multi-line data, no CR
  alone, no limits, and copies an unfinished line again with each chunk. For the response it joins lists of deltas.
- **split + orjson** makes a dict of each event.
- **openai** is the client as documented: `responses.create(stream=True)`, and `responses.stream()` for the response.
- **httpx2 EventSource, httpx-sse** with `json.loads` of each event's data.

They stand in `benches/peers`, the workloads in `benches/workloads.py` and `tests/streams`. Recorded streams are not
part of the project: their row is measured where they are at hand.
"""


def bars_table(findings: Iterable[Finding]) -> list[str]:
    """The rows that have a bar."""
    head = ["#", "what; beside what", "ours", "beside", "measured", "middle half", "bar", "goal", ""]
    return table(head, [_row(finding) for finding in findings if not isinstance(finding, Figure)])


def _row(finding: Check | Absent) -> list[str]:
    if isinstance(finding, Absent):
        return [finding.row, f"{finding.what}: {finding.reason}", *[""] * 7]
    sign = "≥" if finding.at_least else "≤"
    spread = f"{number(finding.spread[0])} - {number(finding.spread[1])}" if finding.spread else ""
    return [
        finding.row,
        finding.what,
        finding.ours,
        finding.beside,
        f"{number(finding.measured)} {finding.unit}".strip(),
        spread,
        f"{sign} {number(finding.bar)}",
        f"{sign} {number(finding.goal)}" if finding.goal is not None else "",
        MARKS[finding.verdict],
    ]


def figures_table(findings: Iterable[Finding], group: str, first: str) -> list[str]:
    """The figures of a group: a line for each series, a column for each x."""
    rows: dict[str, dict[str, str]] = {}
    for figure in findings:
        if isinstance(figure, Figure) and figure.group == group:
            x = f"{figure.x:,}" if isinstance(figure.x, int) else str(figure.x)
            rows.setdefault(figure.series, {})[x] = number(figure.y)
    columns = list(dict.fromkeys(x for row in rows.values() for x in row))
    return table([first, *columns], [[name, *(row.get(x, "") for x in columns)] for name, row in rows.items()])


def page(findings: Sequence[Finding], about: Mapping[str, str]) -> str:
    """The whole page."""
    sections = [
        ("The bars", "", bars_table(findings)),
        ("Why a bar is not met", reasons_for(_missed(findings)), []),
        ("Paths", PATHS.format(events="2,000 deltas"), figures_table(findings, "paths", "path")),
        ("Profiles", PROFILES, figures_table(findings, "profiles", "path")),
        ("Sockets", SOCKETS, figures_table(findings, "sockets", "client")),
        ("Iteration", "\nChunks of 16 KiB in memory.\n", figures_table(findings, "iteration", "way")),
        ("Stream length", "\nMicroseconds per event.\n", figures_table(findings, "growth", "deltas")),
        (
            "Giant events",
            "\nMilliseconds for four events of 0.93 MB, by the size of the chunks they come in.\n",
            figures_table(findings, "giant events", "path"),
        ),
        (
            "Partial arguments",
            "\nMicroseconds per delta; the value is read after each, for which jiter parses all of it anew.\n",
            figures_table(findings, "partial", "deltas"),
        ),
        (
            "Memory",
            "\nResident memory of a process for each live stream.\n",
            figures_table(findings, "memory", "stream"),
        ),
        ("Where the gain is small", SMALL, figures_table(findings, "small gains", "path")),
        ("How the baselines are written", BASELINES, []),
    ]
    written = [
        f"\n## {title}\n{words}" + ("\n" + "\n".join(rows) + "\n" if rows else "") for title, words, rows in sections
    ]
    return HEAD.format(**about) + "".join(written)


def _missed(findings: Iterable[Finding]) -> set[str]:
    return {finding.row for finding in findings if isinstance(finding, Check) and finding.verdict == "missed"}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table, with columns that stand in line in a terminal too."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, rule, *rows)
    ]


def number(value: float) -> str:
    """Three digits, as people write them."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
