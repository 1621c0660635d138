"""`check`: a whole stream, judged by every rule."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, get_args

from ..assembly import Assembler
from ..errors import OrStreamError
from ..models.contract import LATEST, Spec
from ..models.wire import is_object, parse_json
from ..stream.sources import open_source
from ..stream.sources.faults import transport_error
from .blocks import Block, Blocks
from .content import Content
from .envelope import fields, framing
from .lifecycle import Lifecycle
from .report import ConformanceReport, Finding
from .rules import Profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .envelope import Fault


def check(source: Any, *, spec: Spec = LATEST, profile: Profile = "open-responses") -> ConformanceReport:
    """Judge a stream strictly by the Open Responses contract: the rules of `docs/conformance.md`.

    Args:
        source: What `EventStream` takes: bytes, a path, a binary file, an HTTP response, an iterable of bytes.
        spec: The version of the contract.
        profile: `open-responses`, or `openai`, which allows what OpenAI's own API has beyond it.

    Returns:
        What was found; nothing that a server sends makes this raise.

    Raises:
        ValueError: Raised when there is no such version or profile.
        TypeError: Raised when the source is nothing that bytes can be read from.
        OSError: Raised when a file cannot be read.
        TransportError: Raised when the connection fails.
    """
    if spec not in get_args(Spec) or profile not in get_args(Profile):
        message = f"no such contract: spec={spec!r}, profile={profile!r}"
        raise ValueError(message)
    judge = _Judge(ConformanceReport(spec, profile))
    opened = open_source(source)
    try:
        opened.open()
        judge.see_headers(opened.headers)
        while (chunk := _read(opened)) is not None:
            judge.feed(bytes(chunk))
    finally:
        opened.close()
    return judge.finish()


def _read(opened: Any) -> Any:
    try:
        return opened.read()
    except (OrStreamError, OSError, TypeError):
        raise
    except Exception as cause:
        raise transport_error(cause) from cause


class _Judge:
    def __init__(self, report: ConformanceReport) -> None:
        self._report = report
        self._blocks = Blocks()
        self._lifecycle = Lifecycle()
        self._content = Content()
        self._assembler: Assembler | None = Assembler()
        self._done = False

    def see_headers(self, headers: Any) -> None:
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
        if headers and (kind or "").partition(";")[0].strip().lower() != "text/event-stream":
            self._tell([("C2", f"the content type is {kind!r}")], None)

    def feed(self, chunk: bytes) -> None:
        if self._assembler is not None:
            try:
                self._assembler.feed(chunk)
            except OrStreamError:
                self._assembler = None  # the rules are judged all the same, the outcome is not known
        for block in self._blocks.feed(chunk):
            self._see(block)

    def finish(self) -> ConformanceReport:
        for block in self._blocks.finish():
            self._see(block)
        self._report.bytes = self._blocks.bytes
        self._tell(self._lifecycle.end(), None)
        if not self._done:
            self._tell([("C9", "the stream ends without data: [DONE]")], None)
        if self._assembler is not None:
            with suppress(OrStreamError):  # no event stream at all: there is no outcome
                self._report.outcome = self._assembler.finish()
        return self._report

    def _see(self, block: Block) -> None:
        if block.stray is not None:
            self._tell([("C15", f"a line is no field: {block.stray[:64].decode(errors='replace')!r}")], block)
        if not block.data:
            return
        if self._done:
            self._tell([("C10", "an event comes after [DONE]")], block)
            self._report.events += block.data != [b"[DONE]"]
            return
        if block.data == [b"[DONE]"]:
            self._done = True
            if not block.closed:
                self._tell([("C7", "the body ends inside [DONE]")], block)
            return
        data = _object(b"\n".join(block.data))
        self._tell(framing(block, data), block)
        if data is not None and isinstance(data.get("type"), str):
            self._tell(fields(data, self._report.spec, self._report.profile), block)
            self._tell(self._lifecycle.see(data), block)
            self._tell(self._content.see(data), block)
        self._report.events += 1

    def _tell(self, faults: Iterable[Fault], block: Block | None) -> None:
        index = None if block is None else self._report.events
        offset = self._blocks.bytes if block is None else block.offset
        line = 0 if block is None else block.line
        for rule, reason in faults:
            self._report.add(Finding(rule, index, offset, line, reason))


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = parse_json(raw.decode(errors="replace"))  # that bytes are not UTF-8 is a finding of its own
    except ValueError:
        return None
    return value if is_object(value) else None
