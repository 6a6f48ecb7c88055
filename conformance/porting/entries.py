"""The known differences as somebody who ports code reads them: in words, with an example each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.known_differences.demonstrations import examples
from mlloss.conformance.known_differences.effects import Restated, restated
from mlloss.conformance.known_differences.model import PAGE, SEVERITIES, Difference
from mlloss.conformance.known_differences.text import (
    condition_in_words,
    instead_in_words,
    versions_in_words,
)
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.reports.text import definition_in_words, numbers, restated_in_words


@dataclass(frozen=True, eq=False)
class Entry:
    """A row, and for its targets the cases that show it; a test wants one of each target."""

    row: Difference
    examples: Mapping[str, Case]

    def framework(self) -> str:
        """Whose difference it is; a page is of the framework that it documents."""
        target, case = self.row.targets[0], self.example()
        if target != PAGE:
            return TARGETS[target].framework
        return case.source.framework if case and case.source else ""

    def when(self) -> str:
        """The condition, in words."""
        return condition_in_words(self.row.when) or "always"

    def instead(self) -> str:
        """What comes then, in words."""
        return instead_in_words(self.row.instead)

    def versions(self) -> str:
        """Since when and until when, in words; empty if in all versions."""
        return versions_in_words(self.row.versions)

    def example(self) -> Case | None:
        """The first target's."""
        return next(iter(self.examples.values()), None)

    def gives(self) -> str:
        """What comes in the example; nothing where the row only says how near that is."""
        case = self.example()
        if case is None or self.row.is_tolerance_only():
            return ""
        return _told_apart(case, restated(case, self.row.instead))

    def definition(self) -> str:
        """What should come there."""
        case = self.example()
        return definition_in_words(expected(case)) if case else ""

    def has_script(self) -> bool:
        """Of a printed page there is none."""
        return any(target != PAGE for target in self.examples)

    def script(self, target: str = "") -> str:
        """The example of a target, or of the first, in the framework's own terms."""
        target = target or next(name for name in self.examples if name != PAGE)
        return reproduction(self.examples[target], target, "native")


def entries(rows: Iterable[Difference], cases: Sequence[Case]) -> tuple[Entry, ...]:
    """Every row with its examples, the worst first."""
    return tuple(sorted((Entry(row, examples(row, cases)) for row in rows), key=_order))


def _order(entry: Entry) -> tuple[int, str, str]:
    return SEVERITIES.index(entry.row.severity), entry.framework(), entry.row.id


def _told_apart(case: Case, instead: Restated) -> str:
    definition = expected(case)
    if not (isinstance(instead, Numbers) and isinstance(definition, Numbers)):
        return restated_in_words(instead)
    digits = next(
        (n for n in (6, 9) if numbers(instead.value, n) != definition_in_words(definition)), 17
    )
    dtype = "" if instead.dtype == definition.dtype else f" as {instead.dtype}"
    return f"gives {numbers(instead.value, digits)}{dtype}"
