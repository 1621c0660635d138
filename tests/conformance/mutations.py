"""Random answers told by the contract, and one thing done wrong in the telling of each."""

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.streams import answers as made
from tests.streams import script
from tests.streams.script import Answer, Item, Piece

Event = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Mutation = Callable[[list[Event], int, Draw], list[Event]]

TEXTS = st.text(st.sampled_from('ab \n"\\<&é日🙂\u2028'), max_size=12)
STEPS = st.integers(1, 5)


def pieces(kind: str) -> st.SearchStrategy[Piece]:
    return st.builds(Piece, st.just(kind), TEXTS, STEPS)


@st.composite
def text_pieces(draw: Draw) -> Piece:
    """An `output_text` part, sometimes with annotations and logprobs."""
    cited = draw(st.integers(0, 2))
    annotations = tuple({**made.CITATION, "title": str(number)} for number in range(cited))
    return Piece("output_text", draw(TEXTS), draw(STEPS), annotations, draw(st.booleans()))


@st.composite
def items(draw: Draw, number: int) -> Item:
    """Any item, its id made of its number."""
    some_text = draw(TEXTS)
    kind = draw(
        st.sampled_from(["message", "message", "message", "reasoning", "reasoning", "tool", "tool", "shell", "other"])
    )
    if kind == "message":
        parts = draw(st.lists(st.one_of(text_pieces(), pieces("refusal")), max_size=2))
        return made.message(*parts, id=f"msg_{number}")
    if kind == "reasoning":
        return made.reasoning(some_text, draw(TEXTS), id=f"rs_{number}")
    if kind == "tool":
        tools = (
            made.function_call("f", some_text, id=f"fc_{number}", call_id=f"call_{number}"),
            made.mcp_call("m", some_text, id=f"mcp_{number}"),
            made.custom_tool_call("c", some_text, id=f"ctc_{number}"),
            made.code_interpreter_call(some_text, id=f"ci_{number}"),
            made.apply_patch_call("p", some_text, id=f"apc_{number}"),
        )
        chosen: Item = draw(st.sampled_from(tools))
        return chosen
    if kind == "shell":
        lines = draw(st.lists(TEXTS, min_size=1, max_size=2))
        call, output = (
            made.shell_call(*lines, id=f"sh_{number}"),
            made.shell_call_output(*lines, id=f"sho_{number}"),
        )
        return call if draw(st.booleans()) else output
    return made.opaque("acme:note", id=f"x_{number}", note={"of": [number]})


@st.composite
def answers(draw: Draw) -> Answer:
    """An answer of up to three items, ended in any way."""
    count = draw(st.integers(0, 3))
    status = draw(st.sampled_from(["completed", "completed", "incomplete", "failed", "cancelled"]))
    return Answer(tuple(draw(items(number)) for number in range(count)), status=status)


# Mutations: each takes the events and a place among them


def drop(told: list[Event], place: int, _: Draw) -> list[Event]:
    return told[:place] + told[place + 1 :]


def duplicate(told: list[Event], place: int, draw: Draw) -> list[Event]:
    """The same event again, at once or later."""
    again = draw(st.integers(place, len(told)))
    return [*told[:again], copy.deepcopy(told[place]), *told[again:]]


def swap(told: list[Event], place: int, draw: Draw) -> list[Event]:
    """Two events change places."""
    other = draw(st.integers(0, len(told) - 1))
    told[place], told[other] = told[other], told[place]
    return told


def retarget(told: list[Event], place: int, draw: Draw) -> list[Event]:
    """An event names another item or part, or none that there is."""
    names = [key for key in told[place] if key.endswith("_index") or key == "item_id"]
    if not names:
        return told
    name = draw(st.sampled_from(names))
    ids = [event["item_id"] for event in told if "item_id" in event] or ["msg_0"]
    values = (*ids, "", "nobody") if name == "item_id" else (0, 1, 2, 7, 2**31, -1, 2**53, "0", 1.0)
    told[place][name] = draw(st.sampled_from(values))
    return told


def rename(told: list[Event], place: int, draw: Draw) -> list[Event]:
    """An event says that it is another, or one of the future, or nothing."""
    kinds = sorted({event["type"] for event in told})
    extra = ["response.of_the_future", "acme:x", "ping", "response.output_text.delta", "response.output_item.done"]
    kind = draw(st.sampled_from([*kinds, *extra, None]))
    if kind is None:
        del told[place]["type"]
    else:
        told[place]["type"] = kind
    return told


def truncate(told: list[Event], place: int, draw: Draw) -> list[Event]:
    """The stream ends here, or a text of the event does."""
    texts = [key for key in ("delta", "text", "arguments", "refusal", "input", "code", "diff") if key in told[place]]
    texts = [key for key in texts if isinstance(told[place][key], str)]
    if not texts or draw(st.booleans()):
        return told[:place]
    name = draw(st.sampled_from(texts))
    told[place][name] = told[place][name][: draw(st.integers(0, len(told[place][name])))]
    return told


def nullify(told: list[Event], place: int, draw: Draw) -> list[Event]:
    """A field of the event, or of its item, part or response, is null."""
    event = told[place]
    nested = [event[key] for key in ("item", "part", "response") if isinstance(event.get(key), dict)]
    target = draw(st.sampled_from([event, *nested]))
    target[draw(st.sampled_from(sorted(target)))] = None
    return told


def slim(told: list[Event]) -> list[Event]:
    """Responses of few fields: what a failure prints should fit a screen."""
    for event in told:
        if "response" in event:
            keys = ("id", "object", "status", "model", "output", "error", "usage")
            event["response"] = {key: event["response"][key] for key in keys}
    return told


MUTATIONS = (drop, duplicate, swap, retarget, rename, truncate, nullify)


@st.composite
def mutated(draw: Draw) -> list[Event]:
    """The events of an answer with one mutation."""
    told = slim(copy.deepcopy(script.events(draw(answers()))))
    mutation: Mutation = draw(st.sampled_from(MUTATIONS))
    place = draw(st.integers(0, len(told) - 1))
    return mutation(told, place, draw)
