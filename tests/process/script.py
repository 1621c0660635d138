"""A script in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "python"

BODY = """
import or_stream as ors

HEAD = b'data: {"type":"response.created","response":{"id":"r","object":"response","status":"in_progress"}}\\n\\n'
DELTA = b'data: {"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":" word"}\\n\\n'
TAIL = b'data: {"type":"response.completed","response":{"id":"r","object":"response","status":"completed"}}\\n\\n'

def body(deltas):
    return HEAD + DELTA * deltas + TAIL
"""


def run(*parts: str, timeout: float = 100) -> str:
    """Run a script, given in parts, and give its output; whatever it writes to stderr, and any bad end, is an error."""
    path = os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-X", "faulthandler", "-c", "".join([BODY, *map(textwrap.dedent, parts)])]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=timeout, env={**os.environ, "PYTHONPATH": path}
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr[-3000:] or ran.returncode
    return ran.stdout
