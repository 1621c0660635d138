"""Runs under aiperf's own interpreter: a timeline on standard input, what aiperf's code makes of it on standard output.

A timeline is `{"start": ns, "events": [[ns, data], ...], "end": ns, "input": tokens, "output": tokens}`.
"""

import json
import sys

import aiperf.metrics.types  # noqa: F401 - registers the metrics
from aiperf.common.models import ParsedResponseRecord, RequestRecord, SSEMessage, TokenCounts
from aiperf.endpoints.openai_responses import ResponsesEndpoint
from aiperf.metrics.metric_dicts import MetricRecordDict
from aiperf.metrics.metric_registry import MetricRegistry

# Each after those that it is made from.
TAGS = (
    "time_to_first_token",
    "time_to_second_token",
    "time_to_first_output_token",
    "request_latency",
    "decode_duration",
    "input_sequence_length",
    "output_sequence_length",
    "inter_token_latency",
    "inter_chunk_latency",
    "output_token_throughput_per_user",
    "e2e_output_token_throughput",
    "prefill_throughput_per_user",
)


def main() -> None:
    """Say the metrics, in aiperf's inner units: nanoseconds, tokens, tokens a second."""
    told = json.load(sys.stdin)
    request = RequestRecord(
        start_perf_ns=told["start"],
        timestamp_ns=told["start"],
        end_perf_ns=told["end"],
        status=200,
        responses=[SSEMessage.parse("data: " + data, at) for at, data in told["events"]],
    )
    # Its constructor wants a whole configuration, of which reading a response uses nothing.
    endpoint = ResponsesEndpoint.__new__(ResponsesEndpoint)
    record = ParsedResponseRecord(
        request=request,
        responses=endpoint.extract_response_data(request),
        token_counts=TokenCounts(input=told["input"], output=told["output"]),
    )
    found = MetricRecordDict()
    for tag in TAGS:
        found[tag] = MetricRegistry.get_instance(tag).parse_record(record, found)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
