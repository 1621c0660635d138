import sys

import pytest

import or_stream as ors

from .timelines import reasoned


def test_the_table_says_what_the_columns_say():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow")
    timeline = reasoned()
    table = timeline.to_arrow()
    table.validate(full=True)
    assert table.to_pydict() == {
        "time_ns": list(timeline.times),
        "type": timeline.types,
        "chunk": list(timeline.chunks),
        "output_index": list(timeline.output_indexes),
        "delta_bytes": list(timeline.delta_bytes),
        "delta_characters": list(timeline.delta_characters),
    }


def test_an_empty_timeline_is_an_empty_table():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow")
    table = ors.Timeline().to_arrow()
    table.validate(full=True)
    assert table.num_rows == 0


def test_without_pyarrow_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"or-stream\[arrow\]"):
        ors.Timeline().to_arrow()
