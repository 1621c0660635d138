"""The half of a stream that does no I/O: chunks in, batches of events out, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from .._core import Intake as CoreIntake
from ..assembly import Assembler, ending_error
from ..errors import OrStreamError

if TYPE_CHECKING:
    from typing import Self

    from .._core import Limits

OutputSource: TypeAlias = Literal["auto", "terminal", "stream"]


class Intake(CoreIntake):
    """Decodes and folds the chunks of one body up to the end that the server tells (rules R10, R11).

    `decode` and `fold` take the next chunk, or None at the end of the body, and give the events that the caller has to
    see; `fold` makes none, for callers who want only the response. `settle` is to be called before anyone waits for
    more. Once `ending` is true, the server has little time for what it may still say. Once `ended` is true they must
    not be called again: `verdict` tells what the end was.
    """

    assembler: Assembler
    require_terminal: bool

    def __new__(
        cls,
        *,
        limits: Limits | None,
        strict: bool,
        require_terminal: bool,
        output_source: OutputSource,
        messages: bool = False,
    ) -> Self:
        """Make it, with the assembler that it feeds."""
        assembler = Assembler(limits=limits, strict=strict, output_source=output_source)
        intake = super().__new__(cls, assembler, messages=messages)
        intake.assembler = assembler
        intake.require_terminal = require_terminal
        return intake

    def verdict(self) -> OrStreamError | None:
        """Tell what is to be raised at the end of the stream, if anything is."""
        try:
            self.assembler.finish()
        except OrStreamError as error:
            return error
        return ending_error(self.assembler, require_terminal=self.require_terminal)
