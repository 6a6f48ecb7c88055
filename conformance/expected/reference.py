"""The exact result of a loss, which everything else is compared with.

A loss's own `reference.py` gives the numbers of one row, in plain loops and float64; this module
reads labels, weights and axes, and reduces. It shares no code with the kernels, and NumPy only
holds input and output. Sums are exact fractions, rounded once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlloss.conformance.expected.definitions import (
    By,
    Definition,
    Number,
    Row,
    is_infinite,
    mean,
    times,
)
from mlloss.conformance.losses import find, spec_of

Array = NDArray[Any]
Terms = Callable[[Row], Sequence[Number]]


def evaluate(name: str, *arrays: ArrayLike | None, by: By = (), **more: Any) -> Array:
    """Return a loss, or its derivative by some of its arguments.

    Args:
        name: the loss.
        arrays: input, target and weights in the order of the loss's signature; None is left out.
        by: the names of the arguments to differentiate by, in order.
        more: weights by name, and the options of `Call`.
    """
    return call_of(name, *arrays, **more).derivative(*by)


loss = evaluate
gradient = partial(evaluate, by=("input",))
second_derivative = partial(evaluate, by=("input", "input"))
weight_gradient = partial(evaluate, by=("weight",))
target_gradient = partial(evaluate, by=("target",))
mixed_derivative = partial(evaluate, by=("input", "target"))


def call_of(name: str, *arrays: ArrayLike | None, **more: Any) -> Call:
    """Return the `Call` of arrays by position or name; None is left out."""
    names = ("input", "target", *spec_of(name).weights)
    _require(all(array is None for array in arrays[len(names) :]), f"{name} has arrays {names}")
    given = dict(zip(names, arrays, strict=False))
    given |= {key: more.pop(key) for key in names if key in more}
    return Call(name, {key: a for key, a in given.items() if a is not None}, **more)


class Call:
    """The arguments of a call as rows of Python numbers, class axis last, labels checked."""

    def __init__(
        self,
        name: str,
        arrays: Mapping[str, ArrayLike],
        *,
        reduction: str = "mean",
        labels: str | None = None,
        axis: int = -1,
        **options: Any,
    ) -> None:
        """Read the arrays.

        Args:
            name: the loss.
            arrays: by argument; weights broadcast to input, (C,) along its class axis.
            reduction: "none", "mean" or "sum".
            labels: the convention of target, or "formula" for numbers used as they are; the
                default of the loss if None.
            axis: the class axis.
            options: arguments of this loss alone, such as a margin.

        Raises:
            ValueError: arrays that do not fit, or labels that the convention does not have.
        """
        self.name, self.reduction, self.axis = name, reduction, axis
        self.spec = spec_of(name)
        self.definition: Definition = find(name).reference.REFERENCE
        self.labels = labels or self.spec.default_labels
        self.arrays = {key: np.asarray(array) for key, array in arrays.items()}
        x, t = self.arrays["input"].astype(np.float64), self.arrays["target"]
        self.lead = np.moveaxis(x, axis, -1).shape[:-1]
        self.classes = x.shape[axis]
        _require(self.classes > 0, "no classes")
        same = t.shape == x.shape or self.labels == "indices"
        fits = same and np.moveaxis(t, axis, -1).shape[:-1] == self.lead
        _require(fits, f"target of shape {t.shape} for input of shape {x.shape}")
        unknown = set(arrays) - {"input", "target", *self.spec.weights}
        _require(not unknown, f"{name} has no {sorted(unknown)}")
        truth = self.definition.labels == "truth"
        self.rows = [
            Row(x, self._truth(t) if truth else self._listed(t), weights, options)
            for x, t, weights in zip(_rows(x, axis), _rows(t, axis), self._weights(), strict=True)
        ]

    def derivative(self, *by: str) -> Array:
        """Return the loss, or its derivative by arguments given by name.

        A derivative of reduction "none" is that of the sum. It has the shape of the last argument.
        A weight of 0 leaves an infinite term out of the loss, and out of its own gradient.
        """
        own = self._of_terms(by)
        terms = partial(self.definition.terms, own)
        return self._scattered(terms, by) if by else self._reduced(terms)

    def size(self, *by: str) -> Array:
        """Return the magnitude of the numbers that each number of `derivative` is computed from."""
        terms = partial(self.definition.size, self._of_terms(by))
        return self._scattered(terms, by, abs) if by else self._reduced(terms, abs)

    def roundings(self) -> Array:
        """Return how many roundings of 1 each number of the loss may be off by."""
        return self._reduced(self.definition.roundings, weighted=False)

    def _of_terms(self, by: By) -> By:
        """Return what the terms themselves are differentiated by: factors are left out."""
        own = tuple(name for name in by if self.spec.weights.get(name) != "scale")
        known = own in self.definition.derivatives
        written = "target" not in by or self.labels in ("binary", "formula")
        if not (known and written and len(by) - len(own) < 2):
            raise ValueError(f"{self.name} has no derivative by {by} of {self.labels} labels")
        return own

    def _reduced(self, terms: Terms, size: Any = float, weighted: bool = True) -> Array:
        """Return what the reduction makes of the terms of each row."""
        factors = self._factors(()) if weighted else ([1.0] * self.classes for _ in self.rows)
        rows = [
            [times(size(w), term) for w, term in zip(factor, terms(row), strict=False)]
            for factor, row in zip(factors, self.rows, strict=True)
        ]
        if self.spec.kind == "class":
            values = [term for row in rows for term in row]
        else:
            values = [mean(row, self._parts()) for row in rows]
        if self.reduction == "none":
            shape = (*self.lead, self.classes) if self.spec.kind == "class" else self.lead
            numbers = np.array([float(v) for v in values]).reshape(shape)
            return np.moveaxis(numbers, -1, self.axis) if self.spec.kind == "class" else numbers
        if self.reduction == "mean":
            return np.array(mean(values, len(values)) if values else math.nan)
        return np.array(mean(values, 1))

    def _scattered(self, terms: Terms, by: By, size: Any = float) -> Array:
        """Return the terms in the shape of the last argument, added up where it is broadcast."""
        last = self.arrays[by[-1]]
        is_factor = self.spec.weights.get(by[-1]) == "scale"
        flat = last.ravel()
        places = self._spread(np.arange(last.size).reshape(last.shape))
        sums: list[list[Number]] = [[] for _ in flat]
        for place, factor, row in zip(places, self._factors(by), self.rows, strict=True):
            for entry, w, term in zip(place, factor, terms(row), strict=True):
                left_out = is_factor and flat[entry] == 0 and is_infinite(term)
                sums[entry].append(0.0 if left_out else times(size(w), term))
        divisor = self._divisor()
        return np.array([mean(own, divisor) for own in sums]).reshape(last.shape)

    def _factors(self, by: By) -> Iterator[list[float]]:
        """Yield the product of a row's factors, but for those of a derivative by them."""
        names = [n for n, use in self.spec.weights.items() if use == "scale" and n not in by]
        columns = [self._spread(self.arrays[name]) for name in names if name in self.arrays]
        for number in range(len(self.rows)):
            yield [math.prod(column[number][c] for column in columns) for c in range(self.classes)]

    def _weights(self) -> Iterator[Mapping[str, list[float]]]:
        """Yield the weights of a row that its terms take."""
        names = [name for name, use in self.spec.weights.items() if use == "kernel"]
        columns = {n: self._spread(self.arrays[n]) for n in names if n in self.arrays}
        for number in range(math.prod(self.lead)):
            yield {name: column[number] for name, column in columns.items()}

    def _parts(self) -> int:
        """Return what the sum of a row's terms is divided by."""
        return self.classes if self.definition.mean else 1

    def _divisor(self) -> int:
        """Return what a derivative is divided by; that of no rows is not."""
        if self.spec.kind == "class":
            return max(1, len(self.rows) * self.classes) if self.reduction == "mean" else 1
        return self._parts() * (max(1, len(self.rows)) if self.reduction == "mean" else 1)

    def _spread(self, weight: Array) -> list[list[Any]]:
        """Return a weight as one row of numbers for each row of input."""
        shape = self.arrays["input"].shape
        if weight.shape == (self.classes,):
            along = [1] * len(shape)
            along[self.axis] = -1
            weight = weight.reshape(along)
        return _rows(np.broadcast_to(weight, shape), self.axis)

    def _listed(self, row: list[Any]) -> list[int]:
        """Return the targets of a row as class numbers, as often as they are listed."""
        if self.labels == "indices":
            listed = row[: row.index(-1)] if -1 in row else row
            known = all(type(t) is int and 0 <= t < self.classes for t in listed)
            _require(known, f"{row}, {self.classes} classes")
            return list(listed)
        off = {"binary": 0, "signed": -1}[self.labels]
        _require(all(t in (off, 1) for t in row), f"labels {row} are not {self.labels}")
        return [c for c, t in enumerate(row) if t == 1]

    def _truth(self, row: list[Any]) -> list[float]:
        """Return y of each class: 1, 0 or what lies between."""
        if self.labels == "binary" and self.spec.fractions:
            _require(all(0 <= t <= 1 for t in row), f"labels {row} are not in [0, 1]")
        elif self.labels != "formula":
            listed = self._listed(row)
            return [float(c in listed) for c in range(self.classes)]
        return [float(t) for t in row]


def _rows(array: Array, axis: int) -> list[list[Any]]:
    """Return the array as a list of rows along an axis."""
    last = np.moveaxis(array, axis, -1)
    rows: list[list[Any]] = last.reshape(math.prod(last.shape[:-1]), last.shape[-1]).tolist()
    return rows


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
