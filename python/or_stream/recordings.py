"""Many recorded streams at once: bodies in files or in memory, folded on threads that never hold the GIL."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from ._core import read_many
from .assembly import ending_error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from typing_extensions import Buffer

    from ._core import Diagnostic, Limits
    from ._core import Recording as CoreRecording
    from .models import Response
    from .outcome import Outcome

    Source: TypeAlias = str | PathLike[str] | Buffer
    """A path, or the body itself."""


class Recording:
    """What one recorded stream came to.

    Look at `error` first: it is None exactly where the server closed the response (`completed`, `incomplete`, `failed`,
    `cancelled`; rule R10). `response` is there whenever anything of it was received, also beside an error.
    """

    def __init__(self, source: Source, read: CoreRecording) -> None:
        self.source = source
        self._read = read

    @property
    def outcome(self) -> Outcome | None:
        """How the stream ended; None for a body that could not be read to its end."""
        return self._read.outcome

    @cached_property
    def error(self) -> Exception | None:
        """What `get_final_response` raises, with what was received before it; None where there is a final response.

        An `OSError` for a file that cannot be read, `StreamTruncated` and `ServerStreamError` for streams that end so,
        `TransportError` for a body that is no event stream, `LimitExceeded`, and in strict mode `ProtocolError`.
        """
        return self._read.fault or ending_error(self._read)

    @property
    def response(self) -> Response | None:
        """The response as far as it was received; None where nothing of it was. Read once, then kept."""
        return self._snapshot if self._read.has_response else None

    @cached_property
    def _snapshot(self) -> Response:
        from .models import Response  # noqa: PLC0415 - pydantic is loaded when someone looks
        from .models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(Response, self._read.snapshot_json())

    @property
    def response_json(self) -> bytes | None:
        """The same as JSON, for those who need no model."""
        return self._read.snapshot_json() if self._read.has_response else None

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What the server did wrong: the first 256 findings."""
        return self._read.diagnostics

    @property
    def diagnostic_counts(self) -> dict[str, int]:
        """How often each rule was broken."""
        return self._read.diagnostic_counts

    @property
    def events_seen(self) -> int:
        """Events decoded."""
        return self._read.events_seen

    @property
    def bytes_seen(self) -> int:
        """Bytes taken in; all of them, unless an error stopped the reading."""
        return self._read.bytes_seen

    def get_final_response(self, *, require_terminal: bool = True) -> Response:
        """Give the response that the server closed.

        Args:
            require_terminal: False accepts a truncated stream of which something was received.

        Returns:
            The response: read its `status`.

        Raises:
            OrStreamError: Raised when there is no final response; `error` says which error.
            OSError: Raised when the file cannot be read.
        """
        error = self._read.fault or ending_error(self._read, require_terminal=require_terminal)
        if error is not None:
            raise error
        return self._snapshot

    def __repr__(self) -> str:
        """Name the source, and how it ended."""
        source = repr(self.source) if isinstance(self.source, str) or hasattr(self.source, "__fspath__") else "bytes"
        how = self.outcome or type(self.error).__name__
        return f"<Recording {source}: {how}, {self.events_seen} events>"


def parse_many(
    sources: Iterable[Source],
    *,
    threads: int | None = None,
    limits: Limits | None = None,
    strict: bool = False,
    output_source: Literal["auto", "terminal", "stream"] = "auto",
) -> list[Recording]:
    """Fold many recorded bodies into their responses at once; one that fails never ends the others.

    Files are read in blocks of 256 KiB, so memory holds what comes out, not what goes in. For more recordings than
    their responses fit into memory, call this for a few thousand at a time. Ctrl-C is heard within a tenth of a second.

    Args:
        sources: Paths of files, or bodies as bytes. Other buffers are copied, because they could change meanwhile.
        threads: How many to read at once; None for as many as there are processors.
        limits: What each body may make us hold; None for the defaults of `Limits`.
        strict: Stop a body at the first thing that its server did wrong.
        output_source: Which telling of the output counts (rule R7), as for `Assembler`.

    Returns:
        One `Recording` for each source, in the same order.

    Raises:
        TypeError: Raised for a source that is neither a path nor a buffer.
        ValueError: Raised for less than one thread.
    """
    if threads is not None and threads < 1:
        message = f"threads must be at least 1, not {threads}"
        raise ValueError(message)
    if isinstance(sources, (str, bytes, bytearray, memoryview)):
        message = "sources must be several: a list of paths or of bodies, not one of them"
        raise TypeError(message)
    sources = list(sources)
    read = read_many(sources, threads=threads, limits=limits, strict=strict, output_source=output_source)
    return [Recording(source, one) for source, one in zip(sources, read, strict=True)]
