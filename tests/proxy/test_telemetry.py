"""Spans and metrics of relayed streams, through the real SDK and over real HTTP; and the names they have."""

import asyncio

import httpx2
import pytest
import uvicorn
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import error_attributes, gen_ai_attributes, server_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.trace import SpanKind, StatusCode
from starlette.applications import Starlette
from starlette.routing import Route

import or_stream as ors
from or_stream import semconv
from or_stream.proxy import SSEProxyResponse
from or_stream.proxy.telemetry import Telemetry
from or_stream.serve import Faults, Staging, Stop
from tests.transports.scripted_server import ScriptedServer

USAGE = {
    "input_tokens": 7,
    "output_tokens": 11,
    "total_tokens": 18,
    "input_tokens_details": {"cached_tokens": 2},
    "output_tokens_details": {"reasoning_tokens": 3},
}
BODY = ors.synthesize({"id": "resp_1", "status": "completed", "model": "m-2026", "output": [], "usage": USAGE})


class Observed:
    """A telemetry whose spans and metrics can be looked at."""

    def __init__(self):
        self.spans, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.meters = MeterProvider([self.reader])
        self.telemetry = Telemetry(
            server_address="api.test", server_port=443, tracer_provider=tracers, meter_provider=self.meters
        )

    def metrics(self):
        [resource] = self.reader.get_metrics_data().resource_metrics
        return {metric.name: metric for scope in resource.scope_metrics for metric in scope.metrics}


@pytest.fixture
def observed():
    observed = Observed()
    yield observed
    observed.meters.shutdown()


def relayed(observed, url, context=None):
    """One stream through a relay on uvicorn."""

    async def run():
        async with httpx2.AsyncClient(timeout=10) as client:

            async def responses(request):
                upstream = client.build_request("POST", url, json={"stream": True})
                told = observed.telemetry.begin("m", context=context)
                return SSEProxyResponse(client.send(upstream, stream=True), on_end=told)

            app = Starlette(routes=[Route("/", responses, methods=["POST"])])
            server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
            task = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            body = (await client.post(f"http://127.0.0.1:{port}/")).content
            server.should_exit = True
            await task
        return body

    return asyncio.run(run())


def test_a_stream_is_a_span_and_three_metrics(observed, responses_server):
    responses_server.serve(BODY)
    assert relayed(observed, responses_server.url) == BODY
    [span] = observed.spans.get_finished_spans()
    assert (span.name, span.kind, span.status.status_code) == ("chat m", SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.request.stream": True,
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "m-2026",
        "gen_ai.response.finish_reasons": ("completed",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 11,
        "gen_ai.usage.cache_read.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 3,
        "server.address": "api.test",
        "server.port": 443,
    }
    metrics = observed.metrics()
    tokens = metrics[semconv.TOKENS]
    assert tokens.unit == "{token}"
    sums = {point.attributes["gen_ai.token.type"]: point.sum for point in tokens.data.data_points}
    assert sums == {"input": 7, "output": 11}
    [duration] = metrics[semconv.DURATION].data.data_points
    assert tuple(duration.explicit_bounds) == semconv.SECONDS_BOUNDARIES
    assert 0 < duration.sum < 10
    assert "error.type" not in duration.attributes
    [first] = metrics[semconv.FIRST_CHUNK].data.data_points
    assert 0 < first.sum <= duration.sum


OVERLOADED = b'data: {"type":"error","error":{"type":"server_error","code":"overloaded","message":"no"}}\n\n'


@pytest.mark.parametrize(
    ("body", "staging", "error"),
    [
        (BODY, Staging(faults=Faults(stop=Stop("close", len(BODY) // 2))), "RemoteProtocolError"),
        (OVERLOADED, None, "overloaded"),
    ],
    ids=["cut", "error event"],
)
def test_a_bad_end_is_an_error(observed, responses_server, body, staging, error):
    responses_server.serve(body, staging=staging)
    relayed(observed, responses_server.url)
    [span] = observed.spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    [duration] = observed.metrics()[semconv.DURATION].data.data_points
    assert span.attributes["error.type"] == duration.attributes["error.type"] == error


REFUSED = b'{"error":{"type":"too_many_requests","code":"rate_limit","message":"slow down","param":null}}'


@pytest.mark.parametrize(
    ("status", "kind", "body", "error"),
    [
        (429, "application/json", REFUSED, "rate_limit"),
        (503, "text/html", b"<html>busy</html>", "503"),
        (500, "text/plain", b"", "500"),
    ],
)
def test_a_refusal_is_told_by_its_code_or_its_status(observed, status, kind, body, error):
    with ScriptedServer() as server:
        url = server.script(lambda exchange: exchange.whole(body, status, {"content-type": kind}))
        relayed(observed, url)
    [span] = observed.spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    [duration] = observed.metrics()[semconv.DURATION].data.data_points
    assert span.attributes["error.type"] == duration.attributes["error.type"] == error


def test_names_are_those_of_the_conventions():
    told = {
        value
        for module in (gen_ai_attributes, gen_ai_metrics, error_attributes, server_attributes)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    }
    names = {value for name, value in vars(semconv).items() if name.isupper() and isinstance(value, str)}
    assert names - told == {semconv.VERSION, semconv.SECONDS, semconv.TOKEN, semconv.CHAT}
    assert gen_ai_attributes.GenAiOperationNameValues.CHAT.value == semconv.CHAT
