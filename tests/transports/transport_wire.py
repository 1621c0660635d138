"""Our own stream as bytes, for the tests of this folder."""

from importlib.resources import files

DEMO = files("or_stream.cli").joinpath("demo.sse").read_bytes()
EVENTS = [block + b"\n\n" for block in DEMO.split(b"\n\n") if block]
TERMINAL = EVENTS[-2]
