"""Where the samples and the recorded streams are."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).parents[2].parent / "shared"
ABSENT = "the folder ../shared is not here; the samples of tests/models cover the same"


@pytest.fixture(params=sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def sample(request: pytest.FixtureRequest) -> Any:
    """Each of our own response objects, parsed by the standard library."""
    return json.loads(request.param.read_bytes())


@pytest.fixture
def load_sample():
    """One of our own response objects by its name."""
    return lambda name: json.loads((SAMPLES / f"{name}.json").read_bytes())


@pytest.fixture(scope="session")
def openapi():
    """The OpenAPI document of a version, as published."""

    def load(spec: str) -> Any:
        path = SHARED / "openapi" / f"openresponses-{spec}.json"
        if not path.exists():
            pytest.skip(ABSENT)
        return json.loads(path.read_bytes())

    return load


@pytest.fixture(scope="session")
def recorded_events() -> dict[str, list[dict[str, Any]]]:
    """All events of all recorded streams, by file name."""
    corpus = SHARED / "corpus"
    if not corpus.exists():
        pytest.skip(ABSENT)
    paths = [*sorted((corpus / "responses").glob("*.sse")), *sorted((corpus / "vllm" / "responses").glob("*.sse"))]
    return {path.name: list(_events(path)) for path in paths}


def _events(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().replace(b"\r\n", b"\n").split(b"\n"):
        if line.startswith(b"data:") and line[5:].strip().startswith(b"{"):
            yield json.loads(line[5:])
