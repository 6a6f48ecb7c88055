"""A whole run: who is asked what, and the verdict on everything that was to be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters import find_host
from mlloss.conformance.frameworks.natives import dialect_absence, native_absence
from mlloss.conformance.frameworks.registry import (
    FRAMEWORKS,
    TARGETS,
    Implementation,
    Target,
    find_target,
)
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.results.judge import (
    FAILURES,
    Observation,
    Verdict,
    judge,
    judge_page,
    stale_differences,
)
from mlloss.conformance.runner.pool import Pool, Replies
from mlloss.conformance.runner.progress import Show, silent

Absence = Callable[[str], str | None]


@dataclass(frozen=True)
class Selection:
    """What is to be run, and which frameworks it would be wrong to find absent."""

    cases: Sequence[Case]
    known: Sequence[Difference]
    targets: Sequence[str]
    implementations: Sequence[Implementation]
    required: Sequence[str] = ()


@dataclass(frozen=True)
class PlannedCheck:
    """A place that gets exactly one verdict: here, if there is nobody to ask."""

    case: Case
    target: str
    implementation: Implementation
    absence: str | None


@dataclass(frozen=True)
class Run:
    """A selection, and what came of it; `versions` are those that the workers reported."""

    selection: Selection
    verdicts: Sequence[Verdict]
    versions: Mapping[str, str]
    missing: Sequence[str]

    def counts(self) -> Counter[str]:
        """How many verdicts of each kind."""
        return Counter(verdict.kind for verdict in self.verdicts)

    def failures(self) -> list[Verdict]:
        """What makes the run fail."""
        return [verdict for verdict in self.verdicts if verdict.kind in FAILURES]

    def compared(self) -> int:
        """Numbers that a framework was asked for; pages and absences are none."""
        return sum(v.kind != "absent" and v.target != PAGE for v in self.verdicts)

    def passed(self) -> bool:
        """Nothing unexplained, nothing required that is missing, and not nothing at all."""
        return not self.failures() and not self.missing and self.compared() > 0


def framework_absence(framework: str) -> str | None:
    """Why a framework cannot be run, or None; somebody else's host is there, or fails to load."""
    return FRAMEWORKS[framework].absence() if framework in FRAMEWORKS else None


def conduct(
    selection: Selection,
    pool: Pool,
    show: Show = silent,
    absence: Absence = framework_absence,
) -> Run:
    """Ask, judge, and account for every slot."""
    planned_checks = plan(selection, absence)
    longest = sorted(selection.targets, key=lambda name: -find_target(name).seconds)
    asked = {target: _asked(planned_checks, target) for target in longest}
    asked = {target: some for target, some in asked.items() if some}
    observations: list[Observation] = []
    judged: dict[int, Verdict] = {}

    def judge_all(target: str, replies: Replies) -> None:
        """While others are still asked."""
        for planned, outcome in zip(asked[target], replies.outcomes, strict=True):
            observations.append(
                Observation(planned.case, target, planned.implementation, replies.version, outcome)
            )
            judged[id(planned)] = judge(observations[-1], selection.known)

    with show({target: len(some) for target, some in asked.items()}) as progress:
        questions = {target: _questions(some) for target, some in asked.items()}
        replies = pool.run(questions, progress, judge_all)
    own = [
        _absent(planned) if planned.absence else judged[id(planned)] for planned in planned_checks
    ]
    verdicts = _verdicts(selection, own, _ran(selection, observations))
    versions = {name: replies[name].version for name in selection.targets if name in replies}
    return Run(selection, verdicts, versions, _missing(selection, absence))


def plan(selection: Selection, absence: Absence) -> list[PlannedCheck]:
    """Every slot of a selection, in the order of the report."""
    return [
        PlannedCheck(case, target, implementation, _absence(case, target, implementation, absence))
        for case in selection.cases
        for target in selection.targets
        for implementation in selection.implementations
        if case.is_asked_of(implementation)
        and not (case.eager and find_target(target).mode != "eager")
    ]


def _absence(
    case: Case, target: str, implementation: Implementation, absence: Absence
) -> str | None:
    """No framework, none of this subject, or nothing in the framework that could answer."""
    where = find_target(target)
    return (
        absence(where.framework)
        or _absent_subject(case, where, implementation)
        or find_host(where.framework).absence(case.quantity, where.mode, case.dtypes())
    )


def _absent_subject(case: Case, where: Target, implementation: Implementation) -> str | None:
    if implementation == "native":
        return native_absence(where.framework, case.loss)
    if implementation == "dialect":
        return dialect_absence(where.framework, where.mode, case)
    return None


def _asked(planned_checks: Iterable[PlannedCheck], target: str) -> list[PlannedCheck]:
    return [
        planned for planned in planned_checks if planned.target == target and not planned.absence
    ]


def _questions(planned_checks: Iterable[PlannedCheck]) -> list[dict[str, object]]:
    return [planned.case.question(planned.implementation) for planned in planned_checks]


def _verdicts(
    selection: Selection, judged: Sequence[Verdict], ran: Mapping[tuple[str, str], str]
) -> list[Verdict]:
    """Pages first, then every slot, then the rows that nothing was found for."""
    rows = selection.known
    pages = [
        judge_page(c, rows) for c in selection.cases if c.printed and "native" in c.implementations
    ]
    return [*pages, *judged, *stale_differences(rows, [*pages, *judged], ran)]


def _absent(planned: PlannedCheck) -> Verdict:
    return Verdict(
        planned.case.id, planned.target, planned.implementation, "absent", planned.absence or ""
    )


def _ran(selection: Selection, observations: Iterable[Observation]) -> dict[tuple[str, str], str]:
    """The version of each (target, loss) whose native was asked and could start; and the pages."""
    pages = {(PAGE, case.loss): "" for case in selection.cases if case.printed}
    natives = {
        (observation.target, observation.case.loss): observation.version
        for observation in observations
        if observation.version
        and (observation.implementation == "native" or observation.target not in TARGETS)
    }
    return dict(sorted((pages | natives).items()))  # whichever target was done first


def _missing(selection: Selection, absence: Absence) -> list[str]:
    """Required frameworks that are absent, or that no target of this run stands for."""
    run = {find_target(target).framework for target in selection.targets}
    unasked = [
        f"{name} was required, and no target of it was run"
        for name in selection.required
        if name not in run
    ]
    absent = [
        f"{name} was required: {reason}"
        for name in selection.required
        if name in run and (reason := absence(name))
    ]
    return unasked + absent
