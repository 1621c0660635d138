"""Every command, and how to call it: whole, held up in its work, and on bad input."""

from dataclasses import dataclass

ASK = ("-r", '{"model": "m", "input": "hi"}')
RECORDING, SERVER, NONE = "recording", "server", "none"


@dataclass(frozen=True)
class Row:
    """How one command is called.

    Attributes:
        reads: What it is asked to read: a server's stream, recordings alone, or nothing that can be wrong.
        arguments: Gives the arguments for a source and a folder for what it writes.
        ends: Whether it ends by itself; the others serve until they are told to stop.
        kept: The file in the folder that holds what came before Ctrl-C.
        shows: What it shows on standard output of a stream that was held up after its first events, with `--json`.
    """

    reads: str
    arguments: object
    ends: bool = True
    kept: str | None = None
    shows: bool = False


def asked(source):
    """A source, with a request where it is a URL."""
    return (source, *(ASK if str(source).startswith("http") else ()))


TABLE = {
    "demo": Row(NONE, lambda _source, _folder: ()),
    "cat": Row(SERVER, lambda source, _folder: asked(source), shows=True),
    "check": Row(SERVER, lambda source, _folder: asked(source)),
    "record": Row(SERVER, lambda source, folder: (*asked(source), "-o", folder / "kept.orx"), kept="kept.orx"),
    "serve": Row(RECORDING, lambda source, _folder: (source, "--port", "0"), ends=False),
    "inspect": Row(RECORDING, lambda source, folder: (source, "-o", folder / "page.html")),
    "proxy": Row(NONE, lambda source, _folder: ("--upstream", source, "--port", "0"), ends=False),
    "bench": Row(SERVER, lambda source, _folder: (source, "-n", "1"), shows=True),
}
