"""`python -m benches.relay --instructions`: what relaying an event costs where no other work on the machine is heard.

Seconds of CPU differ from run to run by more than what is to be measured; instructions by less than a hundredth. Each
relay runs in a process of its own under callgrind with few events and with many, one a read; the difference is what the
events cost. The kernel's part is not counted, which is the same for all of them.
"""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Iterator

from .gateways import FRAMEWORKS, RELAYS, gateway
from .load import Load, measure

STREAMS = 20
FEW, MANY = 18, 138
HEAD = """\
| load | framework | relay | instructions an event | times bytes only |
|---|---|---|---|---|"""


def instructions() -> Iterator[str]:
    """Rows of a table."""
    for framework in FRAMEWORKS:
        counts = {kind: _per_event(framework, kind) for kind in RELAYS}
        for kind, count in counts.items():
            load = f"{STREAMS} streams, one event a read"
            yield f"| {load} | {framework} | {RELAYS[kind]} | {count:,.0f} | {count / counts['bare']:.3f} |"


def _per_event(framework: str, kind: str) -> float:
    few, many = (_whole_run(framework, kind, events) for events in (FEW, MANY))
    return (many - few) / STREAMS / (MANY - FEW)


def _whole_run(framework: str, kind: str, events: int) -> int:
    callgrind = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}")
    # The order of a dict's keys in memory is no chance then.
    with gateway(callgrind, env={**os.environ, "PYTHONHASHSEED": "0"}) as relay:
        asyncio.run(measure(relay, framework, [kind], Load(STREAMS, events, single=True)))
        relay.process.send_signal(signal.SIGINT)
        _, told = relay.process.communicate(timeout=120)
    if (counted := re.search(r"Collected : (\d+)", told)) is None:
        message = f"callgrind counted nothing: {told[-300:]}"
        raise subprocess.SubprocessError(message)
    return int(counted[1])
