"""The known differences for porting guides: as text, with an example each."""

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
    """A known difference, and a case that shows it for each of its targets."""

    difference: Difference
    examples: Mapping[str, Case]

    def framework(self) -> str:
        """Return the framework; that of a page is the one that it documents."""
        target, case = self.difference.targets[0], self.example()
        if target != PAGE:
            return TARGETS[target].framework
        return case.source.framework if case and case.source else ""

    def when(self) -> str:
        """Return the condition as TOML."""
        return toml_text(self.difference.when) or "always"

    def instead(self) -> str:
        """Return the prediction as TOML."""
        return toml_text(self.difference.instead)

    def versions(self) -> str:
        """Return the versions that have it; empty if all."""
        return str(self.difference.versions)

    def example(self) -> Case | None:
        """Return the first target's example."""
        return next(iter(self.examples.values()), None)

    def gives(self) -> str:
        """Return the example's result; empty where the difference only widens the tolerance."""
        case = self.example()
        if case is None or self.difference.is_tolerance_only():
            return ""
        return _distinct_text(case, predict(case, self.difference.instead))

    def definition(self) -> str:
        """Return the definition's result of the example."""
        case = self.example()
        return definition_text(expected(case)) if case else ""

    def has_script(self) -> bool:
        """Return whether there is a script: printed pages have none."""
        return any(target != PAGE for target in self.examples)

    def script(self, target: str = "") -> str:
        """Return the example of a target, by default the first, as a script of the framework."""
        target = target or next(name for name in self.examples if name != PAGE)
        return reproduction(self.examples[target], target, "native")


def entries(differences: Iterable[Difference], cases: Sequence[Case]) -> tuple[Entry, ...]:
    """Return the entries of known differences, the most severe first."""
    return tuple(
        sorted(
            (Entry(difference, examples(difference, cases)) for difference in differences),
            key=_order,
        )
    )


def _order(entry: Entry) -> tuple[int, str, str]:
    return SEVERITIES.index(entry.difference.severity), entry.framework(), entry.difference.id


def _distinct_text(case: Case, instead: Prediction) -> str:
    definition = expected(case)
    if not (isinstance(instead, Numbers) and isinstance(definition, Numbers)):
        return prediction_text(instead)
    digits = next(
        (n for n in (6, 9) if numbers(instead.value, n) != definition_text(definition)), 17
    )
    dtype = "" if instead.dtype == definition.dtype else f" as {instead.dtype}"
    return f"gives {numbers(instead.value, digits)}{dtype}"
