"""The fold of events into a response: rules R1-R12 as a state machine over dicts."""

import copy
from typing import Any

from . import kinds
from .agreement import contradicts, silent
from .events import Event, error_payload, missing
from .item import (
    MINIMAL_PART,
    announce,
    finish,
    finish_part,
    id_of,
    kind_of,
    list_in,
    look_up,
    new_part,
    seed,
    text_field,
    told,
    write,
)
from .slots import Part, Slot, find_adopter, find_part, find_slot
from .text import Text, whole_halves

ENDED = ("completed", "incomplete", "failed", "cancelled", "canceled")
BADNESS = {"completed": 0, "incomplete": 1, "failed": 2}


class Fold:
    """One stream's response so far.

    Feed it with `push`, end it with `end`; `snapshot`, `outcome` and `findings` can be read at any time.
    """

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.response: dict[str, Any] = {}
        self.initial = False
        self.epoch = 0
        self.created = False
        self.terminal: str | None = None
        self.terminal_output: list[Any] = []
        self.error: dict[str, Any] | None = None
        self.error_seen = False
        self.last_sequence_number: int | None = None
        self.outcome: str | None = None
        self.findings: list[str] = []

    # Events

    def push(self, event: Event) -> None:
        """Take one event."""
        self.findings += event.findings
        self.check_sequence(event)
        if event.is_malformed:
            return
        self.check_response_id(event)
        if event.is_heartbeat:
            return
        if self.terminal is not None:
            self.findings.append("R11")
            return
        kind, word = kinds.canonical(event.type), event.type.rpartition(".")[2]
        family = kinds.stem(event.type)
        if kind == "error":
            self.error, self.error_seen = error_payload(event), True
        elif kind in kinds.LIFECYCLE:
            self.take_response(event)
        elif kind in kinds.TERMINAL:
            self.take_terminal(event)
        elif kind in ("response.output_item.added", "response.output_item.done"):
            self.take_item(event, word)
        elif family in kinds.PARTS and word in ("added", "done"):
            self.take_part(event, *kinds.PARTS[family], word)
        elif kind == "response.output_text.annotation.added":
            self.take_annotation(event)
        elif family in kinds.FAMILIES and word in ("added", "delta", "done"):
            self.take_text(event, kinds.FAMILIES[family], word)

    def check_sequence(self, event: Event) -> None:
        """Rule E5: each number follows the one before; no number is no finding."""
        number = event.fields.get("sequence_number")
        if number is None:
            return
        if self.last_sequence_number is not None and number != self.last_sequence_number + 1:
            self.findings.append("E5")
        self.last_sequence_number = number

    def check_response_id(self, event: Event) -> None:
        """Rule R12: one stream speaks of one response."""
        response = event.fields.get("response")
        told = response.get("id") if isinstance(response, dict) else None
        if told and self.response.get("id") not in (None, "", told):
            self.findings.append("R12")

    # Responses

    def take_response(self, event: Event) -> None:
        """A response that is still going on: its scalars replace, its output only begins things."""
        response = event.fields["response"]
        if event.type == "response.created":
            self.epoch += self.created
            self.created = True
        self.merge(response)
        if not self.slots or self.initial:
            self.slots = [self.initial_slot(item, n) for n, item in enumerate(list_in(response, "output"))]
            self.initial = bool(self.slots)

    def initial_slot(self, item: Any, index: int) -> Slot:
        item = item if isinstance(item, dict) else {}
        slot = Slot(kind_of(item), self.epoch, index)
        slot.learn(id_of(item), index)
        announce(slot, item)
        slot.adoptable = True
        slot.closed = item.get("status") in ENDED
        return slot

    def is_taken(self, item_id: str | None, index: int | None) -> bool:
        """Whether an item with another id stands at an index (E7): then the index is not meant."""
        here = [slot for slot in self.slots if slot.epoch == self.epoch and slot.index == index is not None]
        return item_id is not None and any(slot.ids and item_id not in slot.ids for slot in here)

    def merge(self, response: dict[str, Any]) -> None:
        """Scalars of a later response replace those of an earlier one; null is absent (E15)."""
        for key, value in response.items():
            if key != "output" and (value is not None or key not in self.response):
                self.response[key] = copy.deepcopy(value)

    def take_terminal(self, event: Event) -> None:
        """Rules R7 and R10: the server's last word."""
        response = event.fields.get("response")
        response = response if isinstance(response, dict) else {}
        self.close_texts()
        status = response.get("status")
        by_type = kinds.TERMINAL[event.type]
        if status in ("cancelled", "canceled"):
            self.terminal = "cancelled"
        else:
            # Where the two tell different ends, the worse one counts.
            told = [end for end in (by_type, status) if end in BADNESS] or ["completed"]
            self.terminal = by_type if by_type == "cancelled" else max(told, key=BADNESS.__getitem__)
            unfit = by_type in BADNESS and status != by_type and status in (*BADNESS, "in_progress", "queued")
            self.findings += ["R10"] * unfit
        self.merge(response)
        if not isinstance(status, str):
            self.response["status"] = self.terminal
        if self.terminal == "failed" and self.error and not response.get("error"):
            self.response["error"] = self.error
        self.terminal_output = list_in(response, "output")
        streamed = self.streamed_output()
        if response and streamed and contradicts(streamed, self.terminal_output):
            self.findings.append("R7")
        if len(streamed) == len(self.terminal_output) and silent(streamed, self.terminal_output):
            for slot, item in zip(self.in_order(), self.terminal_output, strict=True):
                finish(slot, item)
            self.terminal_output = []

    def close_texts(self) -> None:
        for slot in self.slots:
            for text in texts_of(slot):
                if not text.told:
                    self.findings += text.close()

    # Items

    def take_item(self, event: Event, word: str) -> None:
        """Rule R2 for announcements, rule R5 for the end of an item."""
        item = event.fields.get("item")
        self.findings += ["E6"] * missing(event)
        if not isinstance(item, dict):
            self.findings.append("R2")
            return
        self.initial = False
        kind, item_id, index = kind_of(item), id_of(item), event.fields.get("output_index")
        if word == "added":
            slot = find_adopter(self.slots, kind, item_id, index)
            if slot is None:
                if self.is_taken(item_id, index):
                    self.findings.append("E7")
                    index = None
                slot = Slot(kind, self.epoch, index)
                self.slots.append(slot)
            slot.index = slot.index if index is None else index
            slot.learn(item_id, index)
            announce(slot, item)
            return
        found, guessed = find_slot(self.slots, kind, item_id, index)
        own = kind_of(found.item) if found is not None else ""
        if found is None or (kind and own not in ("", kind) and (guessed or item_id is None)):
            found, guessed = Slot(kind, self.epoch, index), ["R2"]
            self.slots.append(found)
        found.learn(item_id, index)
        self.findings += guessed + finish(found, item)
        found.synthesized = found.adoptable = False

    def slot_for(self, event: Event, kind: str, *, about_part: bool = False) -> Slot:
        """Rule R1: the slot an event speaks of, made if there is none."""
        self.initial = False
        self.findings += ["E6"] * missing(event)
        item_id, index = event.fields.get("item_id"), event.fields.get("output_index")
        slot, guessed = find_slot(self.slots, kind, item_id, index, about_part=about_part)
        self.findings += guessed
        if slot is None:
            slot = Slot(kind, self.epoch, index, synthesized=True, adoptable=True)
            self.slots.append(slot)
        slot.learn(item_id, index)
        return slot

    # Parts

    def take_part(self, event: Event, place: str, index_key: str, word: str) -> None:
        """A part begins or ends."""
        fields = event.fields.get("part")
        if not isinstance(fields, dict):
            return
        kind, index = kind_of(fields), event.fields.get(index_key)
        reasoning = place == "summary" or kind == "reasoning_text"
        slot = self.slot_for(event, "reasoning" if reasoning else "message", about_part=place == "content")
        if word == "done":
            kind = kind or likely_kind(slot, place, index)
            part = self.part_for(slot, place, kind, index, closing=True)
            if slot.is_final:
                whole = fields.get(text_field(kind))
                self.findings += ["R4"] * (isinstance(whole, str) and whole != part.text.value)
                return
            self.findings += finish_part(part, new_part(kind, index, fields), by_item=False)
            return
        part = new_part(kind, index, fields)
        known = [old for old in slot.parts(place) if index is not None and old.index == index and old.fits(kind)]
        if not known:
            slot.parts(place).append(part)
        elif known[-1].is_open:
            known[-1].kind, known[-1].fields, known[-1].text.seed = part.kind, part.fields, part.text.seed

    def part_for(self, slot: Slot, place: str, kind: str, index: int | None, *, closing: bool = False) -> Part:
        """Rule R3: the part an event speaks of, made if there is none."""
        part, guessed = find_part(slot, place, kind, index, closing=closing)
        self.findings += guessed
        if part is not None and not part.kind and kind:
            part.kind = part.fields["type"] = kind
        if part is None:
            part = Part(kind, index, {"type": kind, text_field(kind): "", **copy.deepcopy(MINIMAL_PART.get(kind, {}))})
            slot.parts(place).append(part)
        return part

    def take_annotation(self, event: Event) -> None:
        """An annotation goes to its index, or to the end where another was told there."""
        annotation = event.fields.get("annotation")
        if not isinstance(annotation, dict):
            return
        slot = self.slot_for(event, "message")
        part = self.part_for(slot, "content", "output_text", event.fields.get("content_index"))
        self.findings += part.annotations.put(event.fields.get("annotation_index"), copy.deepcopy(annotation))

    # Texts

    def take_text(self, event: Event, family: kinds.Streamed, word: str) -> None:
        """A delta or the end of any streamed text (R3, R4)."""
        if family.place == "outputs":
            self.take_output(event, word)
            return
        said = event.fields.get({"delta": "delta", "added": "command"}.get(word, family.done))
        if not isinstance(said, str):
            return
        slot = self.slot_for(event, family.item)
        if family.place in ("content", "summary"):
            index = event.fields.get(f"{family.place}_index")
            part = self.part_for(slot, family.place, family.part, index)
            text = part.text
            if word == "delta" or not slot.is_final:
                take_logprobs(part, event, word)
        elif family.place == "commands":
            text = command_of(slot, event.fields.get("command_index"))
        else:
            text = field_of(slot, family.place)
        if word == "done" and slot.is_final:
            self.findings += ["R4"] * (said != text.value)
            return
        if word == "added":
            text.seed = text.seed if text.streamed or text.told else said
        elif word == "delta":
            slot.late = slot.closed
            self.findings += ["R4"] * slot.closed + text.add(said)
        else:
            self.findings += text.tell(said)
        name = event.fields.get("name")
        if isinstance(name, str) and name and word == "done" and not slot.item.get("name"):
            slot.item["name"] = name

    def take_output(self, event: Event, word: str) -> None:
        """Shell output: a delta is an object of two streams, a done is the list of what one command printed."""
        said = event.fields.get("delta" if word == "delta" else "output")
        if not isinstance(said, dict | list):
            return
        if (word == "delta") != isinstance(said, dict):
            return
        slot = self.slot_for(event, "shell_call_output")
        if isinstance(said, list) and slot.is_final:
            return
        index = event.fields.get("command_index")
        entries = outputs_of(slot, index)
        if isinstance(said, list):
            self.findings += ["R4"] * (
                not said and any(entry.get("stdout") or entry.get("stderr") for entry in entries)
            )
            entries[:] = copy.deepcopy(said) or entries
            slot.told_outputs.append(entries)
            return
        slot.late = slot.closed
        self.findings += ["R4"] * (slot.closed or any(entries is told for told in slot.told_outputs))
        if not entries:
            entries.append({"stdout": "", "stderr": ""})
        for stream in ("stdout", "stderr"):
            if isinstance(said.get(stream), str) and isinstance(entries[-1], dict):
                entries[-1][stream] = (entries[-1].get(stream) or "") + said[stream]

    # The result

    def end(self) -> str:
        """The body has ended: fix the outcome (R10)."""
        self.close_texts()
        self.outcome = self.terminal or ("error" if self.error_seen else "truncated")
        return self.outcome

    def streamed_output(self) -> list[dict[str, Any]]:
        """The items as streamed."""
        return [write(slot) for slot in self.in_order()]

    def in_order(self) -> list[Slot]:
        """The items in their order: by epoch, then index; one without index stands where it arrived."""
        keyed, place = [], (0, -1)
        for arrival, slot in enumerate(self.slots):
            if slot.epoch != place[0]:
                place = (slot.epoch, -1)
            place = place if slot.index is None else (slot.epoch, slot.index)
            keyed.append((place, arrival, slot))
        return [slot for _, _, slot in sorted(keyed, key=lambda key: key[:2])]

    def snapshot(self) -> dict[str, Any]:
        """The response as of now."""
        output = self.streamed_output()
        if self.terminal_output and len(self.terminal_output) >= len(output):
            output = copy.deepcopy(self.terminal_output)
        unseen = {"object": "response", "status": "in_progress"}
        response: dict[str, Any] = whole_halves({**(copy.deepcopy(self.response) or unseen), "output": output})
        return response


def likely_kind(slot: Slot, place: str, index: int | None) -> str:
    """What a part is that does not say it: what the one in its place is, or the last one."""
    parts = slot.parts(place)
    here = [part for part in parts if index is not None and part.index == index] or parts
    return here[-1].kind if here else ""


def texts_of(slot: Slot) -> list[Text]:
    parts = [part.text for part in (*slot.content, *slot.summary)]
    return [*parts, *slot.texts.values(), *slot.commands.values()]


def command_of(slot: Slot, index: int | None) -> Text:
    """The text of one shell command; those that the item brought along are its first ones."""
    if not slot.commands:
        action = slot.item.get("action")
        begin = told if slot.closed else seed
        slot.commands = {n: begin(text) for n, text in enumerate(list_in(action, "commands"))}
    return slot.commands.setdefault(max(slot.commands, default=0) if index is None else index, Text())


def outputs_of(slot: Slot, index: int | None) -> list[Any]:
    """What one shell command printed; a done item brought its own."""
    if slot.closed and not slot.outputs:
        slot.outputs = {n: [entry] for n, entry in enumerate(list_in(slot.item, "output"))}
    return slot.outputs.setdefault(max(slot.outputs, default=0) if index is None else index, [])


def field_of(slot: Slot, name: str) -> Text:
    """The text of a field: what an announcement put there gives way to deltas, what a done item did does not."""
    if name not in slot.texts:
        value = look_up(slot.item, name) if slot.closed else None
        slot.texts[name] = told(value) if isinstance(value, str) else Text()
    return slot.texts[name]


def take_logprobs(part: Part, event: Event, word: str) -> None:
    """Those of deltas follow each other, those of a done replace them unless there are none."""
    logprobs = list_in(event.fields, "logprobs")
    part.logprobs = part.logprobs + logprobs if word == "delta" else logprobs or part.logprobs
