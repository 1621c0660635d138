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

    One text of a kind runs in an item at a time: its index within the item is not trusted, since there are servers that
    count it up with every delta (rule R3). Later tellings of a text are looked up by its words and not by its place.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[TextKind, object], Window] = {}
        self._texts: dict[tuple[TextKind, str], str] = {}

    def of_delta(self, kind: TextKind, rewrites: Sequence[Rewrite], data: dict[str, Any]) -> Window:
        """Find the text that a delta grows."""
        index = data.get("output_index")
        window = self._open.setdefault((kind, data.get("item_id") if index is None else index), Window(rewrites, data))
        window.template = data
        return window

    def close(self, data: dict[str, Any] | None) -> list[tuple[TextKind, Window]]:
        """End the texts that an event closes, which are those of its item; all for None."""
        closed = [key for key in self._open if data is None or _belongs(key[1], data)]
        return [(key[0], self._open.pop(key)) for key in closed]

    def remember(self, kind: TextKind, window: Window) -> None:
        """Keep how a text was told, for its later tellings."""
        self._texts[kind, "".join(window.original)] = "".join(window.told)

    def told(self, kind: TextKind, original: str) -> str | None:
        """Give how a text was told when it went out in deltas; None where it did not."""
        return self._texts.get((kind, original))


def _belongs(item: object, data: dict[str, Any]) -> bool:
    names = (data.get("output_index"), data.get("item_id"), as_object(data.get("item")).get("id"))
    return item is None or item in names
