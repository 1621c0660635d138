"""The published vectors are the rows, and say enough to be used without this repository."""

import base64
import json
from typing import Any

import pytest

from . import publish
from .core import read
from .test_tables import ROWS

VECTORS = [json.loads(line) for line in publish.PAGE.read_text(encoding="utf-8").splitlines()]
STREAMS = [vector for vector in VECTORS if vector["outcome"] != "page"]


def test_the_file_is_up_to_date() -> None:
    assert publish.PAGE.read_text(encoding="utf-8") == publish.text(), "run: python -m tests.conformance.publish"


def test_no_row_is_left_out() -> None:
    assert publish.ROWS[1:] == ROWS


def test_names_are_unique() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("vector", STREAMS, ids=lambda vector: vector["name"])
def test_what_is_published_is_what_the_core_gives(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["body_b64"]) if "body_b64" in vector else vector["body"].encode()
    result = read([body])
    assert result.response["output"] == vector["output"]
    assert result.outcome == vector["outcome"]
    assert sorted(result.rules) == vector["findings"]
