"""Which item and which part an event speaks of (rules R1-R3)."""

from dataclasses import dataclass, field
from typing import Any

from .kinds import FAMILIES
from .text import Text

STREAMED = {family.item for family in FAMILIES.values()}


@dataclass
class Annotations:
    """Annotations by index, each with whether an event of its own told it; one without an index stands at the end."""

    entries: list[tuple[tuple[int, int], bool, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, values: list[Any]) -> "Annotations":
        """Those of a list, which events may tell again."""
        return cls([((index, 0), False, value) for index, value in enumerate(values)])

    def put(self, index: int | None, annotation: Any) -> list[str]:
        """Add one, or replace what a list told at its index; what an event told at its index stays (E7)."""
        known = [entry for entry in self.entries if entry[0] == (index, 0)]
        taken = any(alone and told != annotation for _, alone, told in known)
        if index is None or taken:
            (last, after), _, _ = max(self.entries, default=((0, -1), True, None), key=lambda entry: entry[0])
            place = (last, after + 1)
        else:
            place = (index, 0)
        others = [entry for entry in self.entries if entry[0] != place]
        self.entries = sorted([*others, (place, True, annotation)], key=lambda entry: entry[0])
        return ["E7"] * taken

    @property
    def values(self) -> list[Any]:
        return [annotation for _, _, annotation in self.entries]


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


def find_slot(
    slots: list[Slot], kind: str, item_id: str | None, index: int | None, *, about_part: bool = False
) -> tuple[Slot | None, list[str]]:
    """Rule R1 (a) to (e): the slot an event speaks of, and whether it had to be guessed.

    An event about a part of `content` may mean a message or reasoning, whatever the part is (gap G6).
    """
    # An item takes nothing of another kind, unless the event says all its names: servers reuse ids and indexes.
    strange = kind not in STREAMED
    taking = [s for s in reversed(slots) if s.kind == kind or strange or s.kind not in STREAMED]
    opened = [slot for slot in taking if not slot.closed]
    ended = [slot for slot in taking if slot.closed]
    fitting = [slot for slot in opened if slot.kind == kind or (strange and slot.kind not in STREAMED)]

    def by_id(candidates: list[Slot]) -> Slot | None:
        return next((slot for slot in candidates if item_id is not None and item_id in slot.ids), None)

    def by_index(candidates: list[Slot]) -> Slot | None:
        return next((slot for slot in candidates if index is not None and slot.index == index), None)

    # An event that has only one of the two names is no contradiction; that the other is missing was noted as E6.
    # Neither is an index that the item does not have yet.
    named = [s for s in reversed(slots) if not s.closed and (index is None or s.index in (None, index))]
    holding = [s for s in reversed(slots) if not s.closed and (s in opened or s.kind in ("message", "reasoning"))]
    agreeing = by_id(named) if item_id is not None else by_index(holding if about_part else opened)
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
