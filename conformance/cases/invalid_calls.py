"""Invalid calls: an error is right, or nan for the row where label values cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from mlloss.conformance.cases.builders import Loss, losses
from mlloss.conformance.cases.loss_cases import Mistake
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import ARRAYS
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS, Implementation

X = [[0.25, -1.5, 2.0, 0.5], [1.0, 0.5, -0.25, 3.0], [0.1, 0.2, 0.4, 0.8]]
SCORES = Array("float32", X)
LISTS = Array("int64", [[2, 0, -1, -1], [3, -1, -1, -1], [3, 0, -1, 1]])
BINARY = Array("float32", [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
SIGNED = Array("float32", [[2 * y - 1 for y in row] for row in BINARY.data])
MLLOSS_ONLY: tuple[Implementation, ...] = ("mlloss",)


def invalid_calls() -> Iterator[Case]:
    """Yield every mistake that can be made with each loss."""
    for loss in losses():
        target = {"indices": LISTS, "binary": BINARY, "signed": SIGNED}[loss.labels]
        own = _lists(target) if loss.takes_lists else _marks(loss, target)
        weights = chain.from_iterable(map(_weights, loss.weights))
        for mistake in chain(own, weights, _common(target), loss.cases.invalid):
            yield _case(loss, target, mistake)


def _case(loss: Loss, target: Array, mistake: Mistake) -> Case:
    area = "memory safety" if mistake.unsafe else "errors"
    seen_early = not (mistake.unseen or mistake.unsafe or mistake.compiled)
    changes = dict(mistake.changes)
    arrays = {"input": SCORES, "target": target}
    arrays |= {name: changes.pop(name) for name in ARRAYS if name in changes}
    return Case(
        id=f"{loss.prefix}/{area.replace(' ', '-')}/{mistake.name.replace(' ', '-')}",
        area=area,
        loss=loss.name,
        mistake=mistake.name,
        unseen=mistake.unseen,
        alone=mistake.unsafe,
        implementations=MLLOSS_ONLY if mistake.ours else DEFAULT_IMPLEMENTATIONS,
        arrays=arrays,
        **{"reduction": "none", "labels": loss.labels, "eager": seen_early, **changes},
    )


def _lists(target: Array) -> Iterator[Mistake]:
    """Yield what can be wrong with index lists, and with labels in place of them."""
    changed: dict[str, Any]
    for number in (4, 1000, 10**9, -2, -(10**9)):
        changed = {"target": _with(target, 1, 0, number)}
        yield Mistake(f"class {number} of 4", changed, unseen=True, unsafe=True)
    later = {"target": _with(target, 0, 1, 4)}
    yield Mistake("class 4 of 4 in a later slot", later, unseen=True, unsafe=True)
    for rows in (2, 5):
        lists = Array("int64", [[3, 0, -1, -1]] * rows)
        yield Mistake(f"{rows} rows of lists for 3", {"target": lists}, unsafe=True)
    yield Mistake("float lists", {"target": Array("float32", _floats(target.data))})
    bools = {"target": Array("bool", [[True, False, False, True]] * 3)}
    yield Mistake("bool lists", bools, compiled=True)
    one = {"target": Array("int64", [[3, 0, -1, -1]])}
    yield Mistake("one list for all rows", one, compiled=True)
    yield Mistake("a list without rows", {"target": Array("int64", [3, 0, -1, -1])})
    yield Mistake("lists with an axis too many", {"target": Array("int64", [target.data])})
    for labels, value in (("binary", 2), ("binary", -1), ("signed", 0), ("signed", 2)):
        hot = [[1, -1 if labels == "signed" else 0, 1, 1], [1, 1, 1, value], [1, 1, 1, 1]]
        changed = {"labels": labels, "target": Array("int64", hot)}
        yield Mistake(f"{value} among {labels} labels", changed, unseen=True, ours=True)
    halves = Array("float32", [[1.0, 0.5, 0.0, 0.0]] * 3)
    changed = {"labels": "binary", "target": halves}
    yield Mistake("a fraction among binary labels", changed, unseen=True, ours=True)


def _marks(loss: Loss, target: Array) -> Iterator[Mistake]:
    """Yield what can be wrong with one label a class, and with other conventions in its place."""
    changed: dict[str, Any]
    wrong = {"binary": (2.0, -1.0, 1.5, -0.25), "signed": (0.0, 0.5, 2.0)}[loss.labels]
    for value in (*wrong, float("nan"), float("inf"), *(() if loss.fractions else (0.75,))):
        changed = {"target": _with(target, 1, 2, value)}
        yield Mistake(f"label {value:g}", changed, unseen=True)
    for value in (0.0, 0.5, 2.0) if loss.labels == "binary" else ():
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
    first = {"target": Array("float32", target.data[:1])}
    yield Mistake("one row of labels for all", first, compiled=True)
    yield Mistake("labels without rows", {"target": Array("float32", target.data[0])})
    column = Array("float32", [[1.0], [0.0], [1.0]])
    yield Mistake("one label for all classes", {"target": column})
    yield Mistake("one score for all classes", {"input": column})
    yield Mistake("one row of scores for all", {"input": Array("float32", X[:1])})
    yield Mistake("labels with an axis too many", {"target": Array("float32", [target.data])})
    yield Mistake("more labels than classes", {"target": Array("float32", [[1.0] * 5] * 3)})


def _weights(weight: str) -> Iterator[Mistake]:
    """Yield what can be wrong with a weight."""
    arrays = {
        "3 weights for 4 classes": Array("float32", [1.5] * 3),
        "5 weights for 4 classes": Array("float32", [1.5] * 5),
        "2 rows of weights for 3": Array("float32", [[1.5] * 4] * 2),
        "weights with an axis too many": Array("float32", [[[1.5] * 4] * 3] * 2),
        "bool weights": Array("bool", [True, False, True, True]),
    }
    for name, array in arrays.items():
        yield Mistake(name if weight == "weight" else f"{name} ({weight})", {weight: array})


def _common(target: Array) -> Iterator[Mistake]:
    """Yield what can be wrong with scores and options."""
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
