"""Every Python block of the documentation runs, in order, against a real server, and prints what the page says."""

import subprocess
import sys

import pytest

from .page import ROOT, blocks, fences

PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("name", PAGES)
def test_the_blocks_of_a_page_run(name, stand_in, tmp_path):
    page = ROOT / name
    if not blocks(page):
        return
    written = ("http://localhost:8000/v1/responses", "ws://localhost:8001/v1/responses")
    urls = [f"{one}={real}" for one, real in zip(written, stand_in, strict=True)]
    run = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-m",
            "tests.docs.session",
            page,
            *urls,
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'python'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    assert run.stdout.count(" runs\n") == len(blocks(page))
    assert run.stderr == ""


def test_the_main_pages_have_blocks():
    for name in ("README.md", "docs/tutorial.md", "docs/how-to.md"):
        assert blocks(ROOT / name), name
    assert any(block.printed for block in blocks(ROOT / "docs/tutorial.md"))


@pytest.mark.parametrize("name", PAGES)
def test_every_block_names_its_language(name):
    assert {language for language, _, _ in fences(ROOT / name)} <= {"python", "text", "bash", "json"}


@pytest.mark.parametrize("name", [*PAGES, "ARCHITECTURE.md", "CONTRIBUTING.md", "examples/README.md"])
def test_links_to_files_lead_somewhere(name):
    page = ROOT / name
    targets = [piece.partition(")")[0].partition("#")[0] for piece in page.read_text().split("](")[1:]]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []
