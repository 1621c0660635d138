"""Sources: whatever bytes can be pulled from, recognised by its shape and never by its library."""

from .open import open_async_source, open_source
from .source import AsyncSource, Chunk, Source

__all__ = ["AsyncSource", "Chunk", "Source", "open_async_source", "open_source"]
