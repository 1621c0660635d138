"""Running `or-stream` as a user does: in a process of its own."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

DEMO_PATH = Path(str(files("or_stream.cli").joinpath("demo.sse")))
DEMO = DEMO_PATH.read_bytes()
EVENTS = [block + b"\n\n" for block in DEMO.split(b"\n\n") if block]
COMMAND = [sys.executable, "-c", "import sys; sys.argv[0] = 'or-stream'; from or_stream.cli import main; main()"]


def or_stream(*arguments, stdin=b""):
    return subprocess.run([*COMMAND, *map(str, arguments)], input=stdin, capture_output=True, timeout=30, check=False)


def start(*arguments):
    """Start it with unbuffered pipes; the caller closes them."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
