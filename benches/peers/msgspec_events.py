"""split + msgspec, tuned: a tagged union of slim structs outside the garbage collector, snapshots left undecoded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar

import msgspec

from . import split
from .kinds import ITEMS, OPAQUE, RESPONSES, TEXT_DELTAS

Events = list[Any]


class Delta(msgspec.Struct, gc=False, tag_field="type"):
    """A piece of text of one part of one item."""

    type: ClassVar[str]
    delta: str
    sequence_number: int = -1
    output_index: int = 0
    content_index: int = 0


class ItemEvent(msgspec.Struct, gc=False, tag_field="type"):
    """The first or the last telling of an item."""

    type: ClassVar[str]
    item: msgspec.Raw
    sequence_number: int = -1
    output_index: int = 0


class ResponseEvent(msgspec.Struct, gc=False, tag_field="type"):
    """A snapshot of the response, as it came."""

    type: ClassVar[str]
    response: msgspec.Raw
    sequence_number: int = -1


class Other(msgspec.Struct, gc=False, tag_field="type"):
    """An event of which only the type matters."""

    type: ClassVar[str]
    sequence_number: int = -1


def _tagged(base: type[msgspec.Struct], names: Sequence[str]) -> list[Any]:
    """A struct for each type; `type` is on the class, as msgspec keeps the tag out of the fields."""
    return [
        msgspec.defstruct(f"E{number}", [], bases=(base,), tag=name, gc=False, namespace={"type": name})
        for number, name in enumerate(names)
    ]


_DELTAS = _tagged(Delta, TEXT_DELTAS)
_ITEMS = _tagged(ItemEvent, ITEMS)
_UNION = [*_DELTAS, *_ITEMS, *_tagged(ResponseEvent, RESPONSES), *_tagged(Other, OPAQUE)]
TEXT_DELTA = _DELTAS[0]
ITEM_ADDED = _ITEMS[0]

decode = msgspec.json.Decoder(reduce(or_, _UNION)).decode


def batches(chunks: Iterable[bytes]) -> Iterator[Events]:
    """The typed events that each chunk completes; `[DONE]` and events of unknown types are left out."""
    for lines in split.lines(chunks):
        try:
            yield [decode(line[6:]) for line in lines if line[:1] == b"d"]
        except msgspec.DecodeError:
            yield [event for line in lines if line[:1] == b"d" and (event := _lenient(line)) is not None]


def _lenient(line: bytes) -> Any:
    try:
        return decode(line[6:])
    except msgspec.DecodeError:
        return None


def decode_lines(lines: Iterable[bytes]) -> int:
    """Only the decoding, with a perfect framing for nothing; how many events."""
    return len([decode(line) for line in lines])


def count(chunks: Iterable[bytes]) -> int:
    """Lists of events, each delta a `str`; how many events."""
    return sum(map(len, batches(chunks)))


def read(chunks: Iterable[bytes]) -> int:
    """Each event's type and the text of deltas; how many characters."""
    characters = 0
    for events in batches(chunks):
        for event in events:
            if event.type == "response.output_text.delta":
                characters += len(event.delta)
    return characters


class Fold:
    """The response that the events of a stream make, in joined lists of deltas."""

    def __init__(self) -> None:
        self.base = msgspec.Raw(b"{}")
        self.items: dict[int, msgspec.Raw] = {}
        self.texts: defaultdict[tuple[int, int], list[str]] = defaultdict(list)

    def take(self, events: Events) -> None:
        """Take the events of a chunk."""
        texts = self.texts
        for event in events:
            if type(event) is TEXT_DELTA:
                texts[event.output_index, event.content_index].append(event.delta)
            else:
                self._take(event)

    def _take(self, event: Any) -> None:
        if isinstance(event, Delta):
            self.texts[event.output_index, event.content_index].append(event.delta)
        elif isinstance(event, ResponseEvent):
            self.base = event.response
        elif type(event) is ITEM_ADDED:
            self.items[event.output_index] = event.item

    def response(self) -> dict[str, Any]:
        """The response with its items as the deltas tell them."""
        items = {index: msgspec.json.decode(raw) for index, raw in sorted(self.items.items())}
        for (index, _), pieces in sorted(self.texts.items()):
            if index in items:
                _put(items[index], "".join(pieces))
        return {**msgspec.json.decode(self.base), "output": list(items.values())}


def _put(item: dict[str, Any], text: str) -> None:
    if item["type"] == "function_call":
        item["arguments"] = text
    else:
        item.setdefault("content", []).append({"type": "output_text", "text": text, "annotations": []})


def fold(chunks: Iterable[bytes]) -> Fold:
    """A response being built."""
    response = Fold()
    for events in batches(chunks):
        response.take(events)
    return response


def final(chunks: Iterable[bytes]) -> str:
    """The finished response of a stream; its answer."""
    return answer(fold(chunks).response())


def read_response(response: dict[str, Any]) -> tuple[str | None, str, int | None, list[tuple[str, str]]]:
    """What users read of a response: its status, its text, the tokens it took, the calls to answer."""
    text: list[str] = []
    calls: list[tuple[str, str]] = []
    for item in response["output"]:
        if item["type"] == "message":
            text += [part["text"] for part in item["content"] if part["type"] == "output_text"]
        elif item["type"] == "function_call":
            calls.append((item["name"], item["arguments"]))
    usage = response.get("usage")
    return response.get("status"), "".join(text), usage and usage.get("total_tokens"), calls


def final_of_any(chunks: Iterable[bytes]) -> tuple[str | None, str, int | None, list[tuple[str, str]]]:
    """The response of a stream that may be cut, and what users read of it."""
    return read_response(fold(chunks).response())


def answer(response: dict[str, Any]) -> str:
    """The text of the messages, or the arguments of the first call."""
    _, text, _, calls = read_response(response)
    return calls[0][1] if calls else text


def last_only(body: bytes) -> str:
    """The answer of a stream that is known to be complete: only its last event is decoded."""
    return answer(msgspec.json.decode(decode(split.last_data(body)).response))
