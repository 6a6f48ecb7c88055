"""Each known difference says just what it says: with any other word a run that shows it is red."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import numpy as np
import pytest

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.dtypes import rounded
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, Raises, expected
from mlloss.conformance.frameworks.adapters import find_host
from mlloss.conformance.frameworks.natives import NATIVES, Native
from mlloss.conformance.frameworks.registry import CERTIFIED, FRAMEWORKS, TARGETS
from mlloss.conformance.known_differences.effects import (
    BOUNDS,
    Crash,
    Uninitialized,
    predict,
    words_of,
)
from mlloss.conformance.known_differences.matching import meets
from mlloss.conformance.known_differences.model import PAGE, Difference, known_differences
from mlloss.conformance.known_differences.selection import applicable, contradicts_definition
from mlloss.conformance.results.judge import FAILURES, Observation, Verdict, judge
from mlloss.conformance.runner.protocol import Outcome


def version_of(target: str) -> str:
    """The certified one."""
    return "" if target == PAGE else CERTIFIED[FRAMEWORKS[TARGETS[target].framework].distribution]


ROWS = tuple(  # rows of other versions are shown by a run on these
    row for row in known_differences() if row.applies_to(row.targets[0], version_of(row.targets[0]))
)
EXACT = [row for row in ROWS if not row.is_tolerance_only()]
EVERYWHERE = (PAGE, *TARGETS)


@dataclass(frozen=True, eq=False)
class Mutation:
    """A row with one thing changed; none if it is gone, or not to be written down at all."""

    name: str
    row: Difference | None


def mutations(row: Difference) -> Iterator[Mutation]:
    """Every word in turn, every condition in turn, every target in turn, and the row itself."""
    yield Mutation("dropped", None)
    for name, instead in (*_other_words(row), *_fewer_words(row.instead)):
        yield _mutation(row, name, instead=instead)
    for name, when in _other_conditions(row):
        yield _mutation(row, name, when=when)
    for target in row.targets if len(row.targets) > 1 else ():
        others = tuple(other for other in row.targets if other != target)
        yield _mutation(row, f"not on {target}", targets=others)


def _mutation(row: Difference, name: str, **changes: Any) -> Mutation:
    """Words that do not go together are refused when the rows are read, and nothing runs."""
    try:
        return Mutation(name, replace(row, **changes))
    except ValueError:
        return Mutation(name, None)


def _other_words(row: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
    """Another value of a word, another error."""
    words = words_of(row.loss)
    for word, value in row.instead.items():
        for other in _others(word, value, words[word]):
            yield f"{word} = {other!r}", {**row.instead, word: other}


def _others(word: str, value: Any, allowed: Sequence[Any] | None) -> Sequence[Any]:
    if allowed is not None:
        return [other for other in allowed if other != value]
    return [] if word in BOUNDS else [f"another {value}"]


def _fewer_words(instead: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """A message left out makes no run red: the row says less, and what it says is still so."""
    for word in instead.keys() - {"message"}:
        yield f"no {word}", {name: value for name, value in instead.items() if name != word}


def _other_conditions(row: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
    """Narrower; and wider, which of a bound says nothing new: it is there for what is off."""
    for word, condition in row.when.items():
        rest = {name: value for name, value in row.when.items() if name != word}
        yield f"{word} never", rest | {word: []}
        for part in condition if isinstance(condition, list) else ():
            yield f"{word} not {part}", rest | {word: [c for c in condition if c != part]}
        if not row.is_tolerance_only():
            yield f"any {word}", rest
            for part in condition if isinstance(condition, dict) else ():
                yield f"{word} {part} any", rest | {word: _without(condition, part)}


def _without(condition: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name, value in condition.items() if name != part}


@dataclass(frozen=True)
class Excuse:
    """Mutations of these rows that no case tells, * standing for anything, and why."""

    rows: tuple[str, ...]
    mutations: tuple[str, ...]
    why: str

    def covers(self, row: Difference, mutation: str) -> bool:
        named = any(fnmatchcase(row.id, name) for name in self.rows)
        return named and any(fnmatchcase(mutation, name) for name in self.mutations)


EQUIVALENT = (
    Excuse(
        ("mindspore-graph-soft-no-rows",),
        ("any rows",),
        "a sum that may be anything may be right too",
    ),
    Excuse(
        ("*-soft-no-classes",),
        ("gives = 'whatever stands in memory'",),
        "that may be nan, where nan is not what is right",
    ),
    Excuse(
        ("*-soft-bad-labels", "mindspore-signed-labels"),
        ("terms = *",),
        "scores of ordinary size, of which every form of the terms makes the same number",
    ),
    Excuse(
        ("torch-compile-row-axis-padding", "torch-compile-bool-lists", "torch-compile-whole-*"),
        ("hinge = *",),
        "only values are asked of these calls, and the hinges differ in their slopes",
    ),
    Excuse(
        ("mindspore-soft-overflow*", "mindspore-soft-bend*"),
        ("any largest", "largest above any", "any ask"),
        "it computes so always; where nothing overflows another row allows as much for coarseness",
    ),
)


# Rows that even a right framework shows, and why.
NEVER_STALE = {
    "paddle-static-wild-classes": "memory that is not the call's may also hold what makes an error",
    "paddle-margin-surplus-lists": "where that memory is nobody's, an error comes in the end",
    "mindspore-graph-soft-no-rows": "memory may also hold the 0 that is right",
}


@cache
def asked(target: str) -> tuple[Case, ...]:
    """The cases that a target's native would be asked; or those that pages print."""
    if target == PAGE:
        return tuple(case for case in some_cases() if case.printed)
    where = TARGETS[target]
    host, eager = find_host(where.framework), where.mode == "eager"
    return tuple(
        case
        for case in some_cases()
        if (eager or not case.eager)
        and isinstance(NATIVES[where.framework, case.loss], Native)
        and not host.absence(case.quantity, where.mode, case.dtypes())
    )


@cache
def some_cases() -> tuple[Case, ...]:
    """All but what takes long to work out, and of what is drawn the first four."""
    native = [case for case in all_cases() if "native" in case.implementations]
    few = re.compile(r"(random-\w+|value|gradient|vmap\S*)-([4-9]|\d\d)(/|$)")
    return tuple(c for c in native if not few.search(c.id) and _is_quick(c))


def _is_quick(case: Case) -> bool:
    return max(case.input.shape, default=0) < 9 or case.id.endswith("many-pairs")


@cache
def matched(row: Difference, target: str) -> tuple[Case, ...]:
    """Those that a row speaks of; that its versions are right is seen where it is judged."""
    return tuple(case for case in asked(target) if case in _met(row))


@cache
def _met(row: Difference) -> frozenset[Case]:
    when = {"mistake": ""} | row.when
    return frozenset(c for c in some_cases() if c.loss == row.loss and meets(c, when))


@cache
def told(row: Difference, target: str) -> tuple[Case, ...]:
    """Those of which it says something else than the definition does, or allows it."""
    cases = matched(row, target)
    return (
        cases
        if row.is_tolerance_only()
        else tuple(case for case in cases if contradicts_definition(row, case))
    )


@cache
def speaking(case: Case, target: str) -> tuple[Difference, ...]:
    """The rows that speak of a case there."""
    rows = (row for row in ROWS if target in row.targets)
    return tuple(row for row in rows if case in _met(row))


def observation(case: Case, target: str, outcome: Outcome) -> Observation:
    implementation = "printed" if target == PAGE else "native"
    return Observation(case, target, implementation, version_of(target), outcome)


@cache
def shown(case: Case, target: str) -> Outcome:
    """What comes from a framework that does just what the rows say, and is right for the rest."""
    rows = applicable(speaking(case, target), case, agrees=False)
    if not rows:
        return right(case)
    (row,) = rows
    wanted = predict(case, row.instead)
    if isinstance(wanted, Raises):
        return Outcome("error", f"of {case.id}: {wanted.message}", wanted.type)
    if isinstance(wanted, Crash):
        return Outcome("died", f"killed by {wanted.signal}")
    if isinstance(wanted, Uninitialized):
        return Outcome("value", dtype=case.input.dtype, value=np.array(17.0))
    assert isinstance(wanted, Numbers)
    return _at_the_bound(wanted, row.instead)


def _at_the_bound(wanted: Numbers, instead: Any) -> Outcome:
    """Nine tenths of a bound away."""
    finite = np.where(np.isfinite(wanted.value), wanted.value, 0.0)
    bound = instead.get("relative", 0.0) * np.abs(finite) + instead.get("absolute", 0.0)
    value = rounded(wanted.value + 0.9 * bound, wanted.dtype)
    return Outcome("value", dtype=wanted.dtype, value=value)


@cache
def right(case: Case) -> Outcome:
    """The definition's numbers, or an error where the call is a mistake."""
    wanted = expected(case)
    if isinstance(wanted, ExpectedError):
        return Outcome("error", f"{case.loss}: {case.mistake}", "ValueError")
    return Outcome("value", dtype=wanted.dtype, value=rounded(wanted.value, wanted.dtype))


def red(old: Difference, new: Difference | None) -> bool:
    """Whether a run with the new row in the old one's place fails, or comes to no end."""
    return any(_red(old, new, target) for target in old.targets)


def _red(old: Difference, new: Difference | None, target: str) -> bool:
    try:
        verdicts = (_verdict(case, target, old, new) for case in _concerned(old, new, target))
        return any(verdict.kind in FAILURES for verdict in verdicts)
    except Exception:  # as when two rows speak of one case
        return True


def _verdict(case: Case, target: str, old: Difference, new: Difference | None) -> Verdict:
    others = [row for row in speaking(case, target) if row is not old]
    return judge(observation(case, target, shown(case, target)), [*others, *([new] if new else [])])


def _concerned(old: Difference, new: Difference | None, target: str) -> Iterator[Case]:
    """What the old row says something about, then what it speaks of at all, or the new one."""
    yield from told(old, target)
    yield from matched(old, target)
    if new and target in new.targets and new.when != old.when:
        yield from matched(new, target)


def says_the_same(old: Difference, new: Difference | None) -> bool:
    """Whether another condition makes no difference to what is said of these cases."""
    if new is None or new.when == old.when:
        return False
    return all(told(old, target) == told(new, target) for target in old.targets)


@cache
def green(row: Difference) -> tuple[str, ...]:
    """The mutations of a row that turn no run red, although they say something else."""
    return tuple(
        mutation.name
        for mutation in mutations(row)
        if not red(row, mutation.row) and not says_the_same(row, mutation.row)
    )


@pytest.mark.parametrize("target", EVERYWHERE)
def test_what_the_rows_say_is_known(target: str) -> None:
    shows = [observation(case, target, shown(case, target)) for case in asked(target)]
    verdicts = [judge(one, speaking(one.case, target)) for one in shows]
    assert [v for v in verdicts if v.kind not in ("known", "agrees")] == []
    needed = {verdict.difference for verdict in verdicts if verdict.kind == "known"}
    assert needed == {row.id for row in ROWS if target in row.targets}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_mutation_of_a_row_turns_the_run_red(row: Difference) -> None:
    excused = [name for name in green(row) if any(e.covers(row, name) for e in EQUIVALENT)]
    assert list(green(row)) == excused


@pytest.mark.parametrize("row", ROWS[::5], ids=lambda row: row.id)
def test_the_row_itself_turns_no_run_red(row: Difference) -> None:
    assert not red(row, replace(row))


@pytest.mark.parametrize("excuse", EQUIVALENT, ids=lambda excuse: excuse.rows[0])
def test_every_excuse_is_needed(excuse: Excuse) -> None:
    for name in excuse.rows:
        rows = [row for row in ROWS if fnmatchcase(row.id, name)]
        assert any(excuse.covers(row, mutation) for row in rows for mutation in green(row)), name
    for name in excuse.mutations:
        assert any(fnmatchcase(mutation, name) for row in ROWS for mutation in green(row)), name


@pytest.mark.parametrize("row", EXACT, ids=lambda row: row.id)
def test_a_framework_that_is_right_makes_every_row_stale(row: Difference) -> None:
    for target in row.targets:
        kinds = {judge(observation(c, target, right(c)), [row]).kind for c in told(row, target)}
        assert ("stale" in kinds) == (row.id not in NEVER_STALE), target
