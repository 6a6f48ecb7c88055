"""Group the failures of a run by likely cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.registry import IMPLEMENTATIONS, TITLE_PREFIXES, find_target
from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run


@dataclass(frozen=True)
class Group:
    """Failures with one likely cause.

    Attributes:
        verdicts: the failures.
        case: the case of the first, if it has one.
        about: the loss and quantity that all share, as text.
    """

    verdicts: tuple[Verdict, ...]
    case: Case | None
    about: str = ""

    def first(self) -> Verdict:
        """Return the failure that stands for the group."""
        return self.verdicts[0]

    def title(self) -> str:
        """Return one line: "differs: mlloss on torch (12); multilabel_margin_loss, gradient"."""
        counts = Counter(verdict.target for verdict in self.verdicts)
        names = ", ".join(f"{target} ({n})" for target, n in counts.items())
        return f"{self.first().kind}: {_prefix(self.first())}{names}{self.about}"

    def script(self) -> str:
        """Return a Python script that reproduces the first; "" if there is none."""
        implementation = next(
            (s for s in IMPLEMENTATIONS if s == self.first().implementation), None
        )
        if self.case is None or implementation is None:
            return ""
        try:
            return reproduction(self.case, self.first().target, implementation)
        except (ImportError, ValueError):  # a record of another machine, or of another backend
            return ""


def failure_groups(run: Run) -> list[Group]:
    """Return every failure in one group, groups in order of appearance."""
    cases = {case.id: case for case in run.selection.cases}
    groups: dict[Hashable, list[Verdict]] = {}
    for verdict in run.failures():
        groups.setdefault(_cause(verdict, cases.get(verdict.case)), []).append(verdict)
    return [
        Group(tuple(some), cases.get(some[0].case), _about(cases.get(v.case) for v in some))
        for some in groups.values()
    ]


def _about(cases: Iterable[Case | None]) -> str:
    """Return the loss and quantity of the cases if all have the same."""
    about = {f"; {case.loss}, {case.quantity}" if case else "" for case in cases}
    return about.pop() if len(about) == 1 else ""


def _cause(verdict: Verdict, case: Case | None) -> Hashable:
    """Return a key of the likely cause.

    Errors and deaths are grouped by message on all targets, wrong numbers by framework, loss and
    quantity, ambiguous verdicts by their known differences.
    """
    alike = verdict.kind, verdict.differences(), verdict.implementation
    if verdict.kind == "ambiguous":
        return alike
    words = verdict.explanation.partition(", the definition ")[0]
    if case is None or verdict.target == PAGE or verdict.kind in ("died", "timed out"):
        return *alike, words
    if words.startswith("raises "):
        return *alike, words
    return *alike, find_target(verdict.target).framework, case.loss, case.quantity


def _prefix(verdict: Verdict) -> str:
    if verdict.implementation in TITLE_PREFIXES:
        return TITLE_PREFIXES[verdict.implementation]
    return "the printed numbers of the " if verdict.target == PAGE else "native "
