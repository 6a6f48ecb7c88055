"""Calls that are wrong: an error is what is right, or nan where labels cannot be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import ARRAYS
from mlloss.conformance.expected.reference import MARGIN, SOFT
from mlloss.conformance.frameworks.registry import BOTH, Implementation

X = [[0.25, -1.5, 2.0, 0.5], [1.0, 0.5, -0.25, 3.0], [0.1, 0.2, 0.4, 0.8]]
SCORES = Array("float32", X)
LISTS = Array("int64", [[2, 0, -1, -1], [3, -1, -1, -1], [3, 0, -1, 1]])
BINARY = Array("float32", [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
OURS: tuple[Implementation, ...] = ("mlloss",)


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with an otherwise right call."""

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    unseen: bool = False  # the mistake is in values
    unsafe: bool = False  # memory outside the arrays may be touched
    ours: bool = False  # a native has no such argument, or takes it for something else
    compiled: bool = False  # tried under compilers too, as are those in values or unsafe


def mistaken_cases() -> Iterator[Case]:
    """Every mistake with each loss it can be made with."""
    for mistake in _of_margin():
        yield _case(MARGIN, LISTS, "indices", mistake)
    for mistake in _of_soft():
        yield _case(SOFT, BINARY, "binary", mistake)
    for loss, target, labels in ((MARGIN, LISTS, "indices"), (SOFT, BINARY, "binary")):
        for mistake in _of_both(target):
            yield _case(loss, target, labels, mistake)


def _case(loss: str, target: Array, labels: str, mistake: Mistake) -> Case:
    short = "margin" if loss == MARGIN else "soft"
    area = "memory safety" if mistake.unsafe else "errors"
    known = not (mistake.unseen or mistake.unsafe or mistake.compiled)
    changes = dict(mistake.changes)
    arrays = {"input": SCORES, "target": target}
    arrays |= {name: changes.pop(name) for name in ARRAYS if name in changes}
    return Case(
        id=f"{short}/{area.replace(' ', '-')}/{mistake.name.replace(' ', '-')}",
        area=area,
        loss=loss,
        mistake=mistake.name,
        unseen=mistake.unseen,
        alone=mistake.unsafe,
        implementations=OURS if mistake.ours else BOTH,
        arrays=arrays,
        **{"reduction": "none", "labels": labels, "eager": known, **changes},
    )


def _of_margin() -> Iterator[Mistake]:
    changed: dict[str, Any]
    for number in (4, 1000, 10**9, -2, -(10**9)):
        changed = {"target": _with(LISTS, 1, 0, number)}
        yield Mistake(f"class {number} of 4", changed, unseen=True, unsafe=True)
    later = {"target": _with(LISTS, 0, 1, 4)}
    yield Mistake("class 4 of 4 in a later slot", later, unseen=True, unsafe=True)
    for rows in (2, 5):
        lists = Array("int64", [[3, 0, -1, -1]] * rows)
        yield Mistake(f"{rows} rows of lists for 3", {"target": lists}, unsafe=True)
    yield Mistake("float lists", {"target": Array("float32", _floats(LISTS.data))})
    bools = {"target": Array("bool", [[True, False, False, True]] * 3)}
    yield Mistake("bool lists", bools, compiled=True)
    one = {"target": Array("int64", [[3, 0, -1, -1]])}
    yield Mistake("one list for all rows", one, compiled=True)
    yield Mistake("a list without rows", {"target": Array("int64", [3, 0, -1, -1])})
    yield Mistake("lists with an axis too many", {"target": Array("int64", [LISTS.data])})
    for labels, value in (("binary", 2), ("binary", -1), ("signed", 0), ("signed", 2)):
        hot = [[1, -1 if labels == "signed" else 0, 1, 1], [1, 1, 1, value], [1, 1, 1, 1]]
        changed = {"labels": labels, "target": Array("int64", hot)}
        yield Mistake(f"{value} among {labels} labels", changed, unseen=True, ours=True)
    halves = Array("float32", [[1.0, 0.5, 0.0, 0.0]] * 3)
    changed = {"labels": "binary", "target": halves}
    yield Mistake("a fraction among binary labels", changed, unseen=True, ours=True)


def _of_soft() -> Iterator[Mistake]:
    changed: dict[str, Any]
    for value in (2.0, -1.0, 1.5, -0.25, float("nan"), float("inf")):
        changed = {"target": _with(BINARY, 1, 2, value)}
        yield Mistake(f"label {value:g}", changed, unseen=True)
    for value in (0.0, 0.5, 2.0):
        signed = [[1.0, -1.0, -1.0, 1.0], [-1.0, 1.0, value, -1.0], [1.0, 1.0, 1.0, 1.0]]
        changed = {"labels": "signed", "target": Array("float32", signed)}
        yield Mistake(f"{value:g} among signed labels", changed, unseen=True, ours=True)
    for number in (4, -2):
        changed = {"labels": "indices", "target": _with(LISTS, 1, 0, number)}
        yield Mistake(f"class {number} of 4", changed, unseen=True, ours=True)
    for rows in (2, 5):
        yield Mistake(
            f"{rows} rows of labels for 3",
            {"target": Array("float32", [[1.0, 0.0, 0.0, 1.0]] * rows)},
        )
    first = {"target": Array("float32", BINARY.data[:1])}
    yield Mistake("one row of labels for all", first, compiled=True)
    yield Mistake("labels without rows", {"target": Array("float32", BINARY.data[0])})
    column = Array("float32", [[1.0], [0.0], [1.0]])
    yield Mistake("one label for all classes", {"target": column})
    yield Mistake("one score for all classes", {"input": column})
    yield Mistake("one row of scores for all", {"input": Array("float32", X[:1])})
    yield Mistake("labels with an axis too many", {"target": Array("float32", [BINARY.data])})
    yield Mistake("more labels than classes", {"target": Array("float32", [[1.0] * 5] * 3)})
    for name, shape in (("3 weights for 4 classes", (3,)), ("5 weights for 4 classes", (5,))):
        yield Mistake(name, {"weight": Array("float32", [1.5] * shape[0])})
    yield Mistake("2 rows of weights for 3", {"weight": Array("float32", [[1.5] * 4] * 2)})
    yield Mistake(
        "weights with an axis too many", {"weight": Array("float32", [[[1.5] * 4] * 3] * 2)}
    )
    yield Mistake("bool weights", {"weight": Array("bool", [True, False, True, True])})


def _of_both(target: Array) -> Iterator[Mistake]:
    yield Mistake("no classes", {"input": _empty("float32"), "target": _empty(target.dtype)})
    yield Mistake("a score without axes", {"input": Array("float32", 0.5)})
    whole = {"input": Array("int32", [[0, -1, 2, 0]] * 3)}
    yield Mistake("whole scores", whole, compiled=True)
    yield Mistake("bool scores", {"input": Array("bool", [[True, False, True, True]] * 3)})
    for reduction in ("median", "MEAN", "batchmean", ""):
        named = {"reduction": reduction}
        yield Mistake(f"reduction {reduction!r}", named, compiled=reduction == "median")
    yield Mistake("labels of an unknown kind", {"labels": "one-hot"}, ours=True)
    yield Mistake("axis 2 of 2", {"axis": 2}, ours=True)
    yield Mistake("validate 'yes'", {"options": {"validate": "yes"}}, ours=True)
    foreign = Array(target.dtype, target.data, foreign=True)
    yield Mistake("labels of another framework", {"target": foreign}, ours=True)


def _empty(dtype: str) -> Array:
    return Array(dtype, [[], [], []], (3, 0))


def _with(array: Array, row: int, column: int, value: float) -> Array:
    rows = [list(numbers) for numbers in array.data]
    rows[row][column] = value
    return Array(array.dtype, rows)


def _floats(rows: list[list[int]]) -> list[list[float]]:
    return [[float(n) for n in row] for row in rows]
