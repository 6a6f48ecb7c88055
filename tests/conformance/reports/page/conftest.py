"""A browser, and in it the page of a run of which every complaint fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import Browser, programs
from page_sample import HEAD, sample_run

from mlloss.conformance.reports.html.report import page

TITLE = "Not passed: conformance of multi-label losses"


@pytest.fixture(scope="session")
def chromium(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Skipped where it is absent, or failed if `--require` names it."""
    found = programs()
    if found is None and "chromium" in request.config.getoption("--require").split(","):
        pytest.fail("chromium is required (--require): it or its chromedriver is not installed")
    if found is None:
        pytest.skip("chromium and chromedriver are not installed")
    browser = Browser(*found, profile=tmp_path_factory.mktemp("profile"))
    yield browser
    browser.driver.quit()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "run.html"
    path.write_text(page(HEAD, sample_run()), "utf-8")
    return path.as_uri()


@pytest.fixture
def opened(chromium: Browser, address: str) -> Iterator[Browser]:
    """Whatever a test does: no complaint of the browser, nothing fetched, nothing injected."""
    chromium.size(1280, 900)
    chromium.scheme("light")
    chromium.open(address)
    yield chromium
    assert chromium.all("img, #b") == []
    assert chromium.said() == []
    assert [url for url in chromium.requested() if not url.startswith(("file:", "data:"))] == []
    assert chromium.driver.title == TITLE
