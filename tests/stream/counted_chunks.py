"""A source that tells what was done to it."""


class Chunks:
    """A source that counts its reads and its closing."""

    def __init__(self, *chunks, error=None):
        self._chunks = iter(chunks)
        self._error = error
        self.reads = 0
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.reads += 1
        for chunk in self._chunks:
            return chunk
        if self._error is not None:
            raise self._error
        raise StopIteration

    def close(self):
        self.closed += 1


def types(events):
    return [event.type for event in events]
