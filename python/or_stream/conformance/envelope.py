"""One event alone: its framing, its fields by the OpenAPI document, and its names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .._core import Decoder
from ..events import UnknownEvent
from ..models.shapes import contract
from ..models.violations import Violation, violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..models.contract import Spec
    from .blocks import Block
    from .rules import Profile

Fault: TypeAlias = tuple[str, str]
"""The id of a rule, and what is wrong."""

# Numbers have rules of their own. The document lets the schema of a JSON format be null and nothing else, which no
# server that echoes its request can keep.
_PASSED_OVER: Final = {"$.sequence_number", "$.response.text.format.schema"}
_RULE_OF_KIND: Final = {"missing": "C60", "null": "C61", "type": "C62", "enum": "C63", "unknown": "C71"}


def framing(block: Block, data: dict[str, Any] | None) -> Iterator[Fault]:
    """Judge the block of one event.

    Args:
        block: The block.
        data: Its JSON object; None where it holds none.
    """
    raw = b"\n".join([*block.data, block.name or b""])
    if not _is_utf8(raw):
        yield "C1", "the event is not UTF-8"
    if len(block.data) > 1:
        yield "C6", f"the event has {len(block.data)} data lines"
    if not block.closed:
        yield "C7", "the body ends inside the event"
    if block.has_id:
        yield "C8", "the event has an id line"
    kind = None if data is None else data.get("type")
    if not isinstance(kind, str):
        yield "C5", "data is no JSON object" if data is None else "the object has no type"
    elif block.name is None:
        yield "C3", f"{kind[:64]!r} has no event line"
    elif block.name != kind.encode("utf-8", "surrogatepass"):
        yield "C4", f"the event line is {block.name[:64].decode(errors='replace')!r}, type is {kind[:64]!r}"


def fields(data: dict[str, Any], spec: Spec, profile: Profile) -> Iterator[Fault]:
    """Judge the fields and names of one event that has a `type`."""
    kind: str = data["type"]
    if kind not in contract(spec).types or not kind.startswith(("response.", "error")):
        if not _is_extension(kind) and (profile == "open-responses" or not _is_known(kind)):
            yield "C70", f"{kind[:64]!r} is no event of the contract"
        return
    for found in violations(data, shape=kind, spec=spec):
        if found.path in _PASSED_OVER:
            continue
        if profile == "open-responses" or _is_own(found):
            yield _RULE_OF_KIND[found.kind], str(found)


def _is_own(found: Violation) -> bool:
    """Whether it is a field of the event itself: items and responses of OpenAI's superset differ inside."""
    return found.path.count(".") == 1 and "[" not in found.path


def _is_known(kind: str) -> bool:
    """Whether the core has a class for it: Open Responses, or OpenAI's superset."""
    # Asked of the core, whose table it is; `\u` because a server's text may hold half a surrogate pair.
    (event,) = Decoder().feed_message(json.dumps({"type": kind}))
    return not isinstance(event, UnknownEvent)


def _is_extension(kind: str) -> bool:
    slug, colon, name = kind.partition(":")
    return bool(colon and slug and name)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
