"""A real Chromium, driven by Playwright, that opens pages as files."""

import shutil
from contextlib import contextmanager

import pytest

from or_stream.bench.inspect import inspect_capture, recordings_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


# Not for longer: while Playwright runs, its event loop is the thread's, and no other can run there.
@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open a page; when the test is over, nothing may have been complained of or asked for."""

    @contextmanager
    def opened(html, *, scheme="light", width=1280):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", timeout=20_000)
        try:
            yield page
            assert said == []
            assert asked == [path.as_uri()]
        finally:
            page.close()

    return opened


def page_of(*captures):
    return recordings_page([inspect_capture(one, name=f"{'ab'[at]}.orx") for at, one in enumerate(captures)])
