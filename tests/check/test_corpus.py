"""What servers really finished with, told anew by `synthesize`: no rule is broken, and it folds back to the same."""

import json
from pathlib import Path

import pytest

import or_stream as ors

CORPUS = Path(__file__).parents[3] / "shared/corpus"
RECORDINGS = sorted(CORPUS.glob("responses/*.sse")) + sorted(CORPUS.glob("vllm/responses/*.sse"))

# Finished responses that hold an item which is still in progress, by their server's own word; told as they are.
UNFINISHED = {
    "vercel+ai__programmatic-tool-calling.1.chunks__0.sse",
    "vercel+ai__programmatic-tool-calling.2.chunks__0.sse",
}

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="the recorded corpus is not here")


def final_of(path: Path) -> bytes | None:
    assembler = ors.Assembler()
    assembler.feed(path.read_bytes())
    ended = assembler.finish() not in {ors.Outcome.ERROR, ors.Outcome.TRUNCATED}
    return assembler.snapshot_json() if ended else None


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem[-60:])
def test_synthesized_it_passes_and_folds_back(path: Path) -> None:
    final = final_of(path)
    if final is None:
        # A recording without an end has no final response to tell; only this one.
        assert path.name == "openai-php+client__ResponseCreatedResponse__0.sse"
        return
    body = ors.synthesize(final)
    report = ors.check(body, profile="openai")
    assert set(report.totals) == ({"C25"} if path.name in UNFINISHED else set()), report.findings[:3]
    again = ors.Assembler()
    again.feed(body)
    again.finish()
    assert json.loads(again.snapshot_json()) == json.loads(final)


@pytest.mark.parametrize("path", RECORDINGS[::10], ids=lambda path: path.stem[-60:])
def test_the_recordings_themselves_are_judged_the_same_however_cut(path: Path) -> None:
    body = path.read_bytes()
    whole = ors.check(body, profile="openai")
    cut = ors.check([body[at : at + 97] for at in range(0, len(body), 97)], profile="openai")
    assert cut.to_dict() == whole.to_dict()
