"""One self-contained page: the data packed, styles and scripts inlined, and nothing that asks a network."""

from __future__ import annotations

import base64
import gzip
import json
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from .gather import Inspected

VERSION: Final = 1
"""Of the data within a page, and of what `--json` gives."""

_HERE = files("or_stream.bench.inspect")
_SHARED = ("unpack", "format", "elements", "axis", "compare", "facts", "plots")
_RECORDINGS = ("fold", "filter", "lanes", "table", "detail", "response", "main")
_RUN = ("run",)


def recordings_page(recordings: Sequence[Inspected]) -> str:
    """Write the page of one recording, or of two side by side.

    Args:
        recordings: What was gathered of each.
    """
    title = " and ".join(one.facts["name"] for one in recordings)
    return _page(title, [_packed(one.facts, one) for one in recordings], _RECORDINGS)


def run_page(facts: dict[str, Any], *, title: str) -> str:
    """Write the page of a benchmark's run.

    Args:
        facts: What `run_facts` gives.
        title: Of the page.
    """
    return _page(title, [_packed(facts, None)], _RUN)


def _page(title: str, packs: Sequence[str], scripts: Sequence[str]) -> str:
    assets, vendor = _HERE / "assets", _HERE / "vendor" / "uplot"
    parts = {
        "title": escape(title),
        "vendor_style": _text(vendor / "uPlot.min.css"),
        "style": _text(assets / "style.css"),
        "vendor_script": _text(vendor / "uPlot.iife.min.js"),
        "script": "\n".join(_text(assets / f"{name}.js") for name in (*_SHARED, *scripts)),
        "data": "\n".join(f'<script type="application/octet-stream" class="pack">{pack}</script>' for pack in packs),
    }
    pieces = _text(assets / "index.html").split("{{")
    # Cut once and filled in once: whatever a part holds, nothing in it is taken for another place to fill.
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += [parts[name], rest]
    return "".join(filled)


def _packed(facts: dict[str, Any], inspected: Inspected | None) -> str:
    """Pack as base64 of gzip: a length, JSON, columns and bytes. No letter of it can end a script or begin a tag."""
    columns = {} if inspected is None else inspected.columns
    body = b"" if inspected is None else inspected.body
    blobs = [column.tobytes() for column in columns.values()]
    places: dict[str, Any] = {}
    at = 0
    for (name, column), blob in zip(columns.items(), blobs, strict=True):
        places[name] = [column.typecode, at, len(column)]
        at += len(blob)
    told = {"or_stream_inspect": VERSION, "facts": facts, "columns": places, "body": [at, len(body)]}
    head = json.dumps(told, separators=(",", ":")).encode()
    head += b" " * (-(len(head) + 4) % 8)  # columns of 8-byte numbers come first, and stand on 8 bytes
    raw = b"".join([len(head).to_bytes(4, "little"), head, *blobs, body])
    return base64.b64encode(gzip.compress(raw, 6, mtime=0)).decode()


def _text(path: Traversable) -> str:
    return path.read_text(encoding="utf-8")
