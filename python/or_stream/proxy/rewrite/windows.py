"""Text handlers over deltas: each sees the words that it still holds back, and a text ends as its handler wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from .shapes import as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TextKind: TypeAlias = Literal[
    "output_text", "refusal", "reasoning", "summary", "arguments", "input", "code", "command", "diff", "transcript"
]

KIND_OF_DELTA: dict[str, TextKind] = {
    "response.output_text.delta": "output_text",
    "response.refusal.delta": "refusal",
    "response.reasoning.delta": "reasoning",
    "response.reasoning_text.delta": "reasoning",
    "response.reasoning_summary_text.delta": "summary",
    "response.reasoning_summary.delta": "summary",
    "response.function_call_arguments.delta": "arguments",
    "response.mcp_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
    "response.code_interpreter_call_code.delta": "code",
    "response.shell_call_command.delta": "command",
    "response.apply_patch_call_operation_diff.delta": "diff",
    "response.audio.transcript.delta": "transcript",
}


class Rewrite(NamedTuple):
    """One text handler, and how many characters it has to see again with what follows them."""

    handler: Callable[[str], str]
    hold: int

    def __call__(self, text: str) -> str:
        """Give the words that the handler wants for these.

        Raises:
            TypeError: Raised when it gives no text.
        """
        told: Any = self.handler(text)
        if not isinstance(told, str):
            message = f"a text handler returns the text to be told, a str, not {type(told).__name__}"
            raise TypeError(message)
        return told


class Window:
    """One text on its way through its handlers, one after the other.

    Args:
        rewrites: The handlers, each of which gets what the one before gave out.
        template: The data of the text's latest delta event, for one more of our own.
    """

    def __init__(self, rewrites: Sequence[Rewrite], template: dict[str, Any]) -> None:
        self.template = template
        self.original: list[str] = []
        self.told: list[str] = []
        self._rewrites = rewrites
        self._held = [""] * len(rewrites)

    def push(self, original: str, delta: str) -> str:
        """Take a delta, which the server sent as `original`, and give what can go out: all but what is held back."""
        self.original.append(original)
        for at, rewrite in enumerate(self._rewrites):
            text = rewrite(self._held[at] + delta)
            cut = max(len(text) - rewrite.hold, 0)
            delta, self._held[at] = text[:cut], text[cut:]
        self.told.append(delta)
        return delta

    def rest(self) -> str:
        """Give what is held back, once."""
        rest = ""
        for at, rewrite in enumerate(self._rewrites):
            # What a handler holds back it has seen already, and sees again only with what another lets go behind it.
            rest = rewrite(self._held[at] + rest) if rest else self._held[at]
            self._held[at] = ""
        self.told.append(rest)
        return rest


class Windows:
    """All texts of one stream, found again by what their events say of them.

    A text is told apart by its part where that part was announced. An index that was not is not trusted, since there
    are servers that count it up with every delta (rule R3): the text that ran last in the item goes on. Later tellings
    of a text are looked up by its words and not by its place.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[TextKind, object, object], Window] = {}
        self._parts: set[tuple[object, object]] = set()
        self._texts: dict[tuple[TextKind, str], str] = {}

    def announce(self, data: dict[str, Any]) -> None:
        """Take note of the start of a part."""
        self._parts.add((_item(data), _part(data)))

    def of_delta(self, kind: TextKind, rewrites: Sequence[Rewrite], data: dict[str, Any]) -> Window:
        """Find the text that a delta grows."""
        key = (kind, _item(data), self._announced(data))
        if key[2] is None:
            key = next((at for at in reversed(self._open) if at[:2] == key[:2]), key)
        window = self._open.setdefault(key, Window(rewrites, data))
        window.template = data
        return window

    def close(self, data: dict[str, Any] | None) -> list[tuple[TextKind, Window]]:
        """End the texts that an event closes, which are those of its part or item; all for None."""
        part = None if data is None else self._announced(data)
        closed = [
            key
            for key in self._open
            if data is None or (_belongs(key[1], data) and (part is None or key[2] in {None, part}))
        ]
        return [(key[0], self._open.pop(key)) for key in closed]

    def remember(self, kind: TextKind, window: Window) -> None:
        """Keep how a text was told, for its later tellings."""
        self._texts[kind, "".join(window.original)] = "".join(window.told)

    def told(self, kind: TextKind, original: str) -> str | None:
        """Give how a text was told when it went out in deltas; None where it did not."""
        return self._texts.get((kind, original))

    def _announced(self, data: dict[str, Any]) -> object:
        part = _part(data)
        return part if (_item(data), part) in self._parts else None


def _item(data: dict[str, Any]) -> object:
    index = data.get("output_index")
    return index if isinstance(index, int) else str(data.get("item_id"))


def _part(data: dict[str, Any]) -> object:
    """The place of a part within its item; None for events that name none."""
    for name in ("content_index", "summary_index"):
        index = data.get(name)
        if isinstance(index, int):
            return name, index
    return None


def _belongs(item: object, data: dict[str, Any]) -> bool:
    names = (data.get("item_id"), as_object(data.get("item")).get("id"))
    return item in {str(None), _item(data), *map(str, names)}
