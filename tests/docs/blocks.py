"""The code blocks of README and docs/, and their expected output."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = {"conformance.md", "benchmarks.md", "benchmarks-cuda.md"}  # tables, no code
ELSEWHERE = {"sharding.md"}  # executed on several devices by tests/backends/test_sharding.py
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r"^(?:import|from) (?:mlloss\.backends\.)?(\w+)", re.MULTILINE)
FRAMEWORKS = ("torch", "jax", "paddle", "mindspore")


def pages() -> list[Path]:
    """Every page that people write: README, CONTRIBUTING and the sources of the site."""
    written = [path for path in (ROOT / "docs").glob("**/*.md") if path.parent.name != "porting"]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(written)]


@dataclass(frozen=True)
class Block:
    """A fenced block; `output` is the text block that directly follows it, if any."""

    page: str
    line: int
    language: str
    text: str
    output: str | None

    @property
    def id(self) -> str:
        """The page and the line of the opening fence."""
        return f"{self.page}:{self.line}"

    @property
    def framework(self) -> str:
        """The framework that the block imports, else numpy."""
        found = re.findall(IMPORT, self.text)
        return next((name for name in found if name in FRAMEWORKS), "numpy")


def blocks(language: str) -> list[Block]:
    """All blocks of a language, in the order of the pages."""
    return [b for path in pages() for b in _blocks(path) if b.language == language]


def _blocks(path: Path) -> list[Block]:
    text, page = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
    if path.name in GENERATED | ELSEWHERE:
        return []
    found = list(FENCE.finditer(text))
    result = []
    for match, after in zip_longest(found, found[1:]):
        follows = after and after[1] == "text" and not text[match.end() : after.start()].strip()
        line = text.count("\n", 0, match.start()) + 1
        output = after[2] if after and follows else None
        result.append(Block(page, line, match[1], match[2], output))
    return result
