"""Hypothesis strategies for the rows of a case and the shape that they are brought into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from mlloss.conformance.cases.model import Array
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.fuzz.capabilities import Scope

Shape = tuple[int, ...]
DICE = st.binary(min_size=12, max_size=12)  # of one length, it still fits when a case gets smaller
MOST_ROWS, FEW_CLASSES, MOST_CLASSES = 6, 6, 40


def seldom(draw: DrawFn) -> bool:
    """Once in ten times."""
    return bool(draw(st.integers(0, 9)) == 9)


@dataclass(frozen=True)
class Frame:
    """For each row dice for its scores, its labels and what else there is; and the shape."""

    rows: Sequence[tuple[bytes, bytes, bytes]]
    lead: Shape
    classes: int
    axis: int

    @property
    def shape(self) -> Shape:
        """Of the scores."""
        place = self.axis % (len(self.lead) + 1)
        return (*self.lead[:place], self.classes, *self.lead[place:])

    def array(self, dtype: str, rows: Sequence[Sequence[Any]], width: int) -> Array:
        """These rows, `width` long, with the class axis where it belongs."""
        flat = np.empty((len(rows), width), object)
        flat[...] = [list(row) for row in rows] if rows and width else 0
        data = np.moveaxis(flat.reshape(*self.lead, width), -1, self.axis % (len(self.lead) + 1))
        return Array(dtype, data.tolist(), data.shape)


def choose(dice: bytes, count: int, faces: Sequence[Any]) -> list[Any]:
    """So many faces; zeros choose the first."""
    return [faces[dice[n % len(dice)] % len(faces)] for n in range(count)]


@st.composite
def frames(draw: DrawFn, scope: Scope, quantity: Quantity) -> Frame:
    """Rows that can be left out one by one; the class axis is elsewhere than last for ours only."""
    wide, moved = seldom(draw), seldom(draw) and scope.ours and "vmap" not in quantity
    least = 0 if "rows" in scope.free and "vmap" not in quantity else 1
    most = 2 if wide else MOST_ROWS
    classes = draw(st.integers(1, MOST_CLASSES if wide else FEW_CLASSES))
    rows = draw(st.lists(st.tuples(DICE, DICE, DICE), min_size=least, max_size=most))
    batch = "vmap" in quantity or "axes" not in scope.free
    lead = draw(st.sampled_from([(len(rows),)] if batch else _leads(len(rows))))
    axis = draw(st.integers(-1 - len(lead), len(lead))) if moved else -1
    return Frame(rows, lead, classes, axis)


def _leads(count: int) -> list[Shape]:
    """Plain batches mostly."""
    halves = [(2, count // 2), (count // 2, 1, 2)] if count % 2 == 0 else [(1, count, 1)]
    return [*([()] if count == 1 else []), (count,), (count,), (1, count), *halves]
