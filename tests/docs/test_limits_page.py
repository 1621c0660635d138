"""Promise P20: each limit, default and error class is in one table, and the tables are those of the code."""

import inspect
from dataclasses import fields, is_dataclass

import pytest

import or_stream as ors
from or_stream import errors
from or_stream.stream import async_event_stream, progress
from or_stream.transports import connect

from .page import ROOT

PAGE = (ROOT / "docs/limits.md").read_text()
FIXED = {
    "connecting, with the client that `connect()` makes": connect.CONNECT_SECONDS,
    "silence, with the client that `connect()` makes": connect.IDLE_SECONDS,
    "bytes read behind the terminal event, so that the connection can be used again": progress.DRAIN_BYTES,
    "time for these": progress.DRAIN_SECONDS,
    "waiting behind an `error` event or an early `[DONE]` for what may follow": progress.ENDING_SECONDS,
    "closing a connection in a task that is cancelled": async_event_stream.CLOSE_SECONDS,
}
TIMEOUTS = ("idle_timeout", "event_timeout", "progress_timeout", "total_timeout")


def rows():
    lines = [line.strip("| ") for line in PAGE.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.split(" | ")) for line in lines]


ROWS = {name: rest for name, *rest in rows()}
SETTINGS = {name.strip("`"): amount for name, (amount, _) in ROWS.items() if "." in name and name.startswith("`")}


def amount(text):
    if text == "none":
        return None
    number, _, unit = text.replace(",", "").partition(" ")
    return float(number) * {"": 1, "s": 1, "KiB": 1 << 10, "MiB": 1 << 20}[unit]


def default(setting):
    owner, _, name = setting.partition(".")
    made = getattr(ors, owner)
    if owner == "Limits":
        return getattr(made(), name)
    return inspect.signature(made).parameters[name].default


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_default_is_the_one_of_the_code(setting):
    assert amount(SETTINGS[setting]) == default(setting)


@pytest.mark.parametrize("what", FIXED)
def test_what_is_fixed_is_as_the_page_says(what):
    assert amount(ROWS[what][0]) == FIXED[what]


def test_no_setting_is_missing():
    limits = {f"Limits.{name}" for name in dir(ors.Limits) if name.startswith("max_")}
    bounds = {
        f"{one.__name__}.{field.name}"
        for one in (ors.ReadAhead, ors.Resume)
        if is_dataclass(one)
        for field in fields(one)
        if field.name != "url"
    }
    waits = {f"AsyncEventStream.{name}" for name in TIMEOUTS}
    assert waits <= {f"AsyncEventStream.{name}" for name in inspect.signature(ors.AsyncEventStream).parameters}
    others = {"ResponsesWebSocket.open_timeout", "ResponsesWebSocket.idle_timeout", "gather_streams.limit"}
    assert set(SETTINGS) == limits | bounds | waits | others


def test_every_error_is_there_with_its_base():
    told = {name.strip("`"): cells[0].strip("`") for name, cells in ROWS.items() if cells[0].endswith(("Error`", "`"))}
    told = {name: base for name, base in told.items() if hasattr(errors, name)}
    made = {
        name: one.__mro__[1].__name__
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, Exception)
    }
    assert told == made
    assert all(getattr(ors, name) is getattr(errors, name) for name in made)
