"""split + orjson: each event a dict."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from . import split
from .kinds import RESPONSES
from .msgspec_events import answer


def events(chunks: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    """The events that each chunk completes."""
    loads = orjson.loads
    for lines in split.lines(chunks):
        yield [loads(line[6:]) for line in lines if line[:1] == b"d" and line != split.DONE]


def read(chunks: Iterable[bytes]) -> int:
    """Each event's type and the text of deltas; how many characters."""
    characters = 0
    for batch in events(chunks):
        for event in batch:
            if event["type"] == "response.output_text.delta":
                characters += len(event["delta"])
    return characters


def final(chunks: Iterable[bytes]) -> str:
    """The finished response of a stream, built from its deltas; its answer."""
    base: dict[str, Any] = {}
    items: dict[int, dict[str, Any]] = {}
    texts: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for batch in events(chunks):
        for event in batch:
            kind = event["type"]
            if kind == "response.output_text.delta":
                texts[event["output_index"], event["content_index"]].append(event["delta"])
            elif kind == "response.output_item.added":
                items[event["output_index"]] = event["item"]
            elif kind in RESPONSES:
                base = event["response"]
    for (index, _), pieces in sorted(texts.items()):
        items[index]["content"].append({"type": "output_text", "text": "".join(pieces), "annotations": []})
    return answer({**base, "output": [items[index] for index in sorted(items)]})
