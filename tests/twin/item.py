"""What an item says by itself, and how a slot is written back as one (rule R5)."""

import copy
from typing import Any

from .agreement import differ
from .slots import STREAMED, Annotations, Part, Slot
from .text import Text

# What a tool loop or a next request needs; a done item that leaves it out does not take it back (null is absent, E15).
IDENTITY = ("type", "id", "call_id", "name")

MINIMAL: dict[str, dict[str, Any]] = {
    "message": {"role": "assistant", "status": "in_progress", "content": []},
    "reasoning": {"summary": []},
}
MINIMAL_PART: dict[str, dict[str, Any]] = {"output_text": {"annotations": []}}

SCALARS = ("arguments", "input", "code", "operation.diff")


def text_field(kind: str) -> str:
    """The field of a part that holds its text."""
    return "refusal" if kind == "refusal" else "text"


def new_part(kind: str, index: int | None, fields: dict[str, Any]) -> Part:
    """A part as it was announced; its text is a seed (R6)."""
    seed = fields.get(text_field(kind))
    return Part(
        kind=kind,
        index=index,
        fields=copy.deepcopy(fields),
        text=Text(seed=seed if isinstance(seed, str) else ""),
        annotations=Annotations.of(list_in(fields, "annotations")),
        logprobs=list_in(fields, "logprobs"),
    )


def list_in(fields: Any, key: str) -> list[Any]:
    """A copy of a list field; empty where it is anything else."""
    value = fields.get(key) if isinstance(fields, dict) else None
    return copy.deepcopy(value) if isinstance(value, list) else []


def kind_of(item: dict[str, Any]) -> str:
    kind = item.get("type")
    return kind if isinstance(kind, str) else ""


def id_of(item: dict[str, Any]) -> str | None:
    """An item's id; an empty one is none (G10)."""
    item_id = item.get("id")
    return item_id if isinstance(item_id, str) and item_id else None


def announce(slot: Slot, item: dict[str, Any]) -> None:
    """Let a slot hold what `output_item.added` said; parts that are streaming already go on."""
    slot.item = copy.deepcopy(item) | identity(slot, item)
    slot.kind = kind_of(item) or slot.kind
    slot.synthesized = slot.adoptable = slot.closed = False
    for place in ("content", "summary"):
        if not slot.parts(place):
            slot.parts(place).extend(parts_in(item, place))


def parts_in(item: dict[str, Any], place: str) -> list[Part]:
    """The parts that an item brings along."""
    fields = [part for part in list_in(item, place) if isinstance(part, dict)]
    return [new_part(kind_of(part), index, part) for index, part in enumerate(fields)]


def finish(slot: Slot, item: dict[str, Any]) -> list[str]:
    """Take `output_item.done`: the item's own words win unless empty, part by part (R5)."""
    findings = seeds_weighed(slot, item)
    known = bool(slot.item) or slot.synthesized
    findings += ["R5"] * (known and differ(write(slot), item))
    for place in ("content", "summary"):
        findings += finish_parts(slot, place, item)
    for name in SCALARS:
        if name in slot.texts:
            findings += slot.texts[name].tell_by_item(look_up(item, name))
    commands = list_in(item.get("action"), "commands")
    for position, text in enumerate(text for _, text in sorted(slot.commands.items())):
        findings += text.tell_by_item(commands[position] if position < len(commands) else None)
    if commands and slot.commands:
        # The item's own list counts, and its places, whatever numbers the stream gave to more or fewer of them.
        streamed = [text for _, text in sorted(slot.commands.items())][: len(commands)]
        slot.commands = dict(enumerate([*streamed, *map(told, commands[len(streamed) :])]))
    if list_in(item, "output"):
        slot.outputs, slot.told_outputs = {}, []
    slot.item = copy.deepcopy(item) | identity(slot, item)
    slot.kind = kind_of(item) or slot.kind
    slot.closed, slot.late = True, False
    return findings


def identity(slot: Slot, item: dict[str, Any]) -> dict[str, Any]:
    """What an item is called and was called before, where it leaves that out."""
    known = {"type": slot.kind if slot.kind in STREAMED else "", "id": slot.ids[0] if slot.ids else ""}
    told = {key: slot.item.get(key) or known.get(key) for key in IDENTITY}
    return {key: value for key, value in told.items() if value and not item.get(key)}


def seeds_weighed(slot: Slot, item: dict[str, Any]) -> list[str]:
    """The end of an item decides about what the announcements of its parts held (R6)."""
    findings = []
    for place in ("content", "summary"):
        for part, done in zip(in_order(slot.parts(place)), parts_in(item, place), strict=False):
            findings += part.text.decide_seed(done.text.seed)
        for part in slot.parts(place):
            findings += part.text.close() if not part.text.told else []
    return findings


def told(text: Any) -> Text:
    """A text that a done item brought along: the last word already."""
    return Text(deltas=text if isinstance(text, str) else "", streamed=True, told=True)


def seed(text: Any) -> Text:
    """A text that an announced item brought along."""
    return Text(seed=text if isinstance(text, str) else "")


def finish_parts(slot: Slot, place: str, item: dict[str, Any]) -> list[str]:
    """Match the done item's parts with the streamed ones by their place in the list."""
    findings: list[str] = []
    streamed, done = in_order(slot.parts(place)), parts_in(item, place)
    for position, part in enumerate(streamed):
        if not done:
            findings += part.text.close()
        elif position >= len(done):
            slot.parts(place).remove(part)
        elif part.kind and part.kind != done[position].kind:
            slot.parts(place)[slot.parts(place).index(part)] = settled(done[position], part.index)
        else:
            findings += finish_part(part, done[position], by_item=True)
    for position, part in enumerate(done[len(streamed) :], start=len(streamed)):
        slot.parts(place).append(settled(part, position))
    return findings


def settled(part: Part, index: int | None) -> Part:
    """A part that only the done item told."""
    part.text.close()
    part.index, part.closed = index, True
    return part


def finish_part(part: Part, done: Part, *, by_item: bool) -> list[str]:
    """Take what a done event says of a part: its fields replace, its text has the last word, its lists unless empty."""
    whole = done.fields.get(text_field(done.kind or part.kind))
    findings = []
    if by_item:
        findings = part.text.tell_by_item(whole)
    elif isinstance(whole, str):
        findings = part.text.tell(whole)
    part.kind, part.closed = done.kind or part.kind, True
    named = {"type": part.kind} if part.kind and not done.fields.get("type") else {}
    part.fields = done.fields | named
    part.annotations = done.annotations if done.annotations.entries else part.annotations
    part.logprobs = done.logprobs or part.logprobs
    return findings


def in_order(parts: list[Part]) -> list[Part]:
    """By index; a part without one stands after the part that came before it."""
    keyed: list[tuple[int, int, Part]] = []
    place = -1
    for part in parts:
        place = place if part.index is None else part.index
        keyed.append((place, len(keyed), part))
    return [part for _, _, part in sorted(keyed, key=lambda key: key[:2])]


def look_up(item: Any, dotted: str) -> Any:
    for key in dotted.split("."):
        item = item.get(key) if isinstance(item, dict) else None
    return item


def put(item: dict[str, Any], dotted: str, value: Any) -> None:
    *path, last = dotted.split(".")
    for key in path:
        if not isinstance(item.get(key), dict):
            item[key] = {}
        item = item[key]
    item[last] = value


def write(slot: Slot) -> dict[str, Any]:
    """The item as of now: what was streamed wins over what was announced."""
    item = copy.deepcopy(slot.item)
    if slot.synthesized:
        item = {"type": slot.kind, **copy.deepcopy(MINIMAL.get(slot.kind, {})), **item}
        item |= {"id": slot.ids[0]} if slot.ids else {}
    for place in ("content", "summary"):
        if slot.parts(place):
            item[place] = [write_part(part) for part in in_order(slot.parts(place))]
    for name, text in slot.texts.items():
        if text.streamed or not look_up(item, name):
            put(item, name, text.value)
    if slot.commands:
        put(item, "action.commands", [text.value for _, text in sorted(slot.commands.items())])
    if slot.outputs:
        item["output"] = [entry for _, entries in sorted(slot.outputs.items()) for entry in copy.deepcopy(entries)]
    return item


def write_part(part: Part) -> dict[str, Any]:
    fields = copy.deepcopy(part.fields)
    if part.text.streamed or part.text.seed:
        fields[text_field(part.kind)] = part.text.value
    for key, values in (("annotations", part.annotations.values), ("logprobs", part.logprobs)):
        if values:
            fields[key] = copy.deepcopy(values)
    return fields
