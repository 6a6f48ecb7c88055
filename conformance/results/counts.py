"""Count verdicts, and state the counts as every report does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.results.judge import FAILURES, KINDS, Kind, Verdict
from mlloss.conformance.runner.session import Run

WORST_FIRST: tuple[Kind, ...] = (
    *("died", "timed out", "differs", "ambiguous", "stale"),
    *("known", "agrees", "absent"),
)
FAILURES_IN_ORDER = tuple(kind for kind in WORST_FIRST if kind in FAILURES)
SYMBOLS: dict[Kind, tuple[str, str]] = {  # with the style of a terminal
    "agrees": ("✓", "green"),
    "known": ("≠", "yellow"),
    "differs": ("✗", "bold red"),
    "ambiguous": ("?", "bold red"),
    "stale": ("!", "bold red"),
    "died": ("†", "bold red"),
    "timed out": ("∞", "bold red"),
    "absent": ("·", "dim"),
}
MEANINGS: dict[Kind, str] = {
    "agrees": "the definition's answer",
    "known": "known difference",
    "differs": "differs",
    "ambiguous": "ambiguous: several known differences match",
    "stale": "stale: known difference not shown any more",
    "died": "died",
    "timed out": "timed out",
    "absent": "absent",
}


@dataclass(frozen=True)
class Tally:
    """How many verdicts there are of each kind."""

    counts: Mapping[Kind, int]

    def __getitem__(self, kind: Kind) -> int:
        return self.counts.get(kind, 0)

    def compared(self) -> int:
        """Return the number of verdicts that are no absence."""
        return sum(self.counts.values()) - self["absent"]

    def failures(self) -> int:
        """Return the number of verdicts that make a run fail."""
        return sum(self[kind] for kind in FAILURES_IN_ORDER)

    def worst(self) -> Kind | None:
        """Return the kind that decides the symbol, None without verdicts."""
        return next((kind for kind in WORST_FIRST if self[kind]), None)

    def text(self) -> str:
        """Return the text of a cell.

        "✓181" if all agree, "≠12/181" if 12 of 181 are known differences, "✗2/8" if 2 of 8 fail,
        "·" if all are absent, "" if there are none.
        """
        worst = self.worst()
        if worst is None or worst == "absent":
            return SYMBOLS[worst][0] if worst else ""
        many, of = self.failures() or self[worst], self.compared()
        return f"{SYMBOLS[worst][0]}{many}" + (f"/{of}" if many < of else "")


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """Count verdicts."""
    return Tally(Counter(verdict.kind for verdict in verdicts))


def by_target(run: Run) -> dict[tuple[str, str], Tally]:
    """Count by target and implementation, in the order of the run, and the printed pages."""
    targets, implementations = run.selection.targets, run.selection.implementations
    places = [(PAGE, "printed"), *((t, name) for t in targets for name in implementations)]
    found: dict[tuple[str, str], list[Verdict]] = {place: [] for place in places}
    for verdict in run.verdicts:
        if verdict.case:  # a known difference that no case needs has none
            found[verdict.target, verdict.implementation].append(verdict)
    return {place: tally(verdicts) for place, verdicts in found.items() if verdicts}


def counts_text(run: Run) -> str:
    """Return the counts: "54870 verdicts: 39431 agrees, 12 differs"."""
    return f"{len(run.verdicts)} verdicts: {_parts(run, KINDS)}"


def outcome_lines(run: Run) -> list[str]:
    """Return whether the run passed, out of how many comparisons; then counts and reasons."""
    if run.passed():
        return [f"Nothing unexplained in {run.compared()} comparisons.", counts_text(run)]
    nothing = [] if run.compared() else ["No number was compared: nothing is shown by this run."]
    failures = _parts(run, FAILURES_IN_ORDER) or "nothing failed"
    first = f"Not passed: {failures}, in {run.compared()} comparisons."
    return [first, counts_text(run), *run.missing, *nothing]


def _parts(run: Run, kinds: Iterable[Kind]) -> str:
    counts = run.counts()
    return ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
