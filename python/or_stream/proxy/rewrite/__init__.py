"""Rewriting a stream on its way: new words for old ones, everywhere they are told.

`rewriter` takes bytes and gives bytes, `rules` holds its handlers, `retelling` sends each event through them, `windows`
runs text handlers over deltas with words held back, `copies` finds the later tellings of the same texts, `blocks` keeps
everything else byte for byte, `closing` ends a stream in mid answer, which `abort` asks for.
"""

from .abort import Abort
from .rewriter import Rewriter

__all__ = ["Abort", "Rewriter"]
