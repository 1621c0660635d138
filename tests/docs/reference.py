"""docs/reference.md, made from the docstrings: `make reference` writes it."""

import inspect

import or_stream as ors

from .members import constructor, definitions, doc_of, members, signature, source_of
from .page import ROOT

PATH = ROOT / "docs/reference.md"
HEAD = """# Reference

Every public name of `or_stream`, made from the docstrings by `make reference`; do not edit.
New here? Start with the [tutorial](tutorial.md).
"""
LISTS = ("Args:", "Raises:")
EVENT_FIELDS = ("type", "sequence_number", "index", "raw", "data")


def main() -> None:
    PATH.write_text(page())


def page() -> str:
    public = [name for name in ors.__all__ if name not in ors.events.__all__]
    values = {name: getattr(ors, name) for name in sorted(public, key=str.lower)}
    functions = {name: value for name, value in values.items() if inspect.isfunction(value)}
    classes = {name: value for name, value in values.items() if inspect.isclass(value)}
    errors = {name: cls for name, cls in classes.items() if issubclass(cls, ors.OrStreamError)}
    others = {name: value for name, value in values.items() if name not in functions and name not in classes}
    sections = [
        HEAD,
        "## Functions\n",
        *(function(name, value) for name, value in functions.items()),
        "## Classes\n",
        *(whole_class(name, cls) for name, cls in classes.items() if name not in errors),
        "## Errors\n",
        *(error(name, cls) for name, cls in errors.items()),
        "## Events\n",
        *events(),
        "## Others\n",
        *(other(name, value) for name, value in others.items()),
        "## Models\n",
        "Names of `or_stream.models`; fields are those of the contract.\n",
        models(),
    ]
    return "\n".join(sections)


def function(name: str, value) -> str:
    node = definitions(source_of(value))[value.__name__]
    return f"### `{name}`\n\n{code(signature(node))}\n{prose(doc_of(node, value))}"


def whole_class(name: str, cls: type) -> str:
    told = members(cls)
    attributes = [
        f"| `{one.name}` | `{cell(one.signature)}` | {cell(first(one.doc))} |" for one in told if one.is_property
    ]
    methods = [
        f"#### `{name}.{one.name}`\n\n{code(one.signature)}\n{prose(one.doc)}" for one in told if not one.is_property
    ]
    if issubclass(cls, str):  # an enum
        attributes = [f"| `{one.name}` | `{one.value}` | |" for one in cls] + attributes
    table = "| attribute | type | |\n|---|---|---|\n" + "\n".join(attributes) + "\n" if attributes else ""
    head = f"### `{name}`\n\n{code(constructor(cls))}\n{prose(doc_of(definitions(source_of(cls))[cls.__name__], cls))}"
    return "\n".join(filter(None, [head, table, *methods]))


def other(name: str, value: object) -> str:
    words = first(inspect.getdoc(value) or "") if inspect.ismodule(value) else "The version."
    return f"### `{name}`\n\n{words}\n"


def error(name: str, cls: type) -> str:
    return f"### `{name}`\n\nA `{cls.__base__.__name__}`. {prose(inspect.cleandoc(cls.__doc__))}"


def events() -> list[str]:
    names = sorted(ors.events.__all__, key=str.lower)
    classes = [name for name in names if inspect.isclass(getattr(ors, name))]
    rows = [event_row(name, getattr(ors, name)) for name in classes]
    aliases = [f"- `{name}`: a union of event classes, for annotations" for name in names if name not in classes]
    head = "Each also has a `type` and the fields of `BaseEvent`.\n"
    return [head, "| class | type | fields |\n|---|---|---|\n" + "\n".join(rows) + "\n", "\n".join(aliases) + "\n"]


def event_row(name: str, cls: type) -> str:
    told = {one.name: one.signature for one in members(cls)}
    kind = told.get("type", "").removeprefix("Literal[").removesuffix("]").replace("'", "`")
    fields = ", ".join(f"`{key}`" for key in told if cls is ors.BaseEvent or key not in EVENT_FIELDS)
    return f"| `{name}` | {cell(kind) or 'any'} | {fields} |"


def models() -> str:
    docs = {name: first(model_doc(getattr(ors.models, name))) for name in sorted(ors.models.__all__)}
    return "| name | |\n|---|---|\n" + "".join(f"| `{name}` | {cell(doc)} |\n" for name, doc in docs.items())


def model_doc(value) -> str:
    is_ours = inspect.isclass(value) or inspect.isfunction(value)
    return inspect.cleandoc(value.__doc__ or "") if is_ours else "A type for annotations."


def prose(doc: str) -> str:
    """A docstring as markdown: its lists of arguments and errors become lists."""
    lines: list[str] = []
    section = ""
    for line in doc.splitlines():
        if line in (*LISTS, "Returns:"):
            section = line
            lines.append(f"**{line.removesuffix(':')}**\n")
        elif section and line.startswith("    "):
            inner = line.removeprefix("    ")
            is_entry = section in LISTS and not inner.startswith(" ")
            name, _, rest = inner.partition(": ")
            lines.append(f"- `{name}`: {rest}" if is_entry else ("  " if section in LISTS else "") + inner.strip())
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def first(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split())


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def code(text: str) -> str:
    """A signature, an argument a line where it is long."""
    if len(text) > 110:
        name, _, rest = text.partition("(")
        inner, _, returns = rest.rpartition(")")
        text = f"{name}(\n" + "".join(f"    {one},\n" for one in arguments(inner)) + f"){returns}"
    return f"```text\n{text}\n```\n"


def arguments(inner: str) -> list[str]:
    """The arguments of a signature, cut at the commas that are in no bracket."""
    found, depth = [""], 0
    for char in inner:
        depth += (char in "[({") - (char in "])}")
        if char == "," and depth == 0:
            found.append("")
        else:
            found[-1] += char
    return [one.strip() for one in found]


if __name__ == "__main__":
    main()
