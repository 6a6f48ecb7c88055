"""Plan a run, run it, and account for every check."""

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
from mlloss.conformance.runner.requirements import unmet_requirement

Absence = Callable[[str], str | None]


@dataclass(frozen=True)
class Selection:
    """What to run.

    Attributes:
        cases: the cases.
        known: the known differences.
        targets: the names of the targets.
        implementations: what to test on each.
        required: the frameworks whose absence is a failure.
    """

    cases: Sequence[Case]
    known: Sequence[Difference]
    targets: Sequence[str]
    implementations: Sequence[Implementation]
    required: Sequence[str] = ()


@dataclass(frozen=True)
class PlannedCheck:
    """A case, target and implementation, which get exactly one verdict.

    `absence` says why it cannot be run, None if it can.
    """

    case: Case
    target: str
    implementation: Implementation
    absence: str | None


@dataclass(frozen=True)
class Run:
    """A selection and its verdicts.

    Attributes:
        selection: what was to be run.
        verdicts: one for each check, and for each known difference that no case needs.
        versions: by target, as its worker reported; empty where it did not start.
        missing: why a required framework, or a target that should have run, is missing.
    """

    selection: Selection
    verdicts: Sequence[Verdict]
    versions: Mapping[str, str]
    missing: Sequence[str]

    def counts(self) -> Counter[str]:
        """Return how many verdicts there are of each kind."""
        return Counter(verdict.kind for verdict in self.verdicts)

    def failures(self) -> list[Verdict]:
        """Return the verdicts that make the run fail."""
        return [verdict for verdict in self.verdicts if verdict.kind in FAILURES]

    def compared(self) -> int:
        """Return the number of results compared; pages and absences are none."""
        return sum(v.kind != "absent" and v.target != PAGE for v in self.verdicts)

    def passed(self) -> bool:
        """Return whether something was compared, and nothing is unexplained or missing."""
        return not self.failures() and not self.missing and self.compared() > 0

    def not_started(self) -> list[str]:
        """Return the targets whose worker did not start."""
        return [target for target, version in self.versions.items() if not version]


def framework_absence(framework: str) -> str | None:
    """Return why a framework cannot be run, or None; a third-party adapter is there or fails."""
    return FRAMEWORKS[framework].absence() if framework in FRAMEWORKS else None


def conduct(
    selection: Selection,
    pool: Pool,
    show: Show = silent,
    absence: Absence = framework_absence,
) -> Run:
    """Run a selection and judge every check.

    Args:
        selection: what to run.
        pool: the workers.
        show: how to show progress.
        absence: why a framework cannot be run, or None.
    """
    checks = plan(selection, absence)
    longest = sorted(selection.targets, key=lambda name: -find_target(name).seconds)
    pending = {target: _pending(checks, target) for target in longest}
    pending = {target: some for target, some in pending.items() if some}
    observations: list[Observation] = []
    judged: dict[int, Verdict] = {}

    def judge_all(target: str, replies: Replies) -> None:
        """Judge a target while others still run."""
        if replies.failure:
            reason = not_started(target, replies.failure)
            judged.update({id(check): _absent(check, reason) for check in pending[target]})
            return
        for check, outcome in zip(pending[target], replies.outcomes, strict=True):
            one = Observation(check.case, target, check.implementation, replies.version, outcome)
            observations.append(one)
            judged[id(check)] = judge(one, selection.known)

    with show({target: len(some) for target, some in pending.items()}) as progress:
        requests = {target: _requests(some) for target, some in pending.items()}
        replies = pool.run(requests, progress, judge_all)
    judged |= {id(check): _absent(check, check.absence) for check in checks if check.absence}
    own = [judged[id(check)] for check in checks]
    verdicts = _verdicts(selection, own, _ran(selection, observations))
    ran = {name: replies[name] for name in selection.targets if name in replies}
    failed = [not_started(name, one.failure) for name, one in ran.items() if one.failure]
    missing = [*_missing(selection, absence), *failed]
    return Run(selection, verdicts, {name: one.version for name, one in ran.items()}, missing)


def not_started(target: str, failure: str) -> str:
    """Return why a target did not start, with the requirement that is not met, if any."""
    unmet = unmet_requirement(find_target(target).framework)
    return f"{target} did not start: {f'{unmet}: ' if unmet else ''}{failure}"


def plan(selection: Selection, absence: Absence) -> list[PlannedCheck]:
    """Return every check of a selection, in the order of the report."""
    return [
        PlannedCheck(case, target, implementation, _absence(case, target, implementation, absence))
        for case in selection.cases
        for target in selection.targets
        for implementation in selection.implementations
        if case.applies_to(implementation)
        and not (case.eager and find_target(target).mode != "eager")
    ]


def _absence(
    case: Case, target: str, implementation: Implementation, absence: Absence
) -> str | None:
    """Return why a check cannot be run: no framework, no implementation, or no such feature."""
    where = find_target(target)
    return (
        absence(where.framework)
        or _implementation_absence(case, where, implementation)
        or find_host(where.framework).absence(case.quantity, where.mode, case.dtypes())
    )


def _implementation_absence(
    case: Case, where: Target, implementation: Implementation
) -> str | None:
    if implementation == "native":
        return native_absence(where.framework, case.loss, case.arrays)
    if implementation == "dialect":
        return dialect_absence(where.framework, where.mode, case)
    return None


def _pending(checks: Iterable[PlannedCheck], target: str) -> list[PlannedCheck]:
    return [check for check in checks if check.target == target and not check.absence]


def _requests(checks: Iterable[PlannedCheck]) -> list[dict[str, object]]:
    return [check.case.request(check.implementation) for check in checks]


def _verdicts(
    selection: Selection, judged: Sequence[Verdict], ran: Mapping[tuple[str, str], str]
) -> list[Verdict]:
    """Return verdicts on pages, on every check, and on known differences that no case needs."""
    known = selection.known
    pages = [
        judge_page(c, known) for c in selection.cases if c.printed and "native" in c.implementations
    ]
    return [*pages, *judged, *stale_differences(known, [*pages, *judged], ran)]


def _absent(check: PlannedCheck, reason: str) -> Verdict:
    return Verdict(check.case.id, check.target, check.implementation, "absent", reason)


def _ran(selection: Selection, observations: Iterable[Observation]) -> dict[tuple[str, str], str]:
    """Return the version of each (target, loss) whose native ran, and of the pages."""
    pages = {(PAGE, case.loss): "" for case in selection.cases if case.printed}
    natives = {
        (one.target, one.case.loss): one.version
        for one in observations
        if one.outcome.kind != "absent"
        and (one.implementation == "native" or one.target not in TARGETS)
    }
    return dict(sorted((pages | natives).items()))  # whichever target was done first


def _missing(selection: Selection, absence: Absence) -> list[str]:
    """Return the required frameworks that are absent, or of which no target is selected."""
    selected = {find_target(target).framework for target in selection.targets}
    unselected = [
        f"{name} was required, and no target of it was run"
        for name in selection.required
        if name not in selected
    ]
    absent = [
        f"{name} was required: {reason}"
        for name in selection.required
        if name in selected and (reason := absence(name))
    ]
    return unselected + absent
