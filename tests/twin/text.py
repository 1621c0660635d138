"""One streamed text and who has the last word on it (rules R4, R6 and E3), whatever it is the text of."""

from dataclasses import dataclass
from typing import Any


def joined(text: str) -> str:
    """A text of any code units as valid Unicode: halves that meet join, a half alone becomes U+FFFD (E3)."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def whole_halves(value: Any) -> Any:
    """Any JSON value with its lone halves replaced."""
    if isinstance(value, str):
        return joined(value)
    if isinstance(value, dict):
        return {joined(key): whole_halves(member) for key, member in value.items()}
    if isinstance(value, list):
        return [whole_halves(member) for member in value]
    return value


def first_half(text: str) -> str:
    """The high half at the end of a text, which the next delta may complete; "" where there is none."""
    return text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""


@dataclass
class Text:
    """A text that comes in deltas, after a seed perhaps, and is told whole at its `.done`."""

    seed: str = ""
    deltas: str = ""
    streamed: bool = False
    told: bool = False

    @property
    def value(self) -> str:
        """The text as of now: a seed counts unless the deltas repeat it (R6), half a character waits for the rest."""
        text = self.deltas if self.seed_is_repeated else self.seed + self.deltas
        return joined(text.removesuffix(first_half(text)))

    @property
    def seed_is_repeated(self) -> bool:
        """Whether the announced text came again as deltas."""
        return self.seed != "" and self.deltas.startswith(self.seed)

    def add(self, delta: str) -> list[str]:
        """Take one delta; `.done` is not a lock (R4, last sentence)."""
        text = self.deltas + delta
        alone = joined(text.removesuffix(first_half(text))).count("\ufffd") > text.count("\ufffd")
        self.deltas = joined(text.removesuffix(first_half(text))) + first_half(text)
        self.streamed = True
        return ["R4"] * self.told + ["E3"] * alone

    def tell(self, whole: str) -> list[str]:
        """Take the text of a `.done` event or of the part of one (R4)."""
        findings = ["E3"] * (joined(whole) != whole)
        whole = joined(whole)
        findings += self.decide_seed(whole)
        had, self.told = self.value, True
        if not whole.startswith(had) and (whole or self.deltas):
            findings.append("R4")
        self.replace(whole if whole.startswith(had) or not had.startswith(whole) else had)
        return findings

    def tell_by_item(self, whole: Any) -> list[str]:
        """Take the text of `output_item.done`, which wins unless it is empty (R5)."""
        if not isinstance(whole, str) or not whole:
            return self.close()
        whole = joined(whole)
        self.replace(whole)
        self.told = True
        return []

    def close(self) -> list[str]:
        """Nobody will tell the whole text: decide about the seed and about a half that waits."""
        findings = ["R6"] * self.seed_is_repeated + ["E3"] * bool(first_half(self.deltas))
        self.replace(joined(self.deltas if self.seed_is_repeated else self.seed + self.deltas))
        self.told = True
        return findings

    def decide_seed(self, whole: str) -> list[str]:
        """Drop the seed if the whole text shows that the deltas began with it, or are all of it (R6)."""
        if not self.seed or not whole or whole == self.seed + self.deltas:
            return []
        if whole == self.deltas or self.seed_is_repeated:
            self.seed = ""
            return ["R6"]
        return []

    def replace(self, whole: str) -> None:
        self.seed, self.deltas = "", whole
        self.streamed = self.streamed or whole != ""
