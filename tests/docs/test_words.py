"""README and its sentences are short; its links and the paths that pages name exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from blocks import GENERATED, ROOT, pages

README = (ROOT / "README.md").read_text("utf-8")
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
SITE, SOURCE = URLS["Documentation"], URLS["Source"] + "/blob/main/"
MADE = ("reference/", "porting/", "changelog")  # pages that docs/generator/build_site.py writes
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PERSONAL = re.compile(
    r"\b(asks?|asked|told|tells?|whose|nobody|knows|believes?|refuses to|a word)\b", re.IGNORECASE
)


def prose(text: str) -> str:
    """Return a page without code blocks, tables, headings and link targets."""
    text = re.sub(r"^```.*?^```$", ".", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^(\||#).*$", ".", text, flags=re.MULTILINE)
    return re.sub(r"\]\([^)]*\)", "]", text)


def test_readme_is_short():
    assert len(README.splitlines()) <= 150


def test_readme_sentences_are_short():
    sentences = re.split(r"[.:?!](?=\s)|\n\n|\n- ", prose(README))
    long = [" ".join(s.split()) for s in sentences if len(s.split()) > 25]
    assert long == []


@pytest.mark.parametrize(
    "path", [path for path in pages() if path.name not in GENERATED], ids=lambda path: path.name
)
def test_nothing_is_personified(path: Path):
    found = [line for line in prose(path.read_text("utf-8")).splitlines() if PERSONAL.search(line)]
    assert found == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_are_absolute_and_lead_somewhere(page: str):
    links = LINK.findall((ROOT / page).read_text("utf-8"))
    assert links
    assert [link for link in links if not link.startswith("https://")] == []
    assert [link for link in links if not _exists(link)] == []


def _exists(link: str) -> bool:
    if link.startswith(SITE):
        name = link.removeprefix(SITE).partition("#")[0].removesuffix(".html")
        return name.startswith(MADE) or (ROOT / "docs" / f"{name}.md").is_file()
    return link.startswith(SOURCE) and (ROOT / link.removeprefix(SOURCE)).exists()


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", "docs/adding.md", "docs/how-it-is-made.md", "docs/margin-kernel.md"]
)
def test_named_paths_exist(page: str):
    """Paths in the repository, with a folder of each loss or framework for <stem>, <framework>."""
    quoted = re.findall(r"`([^`\n]+)`", (ROOT / page).read_text("utf-8"))
    tops = {path.name for path in ROOT.iterdir()}
    named = [name for name in quoted if name.split("/")[0] in tops and " " not in name]
    assert len(named) > 0
    missing = [
        name for name in named if not any(ROOT.glob(re.sub(r"<\w+>", "*", name).rstrip("/")))
    ]
    assert missing == []
