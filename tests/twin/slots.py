"""Which item and which part an event speaks of (rules R1-R3)."""

from dataclasses import dataclass, field
from typing import Any

from .kinds import FAMILIES
from .text import Text

STREAMED = {family.item for family in FAMILIES.values()}


@dataclass
class Annotations:
    """Annotations in order of arrival, each with the index that it claimed."""

    entries: list[tuple[int | None, Any]] = field(default_factory=list)

    def put(self, index: int | None, annotation: Any) -> None:
        """Add one, or replace the one that claimed the same index."""
        for place, (claimed, _) in enumerate(self.entries):
            if index is not None and claimed == index:
                self.entries[place] = (index, annotation)
                return
        self.entries.append((index, annotation))

    @property
    def values(self) -> list[Any]:
        return [annotation for _, annotation in self.entries]


@dataclass
class Part:
    """One member of an item's `content` or `summary`."""

    kind: str
    index: int | None
    fields: dict[str, Any]
    text: Text = field(default_factory=Text)
    annotations: Annotations = field(default_factory=Annotations)
    logprobs: list[Any] = field(default_factory=list)
    aliases: set[int] = field(default_factory=set)
    closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether deltas for an index that nobody announced may still mean this part."""
        return not self.text.told

    def fits(self, kind: str) -> bool:
        """Whether an event about this kind of text may mean this part: gap G6 allows any but refusals in any."""
        return not self.kind or not kind or (self.kind == "refusal") == (kind == "refusal")


@dataclass
class Slot:
    """One place in the output: an item and what was streamed for it."""

    kind: str
    epoch: int
    index: int | None = None
    ids: list[str] = field(default_factory=list)
    item: dict[str, Any] = field(default_factory=dict)
    synthesized: bool = False
    adoptable: bool = False
    closed: bool = False
    late: bool = False
    content: list[Part] = field(default_factory=list)
    summary: list[Part] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    commands: dict[int, Text] = field(default_factory=dict)
    outputs: dict[int, list[Any]] = field(default_factory=dict)
    told_outputs: list[list[Any]] = field(default_factory=list)

    @property
    def is_final(self) -> bool:
        """Whether the item is finished and nothing was streamed into it since: it has the last word (R5)."""
        return self.closed and not self.late

    def parts(self, place: str) -> list[Part]:
        return self.content if place == "content" else self.summary

    def learn(self, item_id: str | None, index: int | None) -> None:
        """Remember the names an event used for this slot (R1, alias set)."""
        if item_id is not None and item_id not in self.ids:
            self.ids.append(item_id)
        if self.index is None:
            self.index = index


def find_slot(slots: list[Slot], kind: str, item_id: str | None, index: int | None) -> tuple[Slot | None, list[str]]:
    """Rule R1 (a) to (e): the slot an event speaks of, and whether it had to be guessed."""
    opened = [slot for slot in reversed(slots) if not slot.closed]
    # A finished item takes nothing of another kind: servers reuse ids and indexes.
    strange = kind not in STREAMED
    ended = [s for s in reversed(slots) if s.closed and (s.kind == kind or strange or s.kind not in STREAMED)]
    fitting = [slot for slot in opened if slot.kind == kind or (strange and slot.kind not in STREAMED)]

    def by_id(candidates: list[Slot]) -> Slot | None:
        return next((slot for slot in candidates if item_id is not None and item_id in slot.ids), None)

    def by_index(candidates: list[Slot]) -> Slot | None:
        return next((slot for slot in candidates if index is not None and slot.index == index), None)

    # An event that has only one of the two names is no contradiction; that the other is missing was noted as E6.
    agreeing = by_index(opened) if item_id is None else by_id(opened)
    if index is not None and item_id is not None:
        # An index that the item does not have yet is no contradiction either.
        named = [slot for slot in opened if item_id in slot.ids]
        agreeing = next((slot for slot in named if slot.index in (None, index)), None)
    if agreeing is not None:
        return agreeing, []
    # What names a finished item by its id and its index means that one, whatever else is open.
    finished = [slot for slot in ended if slot.kind == kind and index is not None and slot.index == index]
    repeated = by_id(finished)
    single = fitting[0] if len(fitting) == 1 else None
    guess = repeated or by_id(opened) or by_index(opened) or single or by_id(ended) or by_index(ended)
    return guess, ["R1"]


def find_adopter(slots: list[Slot], kind: str, item_id: str | None, index: int | None) -> Slot | None:
    """Rule R2: the open slot that was made before the announcement that now names it."""
    for slot in reversed(slots):
        same = slot.kind == kind and index is not None and slot.index == index
        if slot.adoptable and ((item_id is not None and item_id in slot.ids) or (not slot.closed and same)):
            return slot
    return None


def find_part(slot: Slot, place: str, kind: str, index: int | None, *, closing: bool) -> tuple[Part | None, list[str]]:
    """Rule R3: the part an event speaks of; `closing` for the event that ends the part itself, after its text's end."""
    parts = slot.parts(place)
    fitting = [part for part in parts if part.fits(kind)]
    opened = [part for part in fitting if (not part.closed if closing else part.is_open)]
    latest = opened[-1] if opened else None
    if index is None:
        return latest, [] if latest else ["R3"]
    named = [part for part in fitting if part.index == index] or [part for part in fitting if index in part.aliases]
    if named:
        return named[-1], []
    if latest is not None:
        latest.aliases.add(index)
    return latest, ["R3"]
