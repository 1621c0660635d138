"""Runs one target of the Python layer under libFuzzer: `python -m tests.fuzzing TARGET FOLDER [libFuzzer's flags]`."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["or_stream"]):
    import or_stream.bench.captures
    import or_stream.conformance
    import or_stream.models
    import or_stream.proxy.rewrite  # noqa: F401 - named here to be instrumented

from .seeds import SEEDS
from .targets import TARGETS


def main() -> None:
    """Write the seeds and run."""
    name, folder, *flags = sys.argv[1:]
    seeds, corpus = Path(folder) / "seeds" / name, Path(folder) / "corpus" / name
    for place in (seeds, corpus):
        place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (seeds / f"seed_{number:04}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={folder}/{name}-", str(corpus), str(seeds)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
