"""What changes on the way from one framework's own losses to another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlloss.conformance.expected.expectation import Numbers, Raises, close
from mlloss.conformance.frameworks.natives import Missing, native
from mlloss.conformance.known_differences.demonstrations import contradicts
from mlloss.conformance.known_differences.effects import Crash, Uninitialized, predict
from mlloss.conformance.porting.entries import Entry
from mlloss.core.registry import LOSSES

ALIKE = (Raises, Uninitialized, Crash)


@dataclass(frozen=True)
class Comparison:
    """Which differences go, which come and which stay; `lacking` are losses that it has not."""

    source: str
    goal: str
    lacking: Mapping[str, str]
    going: tuple[Entry, ...]
    coming: tuple[Entry, ...]
    staying: tuple[tuple[Entry, Entry], ...]


def compare(source: str, goal: str, entries: Sequence[Entry]) -> Comparison:
    """The entries of both, those that do the same on an example of either side by side."""
    ours, theirs = ([e for e in entries if e.framework() == name] for name in (source, goal))
    staying = tuple((one, other) for one in ours for other in theirs if alike(one, other))
    left, right = {id(one) for one, _ in staying}, {id(other) for _, other in staying}
    return Comparison(
        source,
        goal,
        _lacking(goal),
        tuple(entry for entry in ours if id(entry) not in left),
        tuple(entry for entry in theirs if id(entry) not in right),
        staying,
    )


def alike(one: Entry, other: Entry) -> bool:
    """Whether both do the same on an example of one of them."""
    return _follows(one, other) or _follows(other, one)


def _follows(one: Entry, other: Entry) -> bool:
    """Whether `other` speaks of an example of `one`, and says that the same comes of it."""
    case = one.example()
    if (
        case is None
        or one.difference.is_tolerance_only() != other.difference.is_tolerance_only()
        or not contradicts(other.difference, case)
    ):
        return False
    ours, theirs = predict(case, one.difference.instead), predict(case, other.difference.instead)
    if isinstance(ours, Numbers) and isinstance(theirs, Numbers):
        same = ours.dtype == theirs.dtype
        return same and (close(ours.value, theirs) or close(theirs.value, ours))
    return any(isinstance(ours, kind) and isinstance(theirs, kind) for kind in ALIKE)


def _lacking(framework: str) -> dict[str, str]:
    """Losses that it has no function for, and why."""
    natives = {loss: native(framework, loss) for loss in LOSSES}
    return {loss: n.reason for loss, n in natives.items() if isinstance(n, Missing)}
