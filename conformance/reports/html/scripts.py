"""The reproductions of a run, packed: 40,000 scripts that differ in a few lines of numbers.

A script is an outline and what fills its gaps; both are numbers of lines that are told once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
GAP = -1
OFTEN = 20  # a line of so many scripts belongs to the outline


@dataclass
class Numbering(Generic[T]):
    """Things by number, in the order in which they were first met."""

    numbers: dict[T, int] = field(default_factory=dict)

    def number(self, thing: T) -> int:
        """Its number, a new one if it is new."""
        return self.numbers.setdefault(thing, len(self.numbers))


@dataclass(frozen=True)
class Packed:
    """Scripts as numbers: `scripts` has an outline's number each, then those of its fillings."""

    lines: list[str]
    outlines: list[tuple[int, ...]]
    scripts: list[list[int]]

    def script(self, n: int) -> str:
        """One of them, as the page puts it together again."""
        outline, *filling = self.scripts[n]
        rest = iter(filling)
        numbers = [next(rest) if n == GAP else n for n in self.outlines[outline]]
        return "\n".join(self.lines[n] for n in numbers)


def pack(scripts: Sequence[str]) -> Packed:
    """All scripts, in their order."""
    split = [script.split("\n") for script in scripts]
    common = _common(split)
    lines: Numbering[str] = Numbering()
    outlines: Numbering[tuple[int, ...]] = Numbering()
    packed = [_packed(script, common, lines, outlines) for script in split]
    return Packed(list(lines.numbers), list(outlines.numbers), packed)


def _common(scripts: Iterable[Sequence[str]]) -> set[str]:
    """What many scripts have in common."""
    counts = Counter(line for script in scripts for line in set(script))
    return {line for line, count in counts.items() if count >= OFTEN}


def _packed(
    script: Sequence[str],
    common: set[str],
    lines: Numbering[str],
    outlines: Numbering[tuple[int, ...]],
) -> list[int]:
    numbers = [lines.number(line) for line in script]
    outline = tuple(n if line in common else GAP for n, line in zip(numbers, script, strict=True))
    filling = [n for n, line in zip(numbers, script, strict=True) if line not in common]
    return [outlines.number(outline), *filling]
