"""Cases enumerated from the spec: quantity, loss and property."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlloss.conformance.cases.invalid_calls import invalid_calls
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.sweeps import dtypes, shapes
from mlloss.conformance.cases.sweeps import values as rows

FAMILIES: tuple[Callable[[], Iterator[Case]], ...] = (
    *(rows.edge_cases, rows.random_rows, rows.repeated, rows.conventions, rows.narrow),
    *(shapes.shapes, shapes.sizes, shapes.many, shapes.wide, shapes.reductions, shapes.empty),
    *(shapes.empty_second_derivatives, shapes.empty_lists),
    *(dtypes.label_dtypes, shapes.widths, shapes.axes, dtypes.weights, dtypes.weight_dtypes),
    *(dtypes.label_derivatives, shapes.vmaps, invalid_calls),
)


def generated_cases() -> tuple[Case, ...]:
    """All of them, in the order of the report."""
    return tuple(case for family in FAMILIES for case in family())
