"""The known differences as somebody who ports code reads them: in words, with an example each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.known_differences.demonstrations import examples
from mlloss.conformance.known_differences.effects import Prediction, predict
from mlloss.conformance.known_differences.model import PAGE, SEVERITIES, Difference
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.reports.text import definition_text, numbers, prediction_text, toml_text


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
        """Return the condition as TOML."""
        return toml_text(self.row.when) or "always"

    def instead(self) -> str:
        """Return the prediction as TOML."""
        return toml_text(self.row.instead)

    def versions(self) -> str:
        """Return the versions that it is about; empty if all."""
        return str(self.row.versions)

    def example(self) -> Case | None:
        """The first target's."""
        return next(iter(self.examples.values()), None)

    def gives(self) -> str:
        """What comes in the example; nothing where the row only says how near that is."""
        case = self.example()
        if case is None or self.row.is_tolerance_only():
            return ""
        return _told_apart(case, predict(case, self.row.instead))

    def definition(self) -> str:
        """What should come there."""
        case = self.example()
        return definition_text(expected(case)) if case else ""

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


def _told_apart(case: Case, instead: Prediction) -> str:
    definition = expected(case)
    if not (isinstance(instead, Numbers) and isinstance(definition, Numbers)):
        return prediction_text(instead)
    digits = next(
        (n for n in (6, 9) if numbers(instead.value, n) != definition_text(definition)), 17
    )
    dtype = "" if instead.dtype == definition.dtype else f" as {instead.dtype}"
    return f"gives {numbers(instead.value, digits)}{dtype}"
