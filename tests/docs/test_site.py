"""The link check finds what is broken; the site covers every public name and page."""

from __future__ import annotations

import re
from pathlib import Path

from blocks import ROOT
from check_links import broken_links

import mlloss

INDEX = (ROOT / "docs" / "index.md").read_text("utf-8")
LISTED = set(re.findall(r"^([\w/-]+)$", INDEX, re.MULTILINE))


def test_every_page_is_in_the_contents():
    made = {"index", "benchmarks", "benchmarks-cuda"}  # benchmarks are listed on their own page
    pages = {
        path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        for path in (ROOT / "docs").glob("**/*.md")
        if path.parent.name != "porting"
    }
    assert pages - made <= LISTED


def test_links(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        '<h1 id="top">A</h1><a href="b.html#there">b</a><a href="#top">a</a>', "utf-8"
    )
    (tmp_path / "b.html").write_text(
        '<p id="there">B</p><a href="https://example.org">x</a>', "utf-8"
    )
    assert broken_links(tmp_path) == []


def test_broken_links(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        '<a href="c.html">c</a><a href="#none">a</a><script src="https://example.org/x.js"></script>',
        "utf-8",
    )
    assert broken_links(tmp_path) == [
        "a.html: loads https://example.org/x.js",
        "a.html: c.html is not there",
        "a.html: #none has no such anchor",
    ]


def test_public_names_have_documentation():
    assert [name for name in mlloss.__all__ if not getattr(mlloss, name).__doc__] == []
