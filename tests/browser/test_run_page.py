"""The page of a benchmark's run: what it shows is what the run found."""

import json

import pytest

from or_stream.bench.inspect import run_facts, run_page
from or_stream.bench.load import Bounds, FixedConcurrency, FixedRate, Job, LoadRequest, Ramp, run_load
from or_stream.serve import Faults, FaultsInTurn, Program, ServerThread, Staging, Stop, Synthetic, Take

CEILING = {
    "connections": 3,
    "clients": [
        {"client": "one", "events": 9, "seconds": 0.5, "events_per_s": 18.0, "cpu_ns_per_event": 1500.0, "failed": 0}
    ],
    "client_vitals": {},
}


def loaded(plan):
    faults = FaultsInTurn((*[Faults()] * 4, Faults(stop=Stop("close", 3000))))
    take = Take.of(Synthetic(tokens=8, rate=400, ttft=0.02))
    with ServerThread(Program([take], Staging(faults=faults))) as server:
        request = LoadRequest.make(server.url, {"model": "m", "input": "hi"})
        return run_load(Job((request,), plan, Bounds(requests=15)))


PLANS = {
    "closed loop, 2 at a time": FixedConcurrency(2),
    "open loop, 200 a second": FixedRate(200),
    "open loop, 50 to 300 a second in 1 s": Ramp(50, 300, 1),
}
NOBODY = "http://127.0.0.1:9/v1/responses"


# All of them before the browser starts, whose loop is then the thread's.
@pytest.fixture(scope="module")
def runs():
    request = LoadRequest.make(NOBODY, {"model": "m", "input": "hi"})
    nothing = run_load(Job((request,), FixedConcurrency(1), Bounds(requests=2)))
    return {NOBODY: nothing, **{told: loaded(plan) for told, plan in PLANS.items()}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_shows_what_the_run_found(runs, show, scheme, width):
    for told in PLANS:
        result = runs[told]
        facts = result.facts(("vllm", "aiperf", "guidellm", "otel"))
        with show(run_page(run_facts(result, facts), title="run"), scheme=scheme, width=width) as page:
            text = page.locator("main, #page").first.inner_text()
            assert f"{told} · {result.client}" in text
            assert f"{result.succeeded} of 15 succeeded" in text
            assert page.locator(".plot canvas").count() == 2
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for button in page.locator(".tabs button").all():
                button.click()
                shown = page.locator("section", has=button).locator("tbody").all_inner_texts()
                assert "\t" in shown[0]
            page.locator(".tabs button").first.click()
            mean = page.locator("tr", has_text="ttft (ms)").locator("td").nth(1).inner_text()
            assert float(mean) == pytest.approx(facts["metrics"]["vllm"]["mean_ttft_ms"], rel=1e-3)


def test_requests_that_failed_are_listed_and_the_ceiling_stands_beside(runs, show):
    result = runs[next(iter(PLANS))]
    facts = {**result.facts(), "selftest": CEILING}
    failed = [record for record in result.measured if not record.succeeded]
    assert failed
    with show(run_page(run_facts(result, facts), title="run")) as page:
        table = page.locator("section", has_text="Failed requests").locator("tbody tr")
        assert table.count() == len(failed)
        assert "WHAT CLIENTS CAN DO: 3 CONNECTIONS AT ONCE" in page.locator("body").inner_text()
        assert "1.50" in page.locator("tr", has_text="one").first.inner_text()


def test_deltas_are_not_passed_off_as_tokens(runs, show):
    result = runs[next(iter(PLANS))]
    facts = json.loads(json.dumps(result.facts()))
    note = "each delta was taken for one, which it is not"
    for tokens_from, due in (("usage", 0), ("deltas", 1)):
        facts["metrics"]["vllm"]["tokens_from"] = tokens_from
        with show(run_page(run_facts(result, facts), title="run")) as page:
            assert page.locator("header").inner_text().count(note) == due


def test_what_a_server_said_stays_text(runs, show):
    result = runs[next(iter(PLANS))]
    facts = json.loads(json.dumps(result.facts()))
    hostile = "</script><img src=x onerror=window.pwned=1>"
    facts |= {"url": hostile, "errors": {hostile: {"count": 1, "example": hostile}}, "warnings": [hostile]}
    with show(run_page(run_facts(result, facts), title=hostile)) as page:
        assert page.evaluate("window.pwned") is None
        assert page.locator("h1").inner_text() == hostile


def test_a_run_of_which_nothing_came(runs, show):
    result = runs[NOBODY]
    with show(run_page(run_facts(result, result.facts()), title="run")) as page:
        assert "0 of 2 succeeded" in page.locator("body").inner_text()
