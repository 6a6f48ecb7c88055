"""Two runs side by side: what got fixed, what broke, what is known now, what is new or gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlloss.conformance.results.judge import FAILURES, Verdict
from mlloss.conformance.runner.session import Run

Place = tuple[str, str, str]
Told = Mapping[str, Any]
CHANGES = {
    "broke": "Broke",
    "fixed": "Fixed",
    "failing otherwise": "Failing still, in another way",
    "newly known": "Newly known",
    "known otherwise": "Known by another difference",
    "no longer known": "Known no longer: agrees",
    "no longer asked": "Not asked any more",
    "asked now": "Asked now",
}
NOWHERE = Verdict("", "", "", "absent", "not in that run")


@dataclass(frozen=True)
class Change:
    """One (case, target, subject) that is another now."""

    kind: str
    old: Verdict
    new: Verdict


@dataclass(frozen=True)
class Keys:
    """Ids that are new, gone, or of something else than before."""

    new: Sequence[str]
    gone: Sequence[str]
    altered: Sequence[str]


@dataclass(frozen=True)
class Comparison:
    """All that is not the same in both."""

    changes: Sequence[Change]
    versions: Sequence[str]
    cases: Keys
    rows: Keys

    def broke(self) -> bool:
        """Whether something fails now that did not."""
        return any(change.kind == "broke" for change in self.changes)


def compare(old: tuple[Told, Run], new: tuple[Told, Run]) -> Comparison:
    """Each a header and a run, as a record has them."""
    selections = [run.selection for _, run in (old, new)]
    cases = [{case.id: case.question("mlloss") for case in some.cases} for some in selections]
    rows = [{row.id: row.to_json() for row in some.rows} for some in selections]
    changes = tuple(_changes(old[1], new[1]))
    return Comparison(changes, tuple(_versions(old, new)), _keys(*cases), _keys(*rows))


def _changes(old: Run, new: Run) -> Iterator[Change]:
    before, after = _placed(old), _placed(new)
    for place in dict.fromkeys([*before, *after]):
        was, now = before.get(place, NOWHERE), after.get(place, NOWHERE)
        if kind := _kind(was, now):
            yield Change(kind, was, now)


def _placed(run: Run) -> dict[Place, Verdict]:
    """By case, target and subject; a row that no case needs is a case of its own."""
    return {
        (v.case or f"{v.difference} (row)", v.target, v.implementation): v for v in run.verdicts
    }


def _kind(was: Verdict, now: Verdict) -> str | None:
    """What became of it, if anything that is not told of cases, rows or targets."""
    before, after = _state(was), _state(now)
    if before == after:
        return _otherwise(was, now)
    if after == "failing":
        return "broke"
    if NOWHERE in (was, now):  # a row that no case needed is needed again, or gone
        return "fixed" if not was.case and before == "failing" else None
    if after == "absent":
        return "no longer asked"
    return {"failing": "fixed", "absent": "asked now", "known": "no longer known"}.get(
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


def _versions(old: tuple[Told, Run], new: tuple[Told, Run]) -> Iterator[str]:
    """torch 2.12.0 -> 2.13.0"""
    before, after = _all_versions(*old), _all_versions(*new)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, "none"), after.get(name, "none")
        if was != now:
            yield f"{name} {was} -> {now}"


def _all_versions(head: Told, run: Run) -> dict[str, str]:
    own = {name: str(head.get(name, "none")) for name in ("mlloss", "python", "platform")}
    return own | dict(run.versions)


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Keys:
    return Keys(
        [key for key in new if key not in old],
        [key for key in old if key not in new],
        [key for key in new if key in old and new[key] != old[key]],
    )
