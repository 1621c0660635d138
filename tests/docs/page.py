"""The Python blocks of a page, each with the output that the page says it prints."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Block:
    line: int
    code: str
    printed: str | None


def fences(page: Path):
    """Every fenced block as (language, line of its first line, lines)."""
    language, start, inside = None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        if language is None and line.startswith("```"):
            language, start, inside = line.removeprefix("```").strip(), number + 1, []
        elif line == "```":
            yield language, start, inside
            language = None
        elif language is not None:
            inside.append(line)
    assert language is None, f"{page}: a block is not closed"


def blocks(page: Path) -> list[Block]:
    """The Python blocks; a `text` block that follows within three lines is what they print."""
    found: list[Block] = []
    end = 0
    for language, start, lines in fences(page):
        if language == "python":
            found.append(Block(start, "\n".join(lines) + "\n", None))
        elif language == "text" and found and start - end <= 4:
            found[-1].printed = "\n".join(lines) + "\n"
        end = start + len(lines)
    return found
