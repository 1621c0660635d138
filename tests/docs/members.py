"""What the source says of a public class or function: signatures and docstrings, of the core from its stub file."""

import ast
import inspect
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import or_stream

PACKAGE = Path(or_stream.__file__).parent
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Member:
    name: str
    signature: str
    doc: str
    is_property: bool


@cache
def definitions(path: Path) -> dict[str, Definition]:
    return {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, Definition)}


def source_of(value) -> Path:
    """The file that defines it; the compiled classes call themselves members of the package."""
    is_core = value.__module__ in ("or_stream", "or_stream._core")
    return PACKAGE / "_core.pyi" if is_core else Path(sys.modules[value.__module__].__file__)


def doc_of(node: Definition, value) -> str:
    return ast.get_docstring(node) or inspect.cleandoc(getattr(value, "__doc__", None) or "")


def signature(node: Definition) -> str:
    """As it is called: without `self`, and with the defaults."""
    arguments = node.args
    for named in (arguments.posonlyargs, arguments.args):
        if named and named[0].arg in ("self", "cls"):
            del named[0]
    returns = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    start = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    return f"{start}{node.name}({ast.unparse(arguments).removeprefix('/, ')}){returns}"


def _classes(cls: type) -> list[ast.ClassDef]:
    """The definitions of a class and of what it inherits from us, private bases in the stub file included."""
    found: list[ast.ClassDef] = []
    for base in cls.__mro__:
        if base.__module__.split(".")[0] != "or_stream":
            continue
        names = [base.__name__]
        while names:
            node = definitions(source_of(base)).get(names.pop(0))
            if isinstance(node, ast.ClassDef) and node not in found:
                found.append(node)
                if source_of(base).suffix == ".pyi":
                    names += [inherited.id for inherited in node.bases if isinstance(inherited, ast.Name)]
    return found


def constructor(cls: type) -> str:
    """The signature of a class."""
    for node in _classes(cls):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and inner.name in ("__init__", "__new__"):
                copied = ast.parse(ast.unparse(inner)).body[0]
                return signature(copied).replace(inner.name, cls.__name__, 1).partition(" -> ")[0]
    return cls.__name__


def members(cls: type) -> list[Member]:
    """The public methods and attributes, inherited ones behind the class's own."""
    found: dict[str, Member] = {}
    for node in _classes(cls):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
                found.setdefault(inner.name, _member(cls, inner))
            if isinstance(inner, ast.AnnAssign) and not inner.target.id.startswith("_"):
                found.setdefault(inner.target.id, Member(inner.target.id, ast.unparse(inner.annotation), "", True))
    return list(found.values())


def _member(cls: type, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Member:
    marks = {ast.unparse(decorator) for decorator in node.decorator_list}
    doc = doc_of(node, getattr(cls, node.name, None))
    if "property" in marks:
        return Member(node.name, "" if node.returns is None else ast.unparse(node.returns), doc, True)
    return Member(node.name, signature(ast.parse(ast.unparse(node)).body[0]), doc, False)
