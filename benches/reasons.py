"""Why a bar is not met, and what was found on the way: shown on the page for the rows that miss theirs."""

REASONS = {
    "G1": (
        "An event object is made for each event, half of the time in the interpreter's own allocator; decoding is "
        "the other half. Short deltas that were told before are not made again; rarer words gain less from that."
    ),
    "G2": ("As G1; each chunk of five events adds one call and one list, about 90 ns."),
    "G3": (
        "The deltas cost 80 to 90 ns each, in packets of five events of which one is cut. That alone is a tenth of "
        "what msgspec takes for everything: the calls, the snapshot and the model come on top."
    ),
    "G5": (
        "Memory: 200,000 deltas are a body of 56 MB, and those of 1,000 fit the cache with all that is kept of them. "
        "Runs go from 0.95 x to 1.3 x."
    ),
    "G7": (
        "Beside the loop's own 200 ns, a step of `async for` costs 80 ns, a chunk 0.5 us, and a turn of the event loop "
        "for each 256 KiB read from memory 7 us. A stream's start and end are 20 us, a twentieth of this run."
    ),
    "G8": (
        "`state_bytes` counts what was asked for and is within the bar; resident memory has the allocator's rounding."
    ),
    "G9": (
        "With an event in each read, the bare loop takes 9 to 16 us, most of them the event loop's turn, and a bare "
        "`Decoder` 1 to 4 us more: among a thousand connections its state is out of the cache at each read. A stream's "
        "step takes 0.3 us beside that where it is warm. Coalesced, a stream is few reads, and its start and end "
        "count: some 15 us."
    ),
    "G11": (
        "A chunk of 100 bytes ends inside a line: what is unfinished is copied, once, and taken up again, about "
        "650 instructions a chunk, more than the scan of the bytes. It is linear: the factor does not grow with "
        "the event."
    ),
    "G12": ("Within the run's own noise of the bar."),
    "G13": (
        "Every `\\uXXXX` is six bytes that become three, and a `str` of more than ASCII costs the interpreter several "
        "times as much. What the closing events tell again is compared as bytes and unescaped no more."
    ),
    "G14": (
        "Most recordings are short: a snapshot of many kB for a few dozen deltas. Its JSON is checked in full, "
        "which msgspec's `Raw` does not do. The response object is a third of the rest: the snapshot is written "
        "and its members found, and each of the few fields that are read costs Python about 1 us."
    ),
    "G15": (
        "Two cores that are shared with others: runs go from 1.0 x to 1.9 x, with SHA-256, which needs no memory, "
        "beside."
    ),
    "G17": ("As G14: snapshots of tools and instructions are checked in full, and are most of these bytes."),
}


def reasons_for(missed: set[str]) -> str:
    """A list of the reasons for these rows.

    Raises:
        KeyError: Raised for a row that misses its bar and has no reason here: it is to be found first.
    """
    order = sorted(missed, key=lambda row: int(row[1:]))
    return "\n" + "\n".join(f"- **{row}.** {REASONS[row]}" for row in order) + "\n"
