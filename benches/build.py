"""What is being measured, and on what kind of machine."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from or_stream import _core

PEERS = ("openai", "msgspec", "orjson", "httpx2", "httpx-sse", "jiter", "aiohttp", "pydantic")


def refuse_debug_build() -> None:
    """Leave with a message unless the core was compiled for speed."""
    if _core.build_profile != "release":
        sys.exit("benches: the core is a debug build; build it with `maturin develop --release`")


def machine() -> dict[str, str]:
    """The machine class and versions that figures belong to."""
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "or_stream": _core.__version__,
        "peers": ", ".join(f"{name} {version(name)}" for name in PEERS),
    }


def _processor() -> str:
    """The vendor and family as the kernel tells them; the architecture where it does not."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({platform.machine()})" if names else platform.machine()
