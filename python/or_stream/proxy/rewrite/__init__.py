"""Rewriting a stream on its way: new words for old ones, everywhere they are told.

`rewriter` sends each event through its handlers, `windows` runs text handlers over deltas with words held back,
`copies` finds the later tellings of the same texts, `blocks` keeps everything else byte for byte, `closing` ends a
stream in mid answer.
"""

from .rewriter import Rewriter

__all__ = ["Rewriter"]
