"""Record what a server in a process of its own plays, and hold two recordings against each other."""

import json
import subprocess
import sys
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from itertools import accumulate, pairwise
from time import monotonic_ns
from urllib.parse import urlsplit

import pytest

from or_stream.bench.captures import read_capture
from or_stream.bench.captures.recorded import recorded

OURS = ("or_stream", "serve", "--json", "--port", "0")
BARE = ("tests.serve.bare_player",)


@contextmanager
def playing(player, path):
    """The URL of a player, which has a process of its own as at a user's: no GIL is shared with who records."""
    with subprocess.Popen([sys.executable, "-m", *player, path], stdout=subprocess.PIPE) as process:
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def record(url, path):
    # The thinnest client there is: what a larger one takes between a chunk and its time is 0.3 ms here, and not ours.
    place = urlsplit(url)
    with closing(HTTPConnection(place.netloc)) as client:
        start = monotonic_ns()
        client.request("POST", place.path, b'{"stream":true}')
        tape = recorded(iter(partial(client.getresponse().read1, 65536), b""), path, start_ns=start)
        tape.open()
        while tape.read() is not None:
            pass
        tape.close()
    return read_capture(path)


def gaps_off(first, second):
    """By how many milliseconds each gap differs. Chunks are matched by where they end: two may be read as one."""
    times, others = ends_of(first), ends_of(second)
    ends = sorted(times.keys() & others.keys())
    assert len(ends) > 60
    return [abs((times[b] - times[a]) - (others[b] - others[a])) / 1e6 for a, b in pairwise(ends)]


def ends_of(capture):
    ends = accumulate(len(chunk.data) for chunk in capture.chunks)
    return dict(zip(ends, (chunk.t_ns for chunk in capture.chunks), strict=True))


def metrics_apart(first, second):
    """Every metric of every tool that is not within 2 %."""
    apart = []
    for defs in ("vllm", "aiperf", "guidellm", "otel"):
        one = first.timeline().metrics(defs, start_ns=0)
        other = second.timeline().metrics(defs, start_ns=0)
        assert one.succeeded
        numbers = {key: value for key, value in one.values.items() if isinstance(value, int | float)}
        assert len(numbers) > 1
        apart += [
            (defs, key, value, other[key])
            for key, value in numbers.items()
            if other[key] != pytest.approx(value, rel=0.02)
        ]
    return apart
