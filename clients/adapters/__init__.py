"""One file a client. Each has `NAME`, `PACKAGE`, `WAY` (the public API used) and `read(base_url, case, seen)`.

`read` fills `seen` as it goes, so that what arrived before an exception is kept; exceptions fly to the worker.
"""

NAMES = (
    "openai_events",
    "openai_helper",
    "httpx2_json",
    "httpx_sse_json",
    "langchain",
    "pydantic_ai",
    "openai_agents",
    "ours",
)
