"""The page of a run drilled down to a case."""

from __future__ import annotations

import shlex
from urllib.parse import urlencode

from browser import Browser, hash_of, opened_case, rows, show, shown
from page_sample import HOSTILE, IN_SUITE, KNOWN, SHAPES, SOFT, WRONG
from sample import TORCH_PAGE
from selenium.webdriver.remote.webelement import WebElement
from typer.testing import CliRunner

from mlloss.conformance.cli.app import app
from mlloss.conformance.porting.code.script import reproduction


def test_drill_down(opened: Browser, address: str):
    show(opened, address, f"difference={KNOWN.id}")
    opened.one("#list .row").click()
    shown(opened, TORCH_PAGE.id)
    assert [e.text for e in opened.all("#case-body > pre")] == [
        *("[[0.1, 0.2, 0.4, 0.8]]", "[[3, 0, -1, 1]]", "0.85")
    ]
    opened.until(lambda: opened.all("details[open] .more"))
    (answer,) = opened.all("#case details[open]")
    assert answer.find_element("css selector", "summary").text.split("\n") == [
        *("≠", "torch-compile", "native", "gives 2.05")
    ]
    for words in ("known", "0.85", "gives 2.05", f"{KNOWN.id}: {KNOWN.why}"):
        assert words in answer.text
    assert command(answer) == (
        f"mlloss conformance --case '{TORCH_PAGE.id}' --target torch-compile --subject native"
        " --script"
    )


def command(result: WebElement) -> str:
    return str(result.find_element("css selector", "pre").get_attribute("textContent"))


def test_the_command_prints_the_script(opened: Browser, address: str):
    show(opened, address, urlencode({"case": IN_SUITE.id, "target": "torch", "subject": "mlloss"}))
    shown(opened, IN_SUITE.id)
    result = opened.until(lambda: opened.all("#case details[open]"))[0]
    name, *arguments = shlex.split(command(result))
    assert name == "mlloss"
    printed = CliRunner().invoke(app, arguments).output
    assert printed == reproduction(IN_SUITE, "torch", "mlloss")


def test_absent_says_why_and_has_no_script(opened: Browser, address: str):
    show(opened, address, urlencode({"case": SHAPES[0].id, "target": "jax", "subject": "native"}))
    shown(opened, SHAPES[0].id)
    (absent,) = opened.all("#case .absent.line")
    assert absent.text.split("\n") == ["·", "jax", "native", "Optax is not installed"]
    assert not opened.all("#case details[open]")


def test_a_failure_leads_to_its_case(opened: Browser):
    link = next(e for e in opened.all("#failures a") if e.text == WRONG.id)
    link.click()
    shown(opened, WRONG.id)
    assert HOSTILE in opened.until(lambda: opened.one("#case details[open] .more").text)


def test_a_known_difference_unfolds(opened: Browser, address: str):
    show(opened, address, urlencode({"case": TORCH_PAGE.id, "target": "torch-compile"}))
    opened.until(lambda: opened.all("#case details[open] .more a"))[0].click()
    entry = opened.one(f"#difference-{KNOWN.id}")
    opened.until(lambda: entry.get_attribute("open"))
    assert opened_case(opened) == ""
    assert hash_of(opened) == f"#difference-{KNOWN.id}"
    assert [a.get_attribute("href") for a in entry.find_elements("css selector", "a")] == [
        "https://example.org/1"
    ]


def test_deep_links(opened: Browser, address: str):
    show(opened, address, urlencode({"case": SOFT.id, "target": "torch-compile"}))
    shown(opened, SOFT.id)
    (pair,) = opened.until(lambda: opened.all("details[open] > summary"))
    assert pair.text.split("\n")[:3] == ["∞", "torch-compile", "native"]
    show(opened, address, "case=not-there")
    assert opened_case(opened) == ""
    assert opened.one("#status").text == "There is no case not-there in this run."


def test_back_closes_a_case_and_keeps_the_filters(opened: Browser, address: str):
    show(opened, address, "area=values")
    opened.one("#list .row").click()
    shown(opened, SOFT.id)
    opened.driver.back()
    shown(opened, "")
    assert (hash_of(opened), rows(opened)) == ("#area=values", [SOFT.id])
