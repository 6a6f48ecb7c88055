"""Seeded numbers: the seed is the id, so that a case stays as it is whatever stands beside it."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import Array


class Draw:
    """Numbers for one id. Only `random()` is used: its sequence never changes in Python."""

    def __init__(self, id: str) -> None:
        self._random = Random(id)

    def scores(self, shape: tuple[int, ...], dtype: str = "float32", kind: str = "plain") -> Array:
        """Scores of a kind; three decimals, so that a reproduction can be read."""
        return Array(dtype, self._fill(shape, lambda: _SCORES[kind](self._random)), shape)

    def lists(self, shape: tuple[int, ...], classes: int, dtype: str = "int64") -> Array:
        """Lists of different classes, some short, some full, junk behind some -1."""
        rows = [self._list(shape[-1], classes) for _ in range(prod(shape[:-1]))]
        return Array(dtype, np.array(rows, int).reshape(shape).tolist(), shape)

    def full_lists(self, shape: tuple[int, ...], classes: int, dtype: str) -> Array:
        """Lists of different classes that fill every slot, as dtypes without -1 have them."""
        rows = [self._order(classes)[: shape[-1]] for _ in range(prod(shape[:-1]))]
        return Array(dtype, np.array(rows, int).reshape(shape).tolist(), shape)

    def repeated(self, shape: tuple[int, ...], classes: int) -> Array:
        """Lists that fill every slot with one or two classes each."""
        pairs = [self._order(classes)[:2] for _ in range(prod(shape[:-1]))]
        rows = [[pair[int(self._random.random() * 2)] for _ in range(shape[-1])] for pair in pairs]
        return Array("int64", np.array(rows, int).reshape(shape).tolist(), shape)

    def labels(self, shape: tuple[int, ...], dtype: str, off: int = 0) -> Array:
        """1 or `off` for each class."""
        value = bool if dtype == "bool" else float if "float" in dtype else int
        chosen = self._fill(shape, lambda: value(1 if self._random.random() < 0.4 else off))
        return Array(dtype, chosen, shape)

    def fractions(self, shape: tuple[int, ...], dtype: str) -> Array:
        """Labels between 0 and 1."""
        return Array(dtype, self._fill(shape, lambda: round(self._random.random(), 3)), shape)

    def weights(self, shape: tuple[int, ...], dtype: str) -> Array:
        """Between 0.5 and 3, whole for whole dtypes."""
        digits = 2 if "float" in dtype else None
        drawn = self._fill(shape, lambda: round(0.5 + 2.5 * self._random.random(), digits))
        return Array(dtype, drawn, shape)

    def _fill(self, shape: tuple[int, ...], number: Any) -> Any:
        flat = [number() for _ in range(prod(shape))]
        nested: Any = np.array(flat, object).reshape(shape).tolist()
        return nested

    def _order(self, classes: int) -> list[int]:
        return sorted(range(classes), key=lambda _: self._random.random())

    def _list(self, width: int, classes: int) -> list[int]:
        order = self._order(classes)
        length = min(int(self._random.random() * (min(width, 6) + 1)), classes)
        listed = order[:length]
        if length == width:
            return listed
        junk = [int(self._random.random() * classes) for _ in range(width - length - 1)]
        return [*listed, -1, *(junk if self._random.random() < 0.5 else [-1] * len(junk))]


def _uniform(low: float, high: float, digits: int) -> Any:
    return lambda random: round(low + (high - low) * random.random(), digits)


_SCORES = {
    "plain": _uniform(-3, 3, 3),
    "ties": lambda random: int(random.random() * 13 - 6) / 4,  # differences of exactly 1
    "offset": lambda random: 10000 + int(random.random() * 4096) / 1024,
    "close": _uniform(-0.01, 0.01, 6),  # every pair active, and nearly equal
    "barely": lambda random: round(random.random() * 0.001, 6) + int(random.random() * 2),
    "wide": lambda random: round((random.random() - 0.5) * 10 ** (6 * random.random()), 3),
}
KINDS = tuple(_SCORES)
