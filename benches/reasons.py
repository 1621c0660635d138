"""Why a bar is not met, and what was found on the way: shown on the page for the rows that miss theirs."""

REASONS = {
    "G1": (
        "An event object and the `str` of its delta are made for each event, about 100 ns of the interpreter's "
        "own allocator; decoding is the smaller half. The best of all runs was 4.8 x."
    ),
    "G2": ("As G1; each chunk of five events adds one call and one list, about 90 ns."),
    "G3": (
        "The deltas cost 70 ns each. The rest is the end: the text is told four times more, in its `done`, its "
        "part, its item and the response, and each telling is checked as JSON and compared. The snapshot is then "
        "read into a model."
    ),
    "G5": (
        "Memory: 200,000 deltas are a body of 56 MB, and those of 1,000 fit the cache with all that is kept of them. "
        "Runs go from 0.95 x to 1.3 x."
    ),
    "G7": (
        "`async for` makes a coroutine for each event, which is the interpreter's price for `__anext__` in Python; "
        "`batches()` makes one for each chunk, and is the way for those who count nanoseconds."
    ),
    "G8": (
        "`state_bytes` counts what was asked for and is within the bar; resident memory has the allocator's rounding."
    ),
    "G9": (
        "With an event in each read, the event loop's turn and aiohttp cost 20 us and a stream's step 5 to 8 us, of "
        "which a bare decoder takes 1 to 4 us: among a thousand connections everything is out of the cache. Alone, the "
        "step costs 1.8 us. It is Python: the lock, the ends and the errors of one coroutine around the read."
    ),
    "G11": (
        "A chunk of 100 bytes ends inside a line: what is unfinished is copied, once, and taken up again, about "
        "650 instructions a chunk, more than the scan of the bytes. It is linear: the factor does not grow with "
        "the event."
    ),
    "G12": ("Within the run's own noise of the bar."),
    "G13": (
        "Every `\\uXXXX` is six bytes that become two, in each of four tellings; the ASCII beside it is compared "
        "by `memcmp`. Both got cheaper alike."
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
