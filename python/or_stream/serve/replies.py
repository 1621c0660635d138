"""Replies: what the server answers to each request: its routes, and its errors in the contract's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..json_text import write_bytes
from .compaction import compacted
from .cut import Beat
from .score import JSON, Score

if TYPE_CHECKING:
    from .http import Request
    from .program import Program
    from .take import Take

RESPONSES = "/v1/responses"
COMPACT = "/v1/responses/compact"
MODELS = "/v1/models"
HEALTH = "/health"
_FIELDS: tuple[tuple[str, tuple[type, ...], str], ...] = (
    ("model", (str,), "a string"),
    ("input", (str, list), "a string or a list"),
    ("stream", (bool,), "a boolean"),
)


class Refused(Exception):  # noqa: N818 - an answer, and no fault of ours
    """Raised for a request that gets an error: `{"error": {message, type, param, code}}`."""

    allow: str | None = None
    """The method that would have been right."""

    def __init__(self, status: int, kind: str, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind, "param": param, "code": code}

    def score(self) -> Score:
        """Give it as an answer."""
        return _json(write_bytes({"error": self.error}), status=self.status, allow=self.allow)


def reply(request: Request, program: Program) -> Score:
    """Answer a request over HTTP; every error is an answer too."""
    try:
        return _routed(request, program)
    except Refused as refusal:
        return refusal.score()


def _routed(request: Request, program: Program) -> Score:
    path = request.path
    if path == RESPONSES:
        _only(request, "POST")
        return _create(request, program)
    if path == COMPACT and program.has_compact:
        _only(request, "POST")
        return _json(write_bytes(compacted(_compact_request(request))))
    if path.startswith(RESPONSES + "/") and path != COMPACT:
        _only(request, "GET")
        return _retrieve(request, program, path.removeprefix(RESPONSES + "/"))
    if path in {MODELS, HEALTH}:
        _only(request, "GET")
        return _json(write_bytes(_models(program) if path == MODELS else {"status": "ok"}))
    message = f"there is no {path}; this server has POST {RESPONSES}"
    raise Refused(404, "not_found", message)


def _create(request: Request, program: Program) -> Score:
    asked = request_object(request)
    check_create(asked)
    take, number = program.next_take()
    if asked.get("stream") is True or not take.is_stream:
        return program.score(take, number)
    return _whole(take, number, program)


def _retrieve(request: Request, program: Program, response_id: str) -> Score:
    found = program.find(response_id)
    if found is None:
        message = f"there is no response {response_id!r}"
        raise Refused(404, "not_found", message)
    number = program.next_number()
    query = request.query
    if query.get("stream") != "true":
        return _whole(found, number, program)
    after = query.get("starting_after")
    if after is not None and not (after.isascii() and after.isdigit()):
        raise Refused(400, "invalid_request", "starting_after is no sequence number", "starting_after")
    return program.staging.score(found, number, after=None if after is None else int(after))


def _models(program: Program) -> dict[str, Any]:
    """The list that clients and benchmark tools ask for before their first request, as OpenAI's API has it."""
    names = dict.fromkeys(take.model or "recorded" for take in program.takes)
    told = [{"id": name, "object": "model", "created": 0, "owned_by": "or_stream"} for name in names]
    return {"object": "list", "data": told}


def _whole(take: Take, number: int, program: Program) -> Score:
    body = take.response
    if body is None:
        raise Refused(500, "server_error", "the stream that was to be answered does not come to its end")
    return program.staging.whole(take, number, body)


def _json(body: bytes, *, status: int = 200, allow: str | None = None) -> Score:
    return Score((Beat(0.0, body),), 0.0, content_type=JSON, status=status, length=len(body), allow=allow)


def _only(request: Request, method: str) -> None:
    if request.method != method:
        message = f"{request.path} takes {method}, not {request.method}"
        refusal = Refused(405, "invalid_request", message)
        refusal.allow = method
        raise refusal


def request_object(request: Request) -> dict[str, Any]:
    """Read the body of a request.

    Raises:
        Refused: Raised when it is no JSON object.
    """
    value: Any
    try:
        value = request.json
    except ValueError as error:
        message = f"the body is not JSON: {error}"
        raise Refused(400, "invalid_request", message) from error
    if not isinstance(value, dict):
        raise Refused(400, "invalid_request", "the body is not a JSON object")
    return cast("dict[str, Any]", value)


def check_create(asked: dict[str, Any]) -> None:
    """Look at the fields that every request has; the rest of a request is the model's business, and here is no model.

    Raises:
        Refused: Raised when one has a wrong type.
    """
    for name, kinds, due in _FIELDS:
        if asked.get(name) is not None and not isinstance(asked[name], kinds):
            message = f"{name} must be {due}"
            raise Refused(400, "invalid_request", message, name)


def _compact_request(request: Request) -> dict[str, Any]:
    asked = request_object(request)
    check_create(asked)
    if asked.get("model") is None:
        raise Refused(400, "invalid_request", "model is required", "model")
    return asked
