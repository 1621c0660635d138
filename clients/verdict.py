"""The verdict on one cell, computed from the case and from what the client told."""

import json
from enum import StrEnum

from .case import Case
from .seen import Seen

# Ends that a client may tell for each outcome due. An exception is as good a telling of a failure as an event.
TELLINGS = {
    "completed": {"completed"},
    "incomplete": {"incomplete"},
    "failed": {"failed", "error", "raised"},
    "cancelled": {"cancelled", "raised"},
    "error": {"error", "failed", "raised"},
    "truncated": {"truncated", "raised"},
    "page": {"raised"},
}


class Verdict(StrEnum):
    """What a client did with a case."""

    RIGHT = "right"
    WRONG = "wrong answer"
    LOST = "lost content"
    CRASHED = "crashed"
    SILENT = "silent truncation"
    HIDDEN = "wrong end"
    HANG = "hang"


def judge(case: Case, seen: Seen | None, notices: tuple[str, ...]) -> Verdict:
    """Compare; `None` is a client that did not come back.

    Where a failure or a cut is due, only an exception that means one counts as a telling of it: the client's own errors
    of stream, connection and server, by the names of their classes in `notices`. Any other exception is a crash. Where a
    failure is due the content does not count; of a stream that was cut it does, as far as the client gives it.
    """
    if seen is None:
        return Verdict.HANG
    raised = seen.ended == "raised"
    if raised and ("raised" not in TELLINGS[case.outcome] or (seen.error or "").partition(":")[0] not in notices):
        return Verdict.CRASHED
    content = judge_content(case, seen)
    if case.outcome not in {"failed", "error", "cancelled", "page"} and content is not Verdict.RIGHT:
        return content
    if seen.ended in TELLINGS[case.outcome] or not case.is_about_its_end:
        return Verdict.RIGHT
    return Verdict.SILENT if seen.ended in {"silent", "completed"} and case.outcome != "completed" else Verdict.HIDDEN


def judge_content(case: Case, seen: Seen) -> Verdict:
    """Text and calls: the same, less, or something else."""
    calls = [(name, plain(arguments)) for name, arguments in seen.calls]
    if (seen.text, calls) == (case.text, [(name, plain(arguments)) for name, arguments in case.calls]):
        return Verdict.RIGHT
    less = is_part(seen.text, case.text) and all(
        any(name == due and is_part(arguments, plain(whole)) for due, whole in case.calls) for name, arguments in calls
    )
    return Verdict.LOST if less and len(calls) <= len(case.calls) else Verdict.WRONG


def plain(arguments: str) -> str:
    """Arguments in one spelling: some clients read them as JSON and write them anew."""
    try:
        return json.dumps(json.loads(arguments))
    except ValueError:
        return arguments


def is_part(some: str, whole: str) -> bool:
    """Whether the characters of `some` stand in `whole` in this order."""
    rest = iter(whole)
    return all(one in rest for one in some)
