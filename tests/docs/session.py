"""Runs the blocks of a page one after the other in one namespace, as a reader would in `python -m asyncio`.

python -m tests.docs.session PAGE OLD=NEW ...
"""

import ast
import asyncio
import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

from .page import Block, blocks


def run(page: Path, block: Block, namespace: dict, runner: asyncio.Runner, urls: dict[str, str]) -> str:
    code = block.code
    for written, real in urls.items():
        code = code.replace(written, real)
    # Line numbers of a traceback are those of the page.
    compiled = compile("\n" * (block.line - 1) + code, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with redirect_stdout(io.StringIO()) as printed:
        coroutine = eval(compiled, namespace)
        if coroutine is not None:

            async def finish():
                await coroutine

            runner.run(finish())
    return printed.getvalue()


def main(page: Path, urls: dict[str, str]) -> None:
    namespace = {"__name__": "__main__"}
    with asyncio.Runner() as runner:
        for block in blocks(page):
            printed = run(page, block, namespace, runner, urls)
            if block.printed is not None and printed != block.printed:
                sys.exit(f"{page}:{block.line} says it prints\n{block.printed}\nbut it prints\n{printed}")
            print(f"{page}:{block.line} runs")


if __name__ == "__main__":
    main(Path(sys.argv[1]), dict(pair.split("=", 1) for pair in sys.argv[2:]))
