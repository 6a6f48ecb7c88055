"""Compare two runs: what broke, what is fixed, what is newly known, new or gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlloss.conformance.results.judge import FAILURES, Verdict
from mlloss.conformance.runner.session import Run

Place = tuple[str, str, str]
Header = Mapping[str, Any]
CHANGES = {
    "broke": "Broke",
    "fixed": "Fixed",
    "failing otherwise": "Failing still, in another way",
    "newly known": "Newly known",
    "known otherwise": "Known by another difference",
    "no longer known": "Known no longer: agrees",
    "no longer run": "Not run any more",
    "run now": "Run now",
}
NOWHERE = Verdict("", "", "", "absent", "not in that run")


@dataclass(frozen=True)
class Change:
    """A case, target and implementation with another verdict."""

    kind: str
    old: Verdict
    new: Verdict


@dataclass(frozen=True)
class Keys:
    """Ids that are new, gone, or whose content changed."""

    new: Sequence[str]
    gone: Sequence[str]
    altered: Sequence[str]


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two runs."""

    changes: Sequence[Change]
    versions: Sequence[str]
    cases: Keys
    known: Keys
    missing: Sequence[str]  # in the second run only

    def broke(self) -> bool:
        """Return whether something fails, or is missing, in the second run only."""
        return bool(self.missing) or any(change.kind == "broke" for change in self.changes)


def compare(old: tuple[Header, Run], new: tuple[Header, Run]) -> Comparison:
    """Compare two runs, each with the header of its record."""
    selections = [run.selection for _, run in (old, new)]
    cases = [{case.id: case.request("mlloss") for case in some.cases} for some in selections]
    known = [{one.id: one.to_json() for one in some.known} for some in selections]
    changes = tuple(_changes(old[1], new[1]))
    missing = [reason for reason in new[1].missing if reason not in old[1].missing]
    versions = tuple(_versions(old, new))
    return Comparison(changes, versions, _keys(*cases), _keys(*known), missing)


def _changes(old: Run, new: Run) -> Iterator[Change]:
    before, after = _placed(old), _placed(new)
    for place in dict.fromkeys([*before, *after]):
        was, now = before.get(place, NOWHERE), after.get(place, NOWHERE)
        if kind := _kind(was, now):
            yield Change(kind, was, now)


def _placed(run: Run) -> dict[Place, Verdict]:
    """Return the verdicts by place; a known difference that no case needs is a place of its own."""
    return {
        (v.case or f"{v.difference} (row)", v.target, v.implementation): v for v in run.verdicts
    }


def _kind(was: Verdict, now: Verdict) -> str | None:
    """Return what changed; None if nothing, or if the lists of cases and targets say it."""
    before, after = _state(was), _state(now)
    if before == after:
        return _otherwise(was, now)
    if after == "failing":
        return "broke"
    if NOWHERE in (was, now):  # a stale known difference is needed again, or gone
        return "fixed" if not was.case and before == "failing" else None
    if after == "absent":
        return "no longer run"
    return {"failing": "fixed", "absent": "run now", "known": "no longer known"}.get(
        before, "newly known"
    )


def _state(verdict: Verdict) -> str:
    if verdict is NOWHERE:
        return "nowhere"
    return "failing" if verdict.kind in FAILURES else verdict.kind


def _otherwise(was: Verdict, now: Verdict) -> str | None:
    if was.kind in FAILURES and (was.kind, was.explanation) != (now.kind, now.explanation):
        return "failing otherwise"
    return "known otherwise" if was.difference != now.difference else None


def _versions(old: tuple[Header, Run], new: tuple[Header, Run]) -> Iterator[str]:
    """Return a line for each version that changed: "torch 2.12.0 -> 2.13.0"."""
    before, after = _all_versions(*old), _all_versions(*new)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, "none"), after.get(name, "none")
        if was != now:
            yield f"{name} {was} -> {now}"


def _all_versions(head: Header, run: Run) -> dict[str, str]:
    own = {name: str(head.get(name, "none")) for name in ("mlloss", "python", "platform")}
    return own | dict(run.versions)


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Keys:
    return Keys(
        [key for key in new if key not in old],
        [key for key in old if key not in new],
        [key for key in new if key in old and new[key] != old[key]],
    )
