import subprocess
import sys

import pytest

import or_stream as ors

HEAVY = ["pydantic", "pydantic_core", "orjson", "anyio", "httpx2", "httpx", "aiohttp", "typer", "rich"]
HEAVY_STDLIB = ["dataclasses", "inspect", "asyncio", "json", "email", "ssl", "importlib.metadata", "logging"]


def modules_after(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_import_alone_loads_nothing_heavy():
    loaded = modules_after("import or_stream") - modules_after("pass")
    assert not loaded & {*HEAVY, *HEAVY_STDLIB}, loaded & {*HEAVY, *HEAVY_STDLIB}
    assert {name for name in loaded if name.startswith("or_stream")} == {
        "or_stream",
        "or_stream._core",
        "or_stream.assembly",
        "or_stream.errors",
        "or_stream.events",
        "or_stream.outcome",
    }


def test_a_thread_needs_no_event_loop():
    code = """
import or_stream as ors
body = b'data: {"type":"response.output_text.delta","delta":"a"}\\n\\n'
with ors.EventStream([body], require_terminal=False) as stream:
    assert [event.delta for event in stream] == ["a"]
"""
    assert not modules_after(code) & {"anyio", "asyncio", "pydantic", "httpx2"}


def test_every_public_name_is_there():
    for name in ors.__all__:
        assert getattr(ors, name) is not None
    assert set(ors.__all__) <= set(dir(ors))
    assert len(set(ors.__all__)) == len(ors.__all__)


def test_star_import_gives_the_same_names():
    namespace: dict[str, object] = {}
    exec("from or_stream import *", namespace)
    assert set(ors.__all__) <= set(namespace)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Typo'"):
        _ = ors.Typo  # type: ignore[attr-defined]
