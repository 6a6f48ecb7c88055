"""The page of a run by mouse and by address: from a file, without network."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from browser import Browser, hash_of, rows
from page_sample import COUNTS, KNOWN, MANY, PORTION, SOFT, WRONG, ids_of
from sample import TORCH_PAGE
from selenium.common.exceptions import JavascriptException


def test_it_opens_from_a_file_and_fetches_nothing(opened: Browser, address: str):
    assert address.startswith("file:///")
    assert opened.run("return performance.getEntriesByType('resource').map(e => e.name)") == []
    assert opened.one("#status").text == f"{MANY + 4} of {MANY + 4} cases, 745 verdicts"
    assert len(rows(opened)) == PORTION


def test_the_browser_would_refuse_a_foreign_script(chromium: Browser, address: str):
    chromium.open(address)
    with pytest.raises(JavascriptException, match="TrustedScript"):
        chromium.run(
            "document.head.append(document.createElement('script'));"
            "document.querySelector('head > script').textContent = 'window.broken = 1'"
        )
    chromium.run(
        "const i = document.createElement('img'); i.src = 'https://example.org/x.png';"
        "document.body.append(i)"
    )
    chromium.until(lambda: any("violates the following" in line for line in chromium.said()))


@pytest.mark.parametrize("place", COUNTS)
def test_a_cell_of_the_matrix_counts_and_filters(opened: Browser, place: tuple[str, str, str]):
    told = dict(zip(("area", "target", "subject"), place, strict=True))
    cell = opened.one(".cell" + "".join(f'[data-{name}="{it}"]' for name, it in told.items()))
    spans = cell.find_elements("css selector", ":scope > span:not(.aside)")
    counts = {span.get_attribute("class"): int(span.text.split()[0][1:]) for span in spans}
    assert counts == COUNTS[place]
    cell.click()
    assert f" cases, {sum(counts.values())} verdicts; filters: " in opened.one("#status").text
    assert hash_of(opened) == f"#{urlencode(told)}"
    assert rows(opened) == ids_of(told["area"])[:PORTION]


def test_every_filter_has_its_effect(opened: Browser):
    wanted = {
        "search=BY-100+gives": [SOFT.id],
        "search=nobody+says+this": [],
        "area=errors": [WRONG.id],
        "loss=multilabel_margin_loss": [TORCH_PAGE.id],
        f"difference={KNOWN.id}": [TORCH_PAGE.id],
        "kind=failing": [SOFT.id, WRONG.id],
        "kind=died": [WRONG.id],
        "target=page": [TORCH_PAGE.id],
        "subject=printed": [TORCH_PAGE.id],
    }
    for hash, ids in wanted.items():
        opened.run("location.hash = arguments[0]", hash)
        opened.until(lambda ids=ids: rows(opened) == ids)


def test_the_filters_that_are_on_are_named(opened: Browser):
    """They add up: a search below a click in the matrix may well find nothing."""
    opened.one('.cell[data-area="values"][data-target="torch"][data-subject="native"]').click()
    opened.one("[name=search]").send_keys("labels-of-2")
    filters = "filters: search labels-of-2, area values, target torch, implementation native"
    assert opened.one("#status").text == f"None of {MANY + 4} cases matches; {filters}"
    opened.one("#filters [type=reset]").click()
    opened.until(lambda: "filters" not in opened.one("#status").text)


def test_the_list_shows_more_on_demand(opened: Browser):
    for length in (2 * PORTION, MANY + 4):
        opened.one("#more").click()
        assert len(rows(opened)) == length
    assert not opened.one("#more").is_displayed()
