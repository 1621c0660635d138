"""Compaction: what `POST /v1/responses/compact` answers (spec 2026-04-24)."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any


def compacted(asked: dict[str, Any]) -> dict[str, Any]:
    """Compact a conversation to one opaque item; the same conversation always gives the same one."""
    told = json.dumps([asked.get("input"), asked.get("previous_response_id")], sort_keys=True).encode()
    digest = sha256(told)
    name = digest.hexdigest()[:24]
    item = {"id": f"cmp_{name}", "type": "compaction", "encrypted_content": b64encode(digest.digest()).decode()}
    tokens = max(1, len(told) // 4)
    return {
        "id": f"resp_{name}",
        "object": "response.compaction",
        "created_at": 1764000000,
        "output": [item],
        "usage": {
            "input_tokens": tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": tokens + 1,
        },
    }
