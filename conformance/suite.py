"""A whole run: who is asked what, and the verdict on everything that was to be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlloss.conformance.case import Case
from mlloss.conformance.differences import PAGE, Difference
from mlloss.conformance.hosts import find_host
from mlloss.conformance.judge import FAILURES, Trial, Verdict, judge, judge_page, unused
from mlloss.conformance.natives import dialect_absence, native_absence
from mlloss.conformance.pool import Pool, Replies
from mlloss.conformance.progress import Show, silent
from mlloss.conformance.targets import FRAMEWORKS, TARGETS, Subject, Target, find_target

Absence = Callable[[str], str | None]


@dataclass(frozen=True)
class Selection:
    """What is to be run, and which frameworks it would be wrong to find absent."""

    cases: Sequence[Case]
    rows: Sequence[Difference]
    targets: Sequence[str]
    subjects: Sequence[Subject]
    required: Sequence[str] = ()


@dataclass(frozen=True)
class Slot:
    """A place that gets exactly one verdict: here, if there is nobody to ask."""

    case: Case
    target: str
    subject: Subject
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
    slots = plan(selection, absence)
    longest = sorted(selection.targets, key=lambda name: -find_target(name).seconds)
    asked = {target: _asked(slots, target) for target in longest}
    asked = {target: some for target, some in asked.items() if some}
    trials: list[Trial] = []
    judged: dict[int, Verdict] = {}

    def judge_all(target: str, replies: Replies) -> None:
        """While others are still asked."""
        for slot, outcome in zip(asked[target], replies.outcomes, strict=True):
            trials.append(Trial(slot.case, target, slot.subject, replies.version, outcome))
            judged[id(slot)] = judge(trials[-1], selection.rows)

    with show({target: len(some) for target, some in asked.items()}) as progress:
        questions = {target: _questions(some) for target, some in asked.items()}
        replies = pool.run(questions, progress, judge_all)
    own = [_absent(slot) if slot.absence else judged[id(slot)] for slot in slots]
    verdicts = _verdicts(selection, own, _ran(selection, trials))
    versions = {name: replies[name].version for name in selection.targets if name in replies}
    return Run(selection, verdicts, versions, _missing(selection, absence))


def plan(selection: Selection, absence: Absence) -> list[Slot]:
    """Every slot of a selection, in the order of the report."""
    return [
        Slot(case, target, subject, _absence(case, target, subject, absence))
        for case in selection.cases
        for target in selection.targets
        for subject in selection.subjects
        if case.is_asked_of(subject) and not (case.eager and find_target(target).mode != "eager")
    ]


def _absence(case: Case, target: str, subject: Subject, absence: Absence) -> str | None:
    """No framework, none of this subject, or nothing in the framework that could answer."""
    where = find_target(target)
    return (
        absence(where.framework)
        or _absent_subject(case, where, subject)
        or find_host(where.framework).absence(case.ask, where.mode, case.dtypes())
    )


def _absent_subject(case: Case, where: Target, subject: Subject) -> str | None:
    if subject == "native":
        return native_absence(where.framework, case.loss)
    if subject == "dialect":
        return dialect_absence(where.framework, where.mode, case)
    return None


def _asked(slots: Iterable[Slot], target: str) -> list[Slot]:
    return [slot for slot in slots if slot.target == target and not slot.absence]


def _questions(slots: Iterable[Slot]) -> list[dict[str, object]]:
    return [slot.case.question(slot.subject) for slot in slots]


def _verdicts(
    selection: Selection, judged: Sequence[Verdict], ran: Mapping[tuple[str, str], str]
) -> list[Verdict]:
    """Pages first, then every slot, then the rows that nothing was found for."""
    rows = selection.rows
    pages = [judge_page(c, rows) for c in selection.cases if c.printed and "native" in c.subjects]
    return [*pages, *judged, *unused(rows, [*pages, *judged], ran)]


def _absent(slot: Slot) -> Verdict:
    return Verdict(slot.case.id, slot.target, slot.subject, "absent", slot.absence or "")


def _ran(selection: Selection, trials: Iterable[Trial]) -> dict[tuple[str, str], str]:
    """The version of each (target, loss) whose native was asked and could start; and the pages."""
    pages = {(PAGE, case.loss): "" for case in selection.cases if case.printed}
    natives = {
        (trial.target, trial.case.loss): trial.version
        for trial in trials
        if trial.version and (trial.subject == "native" or trial.target not in TARGETS)
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
