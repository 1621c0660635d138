"""The pictures of docs/inspecting.md anew: `make screenshots`."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from or_stream.bench.inspect import inspect_capture, recordings_page
from tests.inspect.recordings import recording

DOCS = Path(__file__).parents[2] / "docs"


def pages():
    one = recording(300, skips=True)
    other = recording(340, seed=5, gap=26, stalls=())
    alone = recordings_page([inspect_capture(one, name="run.orx")])
    both = recordings_page([inspect_capture(one, name="before.orx"), inspect_capture(other, name="after.orx")])
    return (("light", "light", alone, 980), ("dark", "dark", alone, 980), ("compare", "light", both, 680))


def main():
    with sync_playwright() as driver, TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, scheme, html, height in pages():
            path = Path(folder) / "page.html"
            path.write_text(html, encoding="utf-8")
            page = browser.new_page(viewport={"width": 1200, "height": height}, color_scheme=scheme)
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready]")
            page.evaluate("inspected.page.select(0, 180)")
            page.wait_for_timeout(400)
            page.screenshot(path=DOCS / f"inspecting-{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
