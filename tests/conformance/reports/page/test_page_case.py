"""The page of a run drilled down to a case."""

from __future__ import annotations

from urllib.parse import urlencode

from browser import Browser, hash_of, opened_case, rows, show, shown
from page_sample import HOSTILE, KNOWN, SHAPES, SOFT, WRONG
from sample import TORCH_PAGE

from mlloss.conformance.porting.code.script import reproduction

REFUSE = "navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))"


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
    script = answer.find_element("css selector", "pre").get_attribute("textContent")
    assert script == reproduction(TORCH_PAGE, "torch-compile", "native")


def test_every_script_comes_out_whole(opened: Browser, address: str):
    for case, target, implementation in (
        *((SOFT, "torch", "native"), (WRONG, "torch-compile", "mlloss")),
        *((SHAPES[-1], "jax", "mlloss"), (SHAPES[0], "torch", "mlloss")),
    ):
        show(
            opened,
            address,
            urlencode({"case": case.id, "target": target, "subject": implementation}),
        )
        code = opened.until(lambda: opened.all("details[open] pre"))[0]
        assert code.get_attribute("textContent") == reproduction(case, target, implementation)


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


def copied(browser: Browser, address: str, before: str) -> str:
    """What the button says, once it was pressed."""
    show(browser, address, urlencode({"case": SOFT.id, "target": "torch", "subject": "native"}))
    browser.run(before)
    browser.until(lambda: browser.all("details[open] .copy"))[0].click()
    return str(browser.until(lambda: browser.one("details[open] [role=status]").text))


def test_copy(opened: Browser, address: str):
    assert copied(opened, address, "") == "Copied"
    assert opened.clipboard() == reproduction(SOFT, "torch", "native")


def test_copy_where_the_clipboard_is_refused(opened: Browser, address: str):
    assert copied(opened, address, REFUSE) == "Copied"
    whole = reproduction(SOFT, "torch", "native")
    assert opened.clipboard() == whole.removesuffix("\n")  # a selection ends where the text does


def test_copy_where_all_is_refused(opened: Browser, address: str):
    told = copied(opened, address, f"{REFUSE}; document.execCommand = () => false")
    assert told == "Selected: copy it with Ctrl+C"
    selected = opened.run("return getSelection().toString()")
    assert selected.strip() == reproduction(SOFT, "torch", "native").strip()


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
