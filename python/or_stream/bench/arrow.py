"""A timeline as an Arrow table: for pandas, polars, DuckDB and Parquet."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .timeline import Timeline

_COLUMNS = (
    ("time_ns", "uint64", "times_bytes"),
    ("chunk", "uint32", "chunks_bytes"),
    ("output_index", "int32", "items_bytes"),
    ("delta_bytes", "uint32", "delta_sizes_bytes"),
    ("delta_characters", "uint32", "characters_bytes"),
)


def arrow_table(timeline: Timeline) -> Any:
    """Give a `pyarrow.Table` over the bytes of the columns, which are not copied once more.

    Raises:
        ImportError: Raised without pyarrow; the message tells how to install it.
    """
    try:
        pyarrow: Any = import_module("pyarrow")
    except ImportError as error:
        message = "to_arrow() needs pyarrow: pip install 'or-stream[arrow]'"
        raise ImportError(message) from error
    kinds = timeline.kinds_bytes

    def column(kind: str, data: bytes) -> Any:
        return pyarrow.Array.from_buffers(getattr(pyarrow, kind)(), len(kinds), [None, pyarrow.py_buffer(data)])

    types = pyarrow.DictionaryArray.from_arrays(column("uint8", kinds), pyarrow.array(timeline.kind_names, "string"))
    told = {name: column(kind, getattr(timeline, source)) for name, kind, source in _COLUMNS}
    return pyarrow.table({"time_ns": told.pop("time_ns"), "type": types, **told})
