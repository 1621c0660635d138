"""Output items made into the input of the next request."""

from collections.abc import Iterable
from typing import Any

from .input_items import InputItem, InputMessage
from .items import Compaction, FunctionCall, FunctionCallOutput, Item, Message, Reasoning, UnknownItem
from .wire import is_list, is_object

_Members = dict[str, Any]

# What each role may say (the `…MessageItemParam` schemas). A part type that is in none of these sets is a vendor's own.
_ROLES = {
    "assistant": frozenset({"output_text", "refusal"}),
    "user": frozenset({"input_text", "input_image", "input_file"}),
    "system": frozenset({"input_text"}),
    "developer": frozenset({"input_text"}),
}
_SUMMARY = frozenset({"summary_text"})
_PARTS = _SUMMARY.union({"reasoning_text", "input_video"}, *_ROLES.values())


def as_input(items: Iterable[Item], *, reasoning_content: bool = False) -> list[InputItem]:
    """Turn output items into the input items of the next request.

    Everything goes back, encrypted reasoning and the items of hosted tools and of unknown types included, but for what
    the contract's input schemas (`ItemParam`) have no place for: log probabilities, raw reasoning and its status,
    `created_by`, nulls, empty ids, parts that the role may not say.

    Args:
        items: The output items, in order.
        reasoning_content: Keep raw reasoning too, for servers that take it back though the contract does not.

    Returns:
        The input items, in the same order. Items of hosted tools and of unknown types are the same objects; values
        that were no JSON objects are left out.
    """
    return [
        _sendable(item, keep_content=reasoning_content)
        for item in items
        if not isinstance(item, UnknownItem) or is_object(item.raw)
    ]


def _sendable(item: Item, *, keep_content: bool) -> InputItem:
    match item:
        case Message():
            return InputMessage.model_validate(_message(_members(item)))
        case Reasoning():
            return Reasoning.model_validate(_reasoning(_members(item), keep_content=keep_content))
        case FunctionCall() | FunctionCallOutput() | Compaction():
            return type(item).model_validate(_members(item))
        case _:
            return item  # beyond the contract: the server that sent it knows what it takes back


def _members(item: Item) -> _Members:
    members = _without_nulls(item.to_dict())
    members.pop("created_by", None)
    if members.get("id") == "":  # an empty id is no id
        del members["id"]
    return members


def _message(members: _Members) -> _Members:
    role = members.setdefault("role", "assistant")
    text_type = "output_text" if role == "assistant" else "input_text"
    allowed = _ROLES.get(role, _PARTS)
    content = members.get("content", [])
    if is_list(content):
        content = [_part(part, text_type) for part in content if is_object(part)]
        content = [part for part in content if _may_say(part, allowed)]
    return {**members, "content": content}


def _part(part: _Members, text_type: str) -> _Members:
    part = _without_nulls(part)
    if part.get("type") == "text":
        part["type"] = text_type
    if part.get("type") == "output_text":
        part.pop("logprobs", None)
    return part


def _reasoning(members: _Members, *, keep_content: bool) -> _Members:
    members.pop("status", None)
    if not keep_content:
        members.pop("content", None)
    summary = members.get("summary", [])
    if is_list(summary):
        summary = [part for part in summary if is_object(part) and _may_say(part, _SUMMARY)]
    return {**members, "summary": summary}


def _may_say(part: _Members, allowed: frozenset[str]) -> bool:
    return part.get("type") in allowed or part.get("type") not in _PARTS


def _without_nulls(members: _Members) -> _Members:
    return {name: value for name, value in members.items() if value is not None}
