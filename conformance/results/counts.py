"""Verdicts counted: the numbers that every report states, with what they are out of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.results.judge import FAILURES, KINDS, Kind, Verdict
from mlloss.conformance.results.matrix import SYMBOLS
from mlloss.conformance.runner.session import Run

WORST_FIRST: tuple[Kind, ...] = (
    *("died", "timed out", "differs", "ambiguous", "stale"),
    *("known", "agrees", "absent"),
)


@dataclass(frozen=True)
class Tally:
    """How many verdicts of each kind; an absence is none of those asked."""

    counts: Mapping[Kind, int]

    def __getitem__(self, kind: Kind) -> int:
        return self.counts.get(kind, 0)

    def asked(self) -> int:
        """What the counts are out of."""
        return sum(self.counts.values()) - self["absent"]

    def failures(self) -> int:
        """Verdicts that make a run fail."""
        return sum(self[kind] for kind in FAILURES_IN_ORDER)

    def worst(self) -> Kind | None:
        """What decides the symbol; None where there is nothing."""
        return next((kind for kind in WORST_FIRST if self[kind]), None)

    def text(self) -> str:
        """✓181, or ≠12/181: so many are no better, out of so many asked; · if none was asked."""
        worst = self.worst()
        if worst is None or worst == "absent":
            return SYMBOLS[worst][0] if worst else ""
        many = self.failures() or self[worst]
        return f"{SYMBOLS[worst][0]}{many}" + (f"/{self.asked()}" if many < self.asked() else "")


FAILURES_IN_ORDER = tuple(kind for kind in WORST_FIRST if kind in FAILURES)


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """These verdicts counted."""
    return Tally(Counter(verdict.kind for verdict in verdicts))


def by_target(run: Run) -> dict[tuple[str, str], Tally]:
    """Every target with every subject, in the order of the run, and the printed pages."""
    targets, implementations = run.selection.targets, run.selection.implementations
    places = [(PAGE, "printed"), *((t, s) for t in targets for s in implementations)]
    found: dict[tuple[str, str], list[Verdict]] = {place: [] for place in places}
    for verdict in run.verdicts:
        if verdict.case:  # a row that no case needs is an answer of nobody
            found[verdict.target, verdict.implementation].append(verdict)
    return {who: tally(verdicts) for who, verdicts in found.items() if verdicts}


def in_words(run: Run) -> str:
    """54870 verdicts: 39431 agrees, 12 differs."""
    return f"{len(run.verdicts)} verdicts: {_parts(run, KINDS)}"


def outcome(run: Run) -> list[str]:
    """Whether the run passed, with the denominators; then what else there is to say of that."""
    if run.passed():
        return [f"Nothing unexplained in {run.compared()} comparisons.", in_words(run)]
    nothing = [] if run.compared() else ["No number was compared: nothing is shown by this run."]
    failures = _parts(run, FAILURES_IN_ORDER) or "nothing failed"
    first = f"Not passed: {failures}, in {run.compared()} comparisons."
    return [first, in_words(run), *run.missing, *nothing]


def _parts(run: Run, kinds: Iterable[Kind]) -> str:
    counts = run.counts()
    return ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
