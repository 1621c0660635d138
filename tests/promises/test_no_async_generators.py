"""Promise P11 and fault F23: no async generator is handed out, and nowhere is a scope held over a yield (PEP 789)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import or_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(or_stream.__file__).parent
SCOPES = {"CancelScope", "move_on_after", "move_on_at", "fail_after", "fail_at", "timeout", "create_task_group"}
SCOPES |= {"TaskGroup", "open_nursery", "beside"}


def own(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a function, without the functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from own(child)


def yields(node: ast.AST) -> bool:
    return any(isinstance(child, ast.Yield) for child in own(node))


def names(node: ast.AST) -> set[str]:
    told = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
    return told | {child.attr for child in ast.walk(node) if isinstance(child, ast.Attribute)}


def found(source: str) -> list[str]:
    """The async generators in a module, and the scopes that they hold over a yield."""
    wrong = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.AsyncFunctionDef) or not yields(function):
            continue
        # As a context manager it cannot be left half iterated.
        if "asynccontextmanager" not in {name for mark in function.decorator_list for name in names(mark)}:
            wrong.append(f"{function.name} is an async generator")
        for block in own(function):
            if isinstance(block, ast.With | ast.AsyncWith) and yields(block):
                entered = (item.context_expr for item in block.items)
                held = {name for call in entered if isinstance(call, ast.Call) for name in names(call.func)} & SCOPES
                wrong += [f"{function.name} holds {name} over a yield" for name in held]
    return wrong


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_none_in_the_package(path: Path) -> None:
    assert found(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("async def f():\n yield 1", ["f is an async generator"]),
        ("class A:\n async def __aiter__(self):\n  while True:\n   yield 1", ["__aiter__ is an async generator"]),
        ("@asynccontextmanager\nasync def f():\n async with a.timeout(1):\n  yield", ["f holds timeout over a yield"]),
        ("@asynccontextmanager\nasync def f():\n with x:\n  yield", []),
        ("async def f():\n def g():\n  yield\n return g", []),
    ],
)
def test_the_lint_finds_them(body: str, wrong: list[str]) -> None:
    assert found(body) == wrong
