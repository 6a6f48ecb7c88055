"""What made a run fail, grouped by what is likely to be one cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters import NoHost
from mlloss.conformance.frameworks.registry import SUBJECTS, WHOSE, find_target
from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run


@dataclass(frozen=True)
class Group:
    """Failures alike in kind, subject and trouble; `case` is that of the first, if it has one."""

    verdicts: tuple[Verdict, ...]
    case: Case | None
    about: str = ""

    def first(self) -> Verdict:
        """The one to look at."""
        return self.verdicts[0]

    def title(self) -> str:
        """differs: mlloss on torch (12), torch-compile (12); multilabel_margin_loss, gradient."""
        where = Counter(verdict.target for verdict in self.verdicts)
        names = ", ".join(f"{target} ({n})" for target, n in where.items())
        return f"{self.first().kind}: {_whose(self.first())}{names}{self.about}"

    def script(self) -> str:
        """Python that shows the first of them; empty where there is nothing to call."""
        implementation = next((s for s in SUBJECTS if s == self.first().implementation), None)
        if self.case is None or implementation is None:
            return ""
        try:
            return reproduction(self.case, self.first().target, implementation)
        except NoHost:  # a record of somebody else's backend, read where that is not installed
            return ""


def failure_groups(run: Run) -> list[Group]:
    """Every failure in one group, the groups in the order in which they come up."""
    cases = {case.id: case for case in run.selection.cases}
    groups: dict[Hashable, list[Verdict]] = {}
    for verdict in run.failures():
        groups.setdefault(_cause(verdict, cases.get(verdict.case)), []).append(verdict)
    return [
        Group(tuple(some), cases.get(some[0].case), _about([cases.get(v.case) for v in some]))
        for some in groups.values()
    ]


def _about(cases: Iterable[Case | None]) -> str:
    """What all of them ask, if they ask the same."""
    asked = {f"; {case.loss}, {case.quantity}" if case else "" for case in cases}
    return asked.pop() if len(asked) == 1 else ""


def _cause(verdict: Verdict, case: Case | None) -> Hashable:
    """Errors and deaths go by their words on all targets, numbers by what was asked, and where."""
    alike = verdict.kind, verdict.differences(), verdict.implementation
    words = verdict.explanation.partition(", the definition ")[0]
    if verdict.kind == "ambiguous":
        return alike
    if case is None or verdict.target == PAGE or verdict.kind in ("died", "timed out"):
        return *alike, words
    if words.startswith("raises "):
        return *alike, words
    return *alike, find_target(verdict.target).framework, case.loss, case.quantity


def _whose(verdict: Verdict) -> str:
    if verdict.implementation in WHOSE:
        return WHOSE[verdict.implementation]
    return "the printed numbers of the " if verdict.target == PAGE else "native "
