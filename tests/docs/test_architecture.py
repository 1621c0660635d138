"""ARCHITECTURE.md names every module, on the floor where the checked tables have it."""

import tomllib

from .page import ROOT

PAGE = (ROOT / "ARCHITECTURE.md").read_text()


def table(heading):
    """Floor by module, from the table whose second column has this heading."""
    rows = PAGE.partition(f"| floor | {heading}")[2].splitlines()[2:]
    cells = [row.split("|") for row in rows[: rows.index("")]]
    return {name.strip(" `/"): int(floor) for _, floor, names, *_ in cells for name in names.split("` `")}


def test_floors_of_the_core():
    lines = (ROOT / "rust/core/src/lib.rs").read_text().splitlines()
    rows = [line.split("|") for line in lines if line.startswith("//! | ") and line.split("|")[1].strip().isdigit()]
    floors = {name.split("`")[1]: int(floor) for _, floor, names, *_ in rows for name in names.split(", ")}
    assert table("`rust/core`") == floors


def test_floors_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = reversed(project["tool"]["importlinter"]["contracts"][0]["layers"])
    floors = {
        name.strip().removeprefix("or_stream."): floor
        for floor, layer in enumerate(layers, start=1)
        for name in layer.split("|")
    }
    assert table("`python/or_stream`") == {"_core": 0, **floors}


def test_every_module_is_on_a_floor():
    package = ROOT / "python/or_stream"
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert modules - {"__init__", "__main__"} == table("`python/or_stream`").keys() - {"_core"}
