"""The page of a run as its source has it: what needs neither a browser nor a script."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from page_sample import HEAD, HOSTILE, KNOWN, MANY, SOFT, passed_run, sample_run
from sample import TORCH_PAGE

from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.reports.html.data import page_data
from mlloss.conformance.reports.html.report import page
from mlloss.conformance.results import failures


class Reader(HTMLParser):
    """The text of a page without its scripts and style, and the tags that were met."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.parts: list[str] = []
        self._skipping = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._skipping = tag in ("script", "style")
        self.parts += [" "] if tag in ("td", "th", "dt", "dd") else []

    def handle_endtag(self, tag: str) -> None:
        self._skipping = False

    def handle_data(self, data: str) -> None:
        self.parts += [] if self._skipping else [data]

    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.parts))


@pytest.fixture(scope="module")
def html() -> str:
    return page(HEAD, sample_run())


@pytest.fixture(scope="module")
def reader(html: str) -> Reader:
    return Reader(html)


def test_the_same_run_gives_the_same_bytes(html: str):
    assert page(HEAD, sample_run()) == html


def test_it_can_be_written_as_utf_8(html: str):
    assert r"\x1b[31m\ud800" in html.encode().decode()


def test_nothing_is_fetched(reader: Reader):
    assert not {"img", "iframe", "object", "embed", "video", "audio", "base"} & set(reader.tags)
    sources = [value for name, value in reader.attributes if name in ("src", "srcset", "action")]
    assert sources == []
    followed = {value for name, value in reader.attributes if name == "href"}
    kinds = {address.partition(":")[0] if ":" in address else "#" for address in followed}
    assert kinds == {"#", "https", "data"}, followed


def test_no_handler_and_no_style_stands_in_a_tag(reader: Reader):
    assert [name for name, _ in reader.attributes if name.startswith("on") or name == "style"] == []


def test_the_matrix_is_a_table_with_headings(reader: Reader):
    scopes = [value for name, value in reader.attributes if name == "scope"]
    assert {"col", "row", "rowgroup"} <= set(scopes)
    assert f"shapes, torch native: ✓{MANY} agrees" in reader.text()


@pytest.mark.parametrize(
    "words",
    [
        "Not passed. 4 of 746 verdicts are neither",
        "torch 2.13.0 jax did not start",
        "started 2026-01-02T03:04:05+00:00 took 61.5 s",
        "timed out 1 0 0 1",
        "verdicts in all 373 372 1 746",
        "padded-slots counts padding",
        f"mlloss differences --reproduce {KNOWN.id}",
        'labels = ["indices", "binary"], axes = { below = 3 }, padded = true',
        'raises = "RuntimeError", message = "no"',
        "1 explained by it",
        "soft/errors/labels-of-2",
    ],
)
def test_it_can_be_read_without_a_script(reader: Reader, words: str):
    assert words in reader.text()


def test_what_frameworks_say_is_text(reader: Reader):
    assert f"paddle was required: {HOSTILE}" in reader.text()
    assert reader.text().count(HOSTILE) == 3  # and in a failure, and in a known difference
    assert ("id", "b") not in reader.attributes


def test_a_run_that_passed_says_so():
    text = Reader(page(HEAD, passed_run())).text()
    assert "Passed. Nothing unexplained in 617 comparisons." in text
    assert "Failures" not in text


def test_a_failure_has_a_script(reader: Reader):
    script = reproduction(SOFT, "torch", "native")
    assert re.sub(r"\s+", " ", script) in reader.text()


def test_a_failure_without_a_script_is_listed(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> str:
        raise ValueError("nothing to reproduce: Optax is not installed")

    monkeypatch.setattr(failures, "reproduction", refuse)
    text = Reader(page(HEAD, sample_run())).text()
    assert SOFT.id in text
    assert "Script to reproduce" not in text


def test_every_verdict_of_a_case_is_told():
    data = page_data(sample_run())
    told = next(case for case in data["cases"] if case["id"] == TORCH_PAGE.id)
    assert told["notes"] == [
        [3, "gives 2.05", ["padded-slots"]],
        [5, "Optax is not installed", []],
    ]
    assert [data["kinds"][int(n)][0] for n in told["kinds"]] == [
        *("agrees", "agrees", "agrees", "known", "agrees", "absent", "agrees")
    ]
