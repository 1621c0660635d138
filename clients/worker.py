"""One client in its own process: `python -m clients.worker ADAPTER ADDRESS FIRST`, one JSON line a case on stdout."""

import importlib
import json
import os
import sys
import warnings

from .case import read_cases
from .seen import Seen


def main(adapter: str, address: str, first: int) -> None:
    """Read every case from `first` on."""
    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a client prints is not a result
    read = importlib.import_module(f"clients.adapters.{adapter}").read
    out.write("ready\n")
    out.flush()
    for number, case in list(enumerate(read_cases()))[first:]:
        seen = Seen()
        try:
            read(f"{address}/{number}/v1", case, seen)
        except Exception as error:
            seen.raised(error)
        out.write(json.dumps(seen.as_json()) + "\n")
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
