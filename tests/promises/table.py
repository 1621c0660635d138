"""Which test shows which promise: the faults F1 to F33 and the promises P1 to P20 of promises.md.

A row names its tests by node id, without parameters; `test_table.py` checks that each of them exists. A row may also
say what is still open, and why: an open row is no claim.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """One row.

    Args:
        id: Of the row in promises.md.
        what: The row in a few words.
        tests: What shows it: node ids below `tests/`, or `rust:` and the file and function of a test of the core, or
            `make:` and a target that prints figures.
        open: What is not shown yet, and why; empty when nothing is missing.
    """

    id: str
    what: str
    tests: tuple[str, ...] = ()
    open: str = ""


ASYNC = "stream/test_async_event_stream.py::test_"
CLOCKS = "ahead/test_clocks.py::test_"
NTH = "test_cancelled_at_every_await"
BAD = "core/test_bad_input.py::test_"
HTTP = "transports/test_http_sources.py::test_"
CLOSING = "transports/test_http_closing.py::test_"
PROCESS = "process/test_streams.py::test_"
MEMORY = "process/test_out_of_memory.py::test_"
LINEAR = "core/test_linear.py::test_four_times_the_bytes_take_four_times_as_long"
SOAK = "make:soak"
MUTATIONS = "conformance/test_mutations.py::test_one_fault"
ORDER = "promises/test_events_out_of_order.py::test_"
RESUME = "resume/test_resume.py::test_cut_at_every_byte_ends_as_if_uncut"
REPLY = "transports/test_replies.py::test_"
SYNC = "stream/test_event_stream.py::test_"
ENDS = "stream/test_event_stream_ends.py::test_"
TABLES = "conformance/test_tables.py::test_"

FAULTS = (
    Shown("F1", "the body ends without a terminal event", (ENDS + "cut_at_every_byte_never_looks_like_success",)),
    Shown(
        "F2",
        "reset or timeout in the middle",
        (
            HTTP + "reset_in_the_middle_of_an_event",
            ASYNC + "truncated_error_and_transport_fault_carry_what_was_received",
            "faults/test_reset_at_every_byte.py::test_a_thread_hears_every_reset",
            "faults/test_reset_at_every_byte.py::test_a_task_hears_every_reset",
        ),
    ),
    Shown(
        "F3",
        "no bytes, or no events",
        (
            CLOCKS + "silence",
            CLOCKS + "endless_comments",
            CLOCKS + "endless_heartbeats",
            CLOCKS + "endless_progress",
            "transports/test_no_reply.py::test_each_clock",
            "websocket/test_websocket_waiting.py::test_each_clock",
        ),
    ),
    Shown(
        "F4",
        "one byte at a time",
        (TABLES + "however_cut", "ahead/test_clocks.py::test_slow_loris", LINEAR, "make:gate"),
        "20 times the whole: a byte takes the core 14 to 17 ns, which is 14 times the whole for events of 1 MB and 60 "
        "times for small ones, of which the whole takes 0.3 ns a byte",
    ),
    Shown("F5", "a line that never ends", (BAD + "an_endless_line_is_held_up_to_its_limit_and_no_further",)),
    Shown("F6", "data lines without a blank line", (BAD + "an_event_beyond_its_limit_kills_the_reader_until_reset",)),
    Shown(
        "F7",
        "endless comments",
        (BAD + "a_gibibyte_of_comments_leaves_no_trace", "ahead/test_clocks.py::test_endless_comments"),
    ),
    Shown("F8", "limits too small for real use", (BAD + "a_32_mib_event_passes_by_default",)),
    Shown("F9", "only the oversize part dropped", (BAD + "an_event_beyond_its_limit_kills_the_reader_until_reset",)),
    Shown(
        "F10",
        "a flood and a slow consumer",
        (
            "ahead/test_read_ahead.py::test_the_source_is_not_read_beyond_the_mark",
            "transports/test_slow_consumer.py::test_a_task",
            "transports/test_slow_consumer.py::test_a_thread",
            SOAK,
        ),
    ),
    Shown(
        "F11", "a compressed bomb", ("faults/test_compressed_bomb.py::test_a_bomb_is_a_limit_and_its_memory_bounded",)
    ),
    Shown("F12", "sequence gaps and repeats", (ORDER + "numbers_dropped_doubled_and_swapped", MUTATIONS)),
    Shown("F13", "a delta for an item never added", (ORDER + "a_delta_for_an_item_never_added", MUTATIONS)),
    Shown(
        "F14",
        "wild indices",
        (
            ORDER + "a_delta_for_an_item_never_added",
            ORDER + "an_index_that_is_none_is_a_fault_of_the_protocol",
            BAD + "an_index_from_the_wire_is_never_a_size",
            BAD + "too_many_items_are_a_limit",
        ),
    ),
    Shown("F15", "`output_index` left out", (TABLES + "lenient", "conformance/test_profiles.py::test_the_same_answer")),
    Shown(
        "F16",
        "two terminals, events behind the terminal",
        (
            TABLES + "strict",
            ENDS + "nothing_behind_the_terminal_event_is_yielded",
            CLOSING + "connection_is_used_again",
            CLOSING + "server_that_goes_on_after_the_end_holds_nobody_up",
        ),
    ),
    Shown(
        "F17",
        "`done` differs from its deltas",
        (ORDER + "the_closing_text_against_the_deltas", "conformance/test_output_source.py::test_output_source"),
    ),
    Shown(
        "F18",
        "`error` in the middle",
        (TABLES + "lenient", ENDS + "error_event_is_yielded_then_raised_at_the_end"),
    ),
    Shown("F19", "the response id changes", (TABLES + "strict",)),
    Shown(
        "F20",
        "JSON, HTML or another content type",
        (
            REPLY + "what_is_neither_stream_nor_error",
            REPLY + "it_is_told_when_the_block_is_entered_and_before_the_body_ends",
            BAD + "a_body_that_is_no_stream_says_how_it_begins",
        ),
    ),
    Shown(
        "F21",
        "cancelled at any await",
        (
            ASYNC + "cancel_at_every_await_leaves_the_source_closed_and_loses_no_event",
            f"stream/test_nth_await.py::{NTH}",
            f"resume/test_resume_nth_await.py::{NTH}",
            f"websocket/test_websocket_nth_await.py::{NTH}",
        ),
    ),
    Shown(
        "F22",
        "a loop left early, a stream dropped",
        (ASYNC + "break_closes_at_the_end_of_the_block", ASYNC + "a_dropped_stream_warns_and_an_ended_one_does_not"),
    ),
    Shown(
        "F23",
        "a scope held over a yield",
        (
            ASYNC + "break_closes_at_the_end_of_the_block",
            "promises/test_no_async_generators.py::test_none_in_the_package",
        ),
    ),
    Shown(
        "F24",
        "two users of one stream",
        (ASYNC + "two_tasks_in_one_stream", "threads/test_hammer.py::test_all_threads_at_one_reader"),
        "no free-threaded interpreter was at hand",
    ),
    Shown(
        "F25",
        "a callback that feeds",
        (
            "process/test_reentrancy.py::test_a_buffer_that_feeds_the_same_reader",
            SYNC + "close_from_within_the_source_takes_effect_after_its_return",
        ),
    ),
    Shown(
        "F26",
        "fork",
        (
            "process/test_fork_and_exit.py::test_a_forked_child_and_its_parent_both_read_on",
            "process/test_fork_and_exit.py::test_a_fork_while_threads_read_leaves_no_lock_that_hangs",
            PROCESS + "a_child_may_close_the_stream_that_its_parent_reads",
        ),
    ),
    Shown(
        "F27",
        "a panic",
        ("core/test_concurrent_use.py::test_a_panic_in_the_core_is_an_exception_and_ends_one_stream_only",),
    ),
    Shown(
        "F28",
        "out of memory",
        (
            MEMORY + "an_endless_line",
            MEMORY + "endless_deltas",
            MEMORY + "one_event_that_is_too_large",
            MEMORY + "a_snapshot_for_which_there_is_no_room_can_be_taken_later",
            MEMORY + "a_stream_closes_its_source",
            MEMORY + "one_of_many_recordings",
        ),
    ),
    Shown(
        "F29",
        "integers that overflow",
        (
            "conformance/test_sse_vectors.py::test_whole_and_at_every_cut",
            BAD + "an_index_from_the_wire_is_never_a_size",
        ),
    ),
    Shown("F30", "repeats after a reconnect", (RESUME,)),
    Shown("F31", "a regular expression on wire data", ("make:check-python",)),
    Shown("F32", "cycles and huge graphs", (SOAK,)),
    Shown(
        "F33",
        "shutdown and signals",
        (
            "process/test_interrupt.py::test_an_interrupted_assembler_goes_on_where_it_was",
            "process/test_fork_and_exit.py::test_the_interpreter_ends_with_readers_events_and_views_alive",
            PROCESS + "an_interrupted_thread_closes_its_connection_and_keeps_what_it_has",
            PROCESS + "an_interrupted_event_loop_closes_its_connections",
            PROCESS + "the_interpreter_ends_with_a_stream_left_open",
        ),
    ),
)

# Bodies of `tests/conformance` are cut at every byte of their first 4 KiB, and at 40 random places of what lies behind.
PROMISES = (
    Shown(
        "P1",
        "same bytes, same result",
        (TABLES + "however_cut", "conformance/test_corpus.py::test_chunking_does_not_matter"),
    ),
    Shown("P2", "an event is out with its blank line", (HTTP + "event_is_out_as_soon_as_it_is_in",)),
    Shown("P3", "the rules of WHATWG", ("conformance/test_sse_vectors.py::test_whole_and_at_every_cut",)),
    Shown(
        "P4",
        "no event lost, doubled or reordered",
        ("ahead/test_read_ahead.py::test_a_slow_consumer_gets_everything_in_order", SOAK),
    ),
    Shown("P5", "the end is always told", (ENDS + "cut_at_every_byte_never_looks_like_success",)),
    Shown(
        "P6",
        "every exception holds the partial response",
        (
            "core/test_cut_everywhere.py::test_every_cut_gives_the_events_the_snapshot_and_the_outcome_of_what_was_whole",
            "stream/test_nth_await.py::test_failing_at_every_await",
            "faults/test_reset_at_every_byte.py::test_a_task_hears_every_reset",
        ),
    ),
    Shown(
        "P7",
        "one bad event spoils no other",
        (BAD + "an_undecodable_event_is_handed_out_and_the_stream_goes_on", MUTATIONS),
    ),
    Shown("P8", "memory is bounded", ("core/test_memory.py::test_a_giant_event_leaves_no_buffer_behind",)),
    Shown("P9", "time is linear", (LINEAR,)),
    Shown(
        "P10",
        "cancel anywhere",
        (
            f"stream/test_nth_await.py::{NTH}",
            f"stream/test_gather_nth_await.py::{NTH}_of_the_caller",
            f"stream/test_gather_nth_await.py::{NTH}_of_the_streams",
        ),
    ),
    Shown(
        "P11",
        "no async generator in the public API",
        ("promises/test_no_async_generators.py::test_none_in_the_package",),
    ),
    Shown(
        "P12",
        "one user at a time",
        ("threads/test_hammer.py::test_all_threads_at_one_reader",),
        "no free-threaded interpreter was at hand",
    ),
    Shown(
        "P13",
        "no panic reaches the user",
        ("core/test_concurrent_use.py::test_a_panic_in_the_core_is_an_exception_and_ends_one_stream_only",),
    ),
    Shown(
        "P14", "the unknown passes unchanged", ("encoding/test_recordings.py::test_events_written_again_are_the_same",)
    ),
    Shown(
        "P15",
        "a snapshot is the fold, and stays",
        ("stream/test_assembler_policy.py::test_snapshot_is_of_now_and_stays", MUTATIONS),
    ),
    Shown("P16", "strict and lenient agree", (TABLES + "strict_agrees_until_the_first_fault",)),
    Shown("P17", "resume equals the uncut stream", (RESUME,)),
    Shown(
        "P18",
        "fork, shutdown, interrupt",
        ("process/test_fork_and_exit.py::test_the_interpreter_ends_while_daemon_threads_read",),
    ),
    Shown("P19", "fast paths are invisible", ("rust:layout.rs",)),
    Shown(
        "P20",
        "limits, errors and defaults in one table",
        (
            "docs/test_limits_page.py::test_the_default_is_the_one_of_the_code",
            "docs/test_limits_page.py::test_no_setting_is_missing",
            "docs/test_limits_page.py::test_every_error_is_there_with_its_base",
            "core/test_limits.py::test_crossing_a_limit_names_it",
        ),
    ),
)
