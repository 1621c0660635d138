"""The later tellings of a text: `done` events, parts, items, and the terminal response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .shapes import as_list, as_object, objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from .windows import TextKind

Retell: TypeAlias = "Callable[[TextKind, str], str]"

_DONE_FIELDS: dict[str, tuple[TextKind, str]] = {
    "response.output_text.done": ("output_text", "text"),
    "response.refusal.done": ("refusal", "refusal"),
    "response.reasoning.done": ("reasoning", "text"),
    "response.reasoning_text.done": ("reasoning", "text"),
    "response.reasoning_summary_text.done": ("summary", "text"),
    "response.reasoning_summary.done": ("summary", "text"),
    "response.function_call_arguments.done": ("arguments", "arguments"),
    "response.mcp_call_arguments.done": ("arguments", "arguments"),
    "response.custom_tool_call_input.done": ("input", "input"),
    "response.code_interpreter_call_code.done": ("code", "code"),
    "response.shell_call_command.added": ("command", "command"),
    "response.shell_call_command.done": ("command", "command"),
    "response.apply_patch_call_operation_diff.done": ("diff", "diff"),
}
_PART_FIELDS: dict[str, tuple[TextKind, str]] = {
    "output_text": ("output_text", "text"),
    "text": ("output_text", "text"),
    "refusal": ("refusal", "refusal"),
    "reasoning_text": ("reasoning", "text"),
    "summary_text": ("summary", "text"),
    "output_audio": ("transcript", "transcript"),
}
_ITEM_FIELDS: dict[str, tuple[TextKind, str]] = {
    "function_call": ("arguments", "arguments"),
    "mcp_call": ("arguments", "arguments"),
    "mcp_approval_request": ("arguments", "arguments"),
    "custom_tool_call": ("input", "input"),
    "code_interpreter_call": ("code", "code"),
}


def patch(event: dict[str, Any], retell: Retell) -> bool:
    """Write every text that an event tells as it has to be told, in place.

    Args:
        event: The event's data.
        retell: Gives the words for a text of a kind.

    Returns:
        Whether anything has changed.
    """
    changed = False
    field = _DONE_FIELDS.get(str(event.get("type")))
    if field is not None:
        changed |= _patch_text(event, *field, retell)
    changed |= _patch_part(as_object(event.get("part")), retell)
    changed |= _patch_annotation(as_object(event.get("annotation")), retell)
    changed |= _patch_item(as_object(event.get("item")), retell)
    is_bare = event.get("object") == "response"
    return _patch_response(event if is_bare else as_object(event.get("response")), retell) or changed


def _patch_response(response: dict[str, Any], retell: Retell) -> bool:
    items = objects(response.get("output"))
    changed = sum(_patch_item(item, retell) for item in items) > 0
    if not changed:
        # A convenience of some servers, told where the items are not, too: the text of all messages once more.
        return _patch_text(response, "output_text", "output_text", retell)
    if isinstance(response.get("output_text"), str):
        parts = [part for item in items for part in objects(item.get("content")) if part.get("type") == "output_text"]
        response["output_text"] = "".join(str(part.get("text", "")) for part in parts)
    return changed


def _patch_item(item: dict[str, Any], retell: Retell) -> bool:
    parts = [*objects(item.get("content")), *objects(item.get("summary"))]
    changed = sum(_patch_part(part, retell) for part in parts) > 0
    field = _ITEM_FIELDS.get(str(item.get("type")))
    if field is not None:
        changed |= _patch_text(item, *field, retell)
    changed |= _patch_commands(as_object(item.get("action")), retell)
    return _patch_text(as_object(item.get("operation")), "diff", "diff", retell) or changed


def _patch_commands(action: dict[str, Any], retell: Retell) -> bool:
    told = as_list(action.get("commands"))
    commands = [retell("command", line) if isinstance(line, str) else line for line in told]
    if commands == told:
        return False
    action["commands"] = commands
    return True


def _patch_part(part: dict[str, Any], retell: Retell) -> bool:
    field = _PART_FIELDS.get(str(part.get("type")))
    changed = sum(_patch_annotation(each, retell) for each in objects(part.get("annotations"))) > 0
    return (field is not None and _patch_text(part, *field, retell)) or changed


def _patch_annotation(annotation: dict[str, Any], retell: Retell) -> bool:
    """What a citation repeats of the text, or says beside it."""
    return sum(_patch_text(annotation, "output_text", name, retell) for name in ("title", "quote", "text")) > 0


def _patch_text(holder: dict[str, Any], kind: TextKind, name: str, retell: Retell) -> bool:
    text = holder.get(name)
    if not isinstance(text, str) or not text:
        return False
    told = retell(kind, text)
    if told == text:
        return False
    holder[name] = told
    hush(holder)
    return True


def hush(holder: dict[str, Any]) -> None:
    """Take out what spells a changed text once more: its tokens, and the padding that was made to its length."""
    if holder.get("logprobs"):
        holder["logprobs"] = []
    holder.pop("obfuscation", None)
