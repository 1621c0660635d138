"""Recognising what a stream is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import TextIOBase
from os import PathLike
from pathlib import Path
from typing import Any

from .http import AiohttpSource, AsyncHTTPXSource, HTTPXSource
from .plain import (
    READ_BYTES,
    AsyncFileSource,
    AsyncIterableSource,
    AsyncMemorySource,
    AsyncReaderSource,
    FileSource,
    IterableSource,
    slices,
)
from .source import AsyncSource, Source
from .urllib3 import Urllib3Source
from .websockets import AsyncWebSocketSource, WebSocketSource


def open_source(source: Any, *, strict: bool = False) -> Source:
    """Make a source for a thread.

    Args:
        source: Bytes, a path, a binary file, a response of httpx2, httpx, requests or urllib3, a connection of
            `websockets.sync`, any iterable of bytes, or a `Source`.
        strict: Refuse an HTTP response that does not call itself an event stream.

    Raises:
        TypeError: Raised when it is nothing that a thread can read bytes from.
        OSError: Raised when a path cannot be opened.
    """
    source = _unwrapped(source)
    _refuse(source)
    if isinstance(source, Source):
        return source
    if _is_httpx_response(source):
        return HTTPXSource(source, strict=strict)
    if _is_requests_response(source):
        # Made without `stream=True`, or read by someone, it holds its body, and its connection has nothing more.
        read = source.content if getattr(source, "_content_consumed", False) else None
        return Urllib3Source(source.raw, owner=source, strict=strict, read=read)
    if _is_urllib3_response(source):
        return Urllib3Source(source, strict=strict)
    if _is_websocket(source) and not hasattr(source, "__aiter__"):
        return WebSocketSource(source)
    if hasattr(source, "__aiter__") or _is_aiohttp_response(source):
        message = f"cannot read a stream from {type(source).__name__} in a thread: read it with AsyncEventStream"
        raise TypeError(message)
    return _open_plain(source)


def _open_plain(source: Any) -> Source:
    if _is(source, bytes, bytearray, memoryview):
        return IterableSource(slices(bytes(source)), in_memory=True)
    if _is(source, PathLike):
        return FileSource(Path(source).open("rb"))
    if hasattr(source, "read"):
        return FileSource(source)
    if _is(source, Iterable):
        return IterableSource(source, in_memory=_is(source, Sequence))
    message = f"cannot read a stream from {type(source).__name__}"
    raise TypeError(message)


def open_async_source(source: Any, *, strict: bool = False) -> AsyncSource:
    """Make a source for a task.

    Args:
        source: An httpx2, httpx or aiohttp response, a connection of `websockets.asyncio`, any async iterable of bytes
            (an anyio byte stream is one), an `asyncio.StreamReader`, bytes or a list of them, a path or binary file
            (read in a worker thread), or an `AsyncSource`.
        strict: Refuse an HTTP response that does not call itself an event stream.

    Raises:
        TypeError: Raised when it is nothing that a task can read bytes from without blocking the event loop.
        OSError: Raised when a path cannot be opened.
    """
    source = _unwrapped(source)
    _refuse(source)
    if isinstance(source, AsyncSource):
        return source
    if _is_httpx_response(source):
        return AsyncHTTPXSource(source, strict=strict)
    if _is_aiohttp_response(source):
        return AiohttpSource(source, strict=strict)
    if _is_websocket(source) and hasattr(source, "__aiter__"):
        return AsyncWebSocketSource(source)
    if hasattr(source, "__aiter__"):
        return _open_async_iterable(source)
    if _is_requests_response(source) or _is_urllib3_response(source) or _is_websocket(source):
        raise _blocking(source)
    return _open_async_plain(source)


def _open_async_iterable(source: Any) -> AsyncSource:
    # Readers iterate over lines, and fail on long ones: they are read as they come instead.
    if hasattr(source, "readany"):
        return AsyncReaderSource(source.readany)
    if hasattr(source, "readuntil"):
        return AsyncReaderSource(lambda: source.read(READ_BYTES))
    return AsyncIterableSource(aiter(source))


def _open_async_plain(source: Any) -> AsyncSource:
    if _is(source, bytes, bytearray, memoryview):
        return AsyncMemorySource(slices(bytes(source)))
    if _is(source, PathLike):
        return AsyncFileSource(Path(source).open("rb"))
    if hasattr(source, "read"):
        return AsyncFileSource(source)
    if _is(source, Sequence):
        return AsyncMemorySource(source)
    if _is(source, Iterable):
        raise _blocking(source)
    message = f"cannot read an asynchronous stream from {type(source).__name__}"
    raise TypeError(message)


def _blocking(source: object) -> TypeError:
    hint = "it would block the event loop; read it with EventStream"
    return TypeError(f"cannot read an asynchronous stream from {type(source).__name__}: {hint}")


def _is(source: object, *kinds: type) -> bool:
    """As `isinstance`, for a source of which nothing more is to be known."""
    return isinstance(source, kinds)


def _is_httpx_response(source: Any) -> bool:
    return hasattr(source, "iter_raw") and hasattr(source, "aiter_raw") and hasattr(source, "status_code")


def _is_aiohttp_response(source: Any) -> bool:
    return hasattr(source, "content") and hasattr(source.content, "readany") and hasattr(source, "status")


def _is_requests_response(source: Any) -> bool:
    return hasattr(source, "iter_content") and hasattr(source, "raw") and hasattr(source, "status_code")


def _is_urllib3_response(source: Any) -> bool:
    return hasattr(source, "read1") and hasattr(source, "release_conn") and hasattr(source, "status")


def _is_websocket(source: Any) -> bool:
    return hasattr(source, "recv") and hasattr(source, "ping") and hasattr(source, "subprotocol")


def _unwrapped(source: Any) -> Any:
    """The HTTP response in a raw response of the OpenAI SDK, whose own methods would take the bytes apart."""
    is_raw = type(source).__module__.startswith("openai.") and hasattr(source, "http_response")
    return source.http_response if is_raw else source


def _refuse(source: Any) -> None:
    """What is often given here and is no source gets a word on what would be."""
    name = type(source).__name__
    if isinstance(source, str):
        message = "a stream is bytes, not text: encode it, or give pathlib.Path(...) for a file"
    elif isinstance(source, TextIOBase):
        message = "a stream is bytes, not text: open the file in binary mode"
    elif type(source).__module__.partition(".")[0] == "openai":
        message = f"{name} of the OpenAI SDK gives events and no bytes: use or_stream.openai.stream(client, ...)"
    elif hasattr(source, "__await__") and not hasattr(source, "__aiter__"):
        message = f"{name} is not awaited: give what it gives (`await` it, or enter it with `async with`)"
    else:
        return
    raise TypeError(message)
