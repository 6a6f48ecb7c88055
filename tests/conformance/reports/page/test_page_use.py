"""The page of a run by keyboard, on a phone, in the dark."""

from __future__ import annotations

import pytest
from browser import Browser, hash_of, rows, show, shown
from page_sample import KNOWN, PORTION, SOFT, WRONG
from selenium.webdriver.common.keys import Keys


def test_by_keyboard_into_a_case_and_back(opened: Browser):
    opened.run("document.querySelectorAll('#list .row')[1].focus()")
    opened.press(Keys.ENTER)
    shown(opened, SOFT.id)
    opened.press(Keys.ESCAPE)
    shown(opened, "")
    opened.until(lambda: opened.focused().text.startswith(SOFT.id))
    opened.until(lambda: hash_of(opened) == "")


def test_by_keyboard_everything_is_reached_and_seen(opened: Browser):
    """Tab comes by every control of the page, and each shows that it has the focus."""
    wanted = opened.run(
        "return [...document.querySelectorAll('a[href], button, input, select, summary')]"
        ".filter(e => e.checkVisibility() && !e.matches('.row')).length"
    )
    reached = 0
    while not opened.run("return document.activeElement.matches('.row')"):
        opened.press(Keys.TAB)
        reached += opened.run(
            "const e = document.activeElement, s = getComputedStyle(e);"
            "if (s.outlineStyle === 'none') throw new Error(`no outline: ${e.outerHTML}`);"
            "return e.matches('a, button, input, select, summary') && !e.matches('.row') ? 1 : 0"
        )
        assert reached <= wanted
    assert wanted - reached == 1  # the button for more, below the list


def test_search_as_it_is_typed_and_cleared(opened: Browser):
    opened.one("[name=search]").send_keys("labels-of-2")
    assert rows(opened) == [WRONG.id]
    assert hash_of(opened) == "#search=labels-of-2"
    opened.one("#filters [type=reset]").click()
    opened.until(lambda: len(rows(opened)) == PORTION)
    assert hash_of(opened) == ""


@pytest.mark.parametrize("hash", ["", "kind=failing", f"case={SOFT.id}", f"difference-{KNOWN.id}"])
def test_on_a_phone_nothing_is_wider_than_it(opened: Browser, address: str, hash: str):
    opened.size(360, 740)
    show(opened, address, hash)
    opened.until(lambda: "case" not in hash or opened.all("#case details[open] .more"))
    assert opened.run("return [innerWidth, document.documentElement.scrollWidth]") == [360, 360]
    body = "return [document.body, document.getElementById('case')].map(e => e.scrollWidth)"
    assert max(opened.run(body)) <= 360
    matrix = "const e = document.querySelector('.scroll'); return [e.scrollWidth, e.clientWidth]"
    wide, room = opened.run(matrix)
    assert wide > room  # in a container of its own


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(opened: Browser, scheme: str):
    """At least 4.5 to 1, as WCAG wants it, in both schemes."""
    opened.scheme(scheme)
    colours = opened.run(
        "const s = getComputedStyle(document.documentElement);"
        "return ['text', 'quiet', 'agrees', 'known', 'failing', 'link', 'back', 'raised',"
        " 'failing-back', 'known-back'].map(n => [n, s.getPropertyValue(`--${n}`)])"
    )
    light = {name: luminance(colour) for name, colour in colours}
    backs = {name: light.pop(name) for name in ("back", "raised", "failing-back", "known-back")}
    for name, text in light.items():
        for back, behind in backs.items():
            high, low = max(text, behind), min(text, behind)
            assert (high + 0.05) / (low + 0.05) >= 4.5, f"{name} on {back}, {scheme}"


def luminance(colour: str) -> float:
    """WCAG's relative luminance of #rrggbb."""
    parts = [int(colour.strip()[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
