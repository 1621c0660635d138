"""Streams over any source of bytes: iteration, the one named end, and the final response."""
