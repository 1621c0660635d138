"""Names of OpenTelemetry's semantic conventions for generative AI, all in one place.

The conventions are in development: `VERSION` is the release of `opentelemetry-semantic-conventions` that these names
were read from, and a test compares them with it.
"""

from __future__ import annotations

VERSION = "0.66b2"

# Instruments of a client, with their units and the boundaries that the conventions advise for their histograms.
DURATION = "gen_ai.client.operation.duration"
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
PER_CHUNK = "gen_ai.client.operation.time_per_output_chunk"
TOKENS = "gen_ai.client.token.usage"

SECONDS = "s"
TOKEN = "{token}"  # noqa: S105 - a unit
SECONDS_BOUNDARIES = tuple(0.01 * 2**power for power in range(14))
TOKENS_BOUNDARIES = tuple(float(4**power) for power in range(14))

# Attributes.
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - an attribute
ERROR_TYPE = "error.type"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"

CHAT = "chat"
"""The operation that a response is."""
