"""The pictures of docs/inspecting.md anew: `make screenshots`."""

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from or_stream.bench.inspect import inspect_capture, recordings_page, run_facts, run_page
from or_stream.bench.load import Bounds, FixedRate, Job, LoadRequest, run_load
from or_stream.serve import Faults, FaultsInTurn, Pace, Program, ServerThread, Staging, Stop, Synthetic, Take
from tests.inspect.recordings import recording

DOCS = Path(__file__).parents[2] / "docs"


def pages():
    one = recording(300, skips=True)
    other = recording(340, seed=5, gap=26, stalls=())
    alone = recordings_page([inspect_capture(one, name="run.orx")])
    both = recordings_page([inspect_capture(one, name="before.orx"), inspect_capture(other, name="after.orx")])
    return (
        ("light", "light", alone, 980),
        ("dark", "dark", alone, 980),
        ("compare", "light", both, 680),
        ("run", "light", run(), 1000),
    )


def run():
    """A load on a server that is late by chance, and that breaks one connection in fifteen."""
    faults = FaultsInTurn((*[Faults()] * 14, Faults(stop=Stop("reset", 6000))) * 16)
    staging = Staging(pace=Pace(jitter=0.03), faults=faults)
    with ServerThread(Program([Take.of(Synthetic(tokens=40, rate=80, ttft=0.12))], staging)) as server:
        request = LoadRequest.make("http://server:8000/v1/responses", {"model": "m", "input": "hi"})
        job = Job((replace(request, url=server.url),), FixedRate(40), Bounds(requests=240), timeout_s=2)
        result = run_load(job)
    facts = {**result.facts(("vllm", "aiperf", "guidellm", "otel")), "url": request.url}
    return run_page(run_facts(result, facts), title=request.url)


def main():
    wanted = pages()  # before the browser, whose loop is then the thread's
    with sync_playwright() as driver, TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, scheme, html, height in wanted:
            path = Path(folder) / "page.html"
            path.write_text(html, encoding="utf-8")
            page = browser.new_page(viewport={"width": 1200, "height": height}, color_scheme=scheme)
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready]")
            if name != "run":
                page.evaluate("inspected.page.select(0, 180)")
            page.wait_for_timeout(400)
            page.screenshot(path=DOCS / f"inspecting-{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
