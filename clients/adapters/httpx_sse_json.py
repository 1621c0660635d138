"""httpx-sse: `connect_sse`, each event's data through `json.loads`."""

import httpx
from httpx_sse import connect_sse

from clients.case import Case
from clients.seen import Seen

from .obvious import REQUEST, URL, take_data

NAME, PACKAGE, WAY = "httpx-sse", "httpx-sse", "`connect_sse` + `json.loads`, deltas joined"
NOTICES = ("RemoteProtocolError", "ReadError", "ReadTimeout", "ProtocolError", "HTTPStatusError", "SSEError")


def read(base_url: str, _case: Case, seen: Seen) -> None:
    with httpx.Client() as client, connect_sse(client, "POST", base_url + URL, json=REQUEST) as source:
        for event in source.iter_sse():
            take_data(event.data, seen)
