"""httpx2: `EventSource`, each event's data through `json.loads`."""

import httpx2

from clients.case import Case
from clients.seen import Seen

from .obvious import REQUEST, URL, take_data

NAME, PACKAGE, WAY = "httpx2", "httpx2", "`EventSource` + `json.loads`, deltas joined"
NOTICES = ("RemoteProtocolError", "ReadError", "ReadTimeout", "ProtocolError", "HTTPStatusError")


def read(base_url: str, _case: Case, seen: Seen) -> None:
    with httpx2.Client() as client, client.stream("POST", base_url + URL, json=REQUEST) as response:
        for event in httpx2.EventSource(response):
            take_data(event.data, seen)
