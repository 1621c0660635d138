"""Sending the one request through a client of the caller's: httpx2, httpx, aiohttp, requests or urllib3.

Redirects are not followed and nothing is sent again: each POST is a billed generation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .request import Request


def check_client(client: Any, *, is_async: bool) -> None:
    """Refuse a client that cannot send from a task, or from a thread.

    Args:
        client: The caller's client; None for one of our own.
        is_async: Whether a task sends.

    Raises:
        TypeError: Raised when it is no client that we know, or one for the other side.
    """
    fits = _is_async_client(client) if is_async else _is_sync_client(client)
    if client is None or fits:
        return
    wanted = (
        "an httpx2.AsyncClient, httpx.AsyncClient or aiohttp.ClientSession"
        if is_async
        else "an httpx2.Client, httpx.Client, requests.Session or urllib3.PoolManager"
    )
    message = f"client must be {wanted}, not {type(client).__name__}"
    raise TypeError(message)


async def send(request: Request, client: Any) -> Any:
    """Send the request from a task.

    Returns:
        The client's response, whose body has not been read.
    """
    if _is_httpx(client):
        return await client.send(_httpx_request(request, client), stream=True, follow_redirects=False)
    return await client.request(
        request.method, request.url, data=request.content, headers=request.headers, allow_redirects=False
    )


def send_sync(request: Request, client: Any) -> Any:
    """Send the request from a thread.

    Returns:
        The client's response, whose body has not been read.
    """
    if _is_httpx(client):
        return client.send(_httpx_request(request, client), stream=True, follow_redirects=False)
    if hasattr(client, "urlopen"):
        return client.request(
            request.method,
            request.url,
            body=request.content,
            headers=request.headers,
            preload_content=False,
            redirect=False,
            # Its default is to send anything again that it takes for safe to repeat.
            retries=False,
        )
    return client.request(
        request.method, request.url, data=request.content, headers=request.headers, stream=True, allow_redirects=False
    )


def _httpx_request(request: Request, client: Any) -> Any:
    return client.build_request(request.method, request.url, headers=request.headers, content=request.content)


def _is_httpx(client: Any) -> bool:
    return hasattr(client, "build_request")


def _is_async_client(client: Any) -> bool:
    return hasattr(client, "aclose") if _is_httpx(client) else hasattr(client, "ws_connect")


def _is_sync_client(client: Any) -> bool:
    if _is_httpx(client):
        return not hasattr(client, "aclose")
    return hasattr(client, "urlopen") or (hasattr(client, "mount") and hasattr(client, "request"))
