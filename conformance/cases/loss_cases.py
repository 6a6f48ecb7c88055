"""What a loss adds to the cases that are made from its record: `CASES` in its `cases.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlloss.conformance.cases.quantities import Quantity
from mlloss.core.spec import CONVENTIONS, FLOATS

Rows = Mapping[str, tuple[list[float], Sequence[float]]]


@dataclass(frozen=True)
class Mistake:
    """One change that makes a right call invalid.

    Attributes:
        name: the last part of the case id.
        changes: fields of the case, and arrays by name.
        unseen: the mistake is in values, which cannot be read under tracing.
        unsafe: memory outside the arrays may be touched.
        ours: a native has no such argument, or takes it for something else.
        compiled: run under compilers too, as are those in values or unsafe.
    """

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    unseen: bool = False
    unsafe: bool = False
    ours: bool = False
    compiled: bool = False


@dataclass(frozen=True)
class LossCases:
    """The cases of one loss.

    Attributes:
        prefix: the first part of the ids.
        edge_cases: scores and labels of one row each, by name: class numbers if the loss takes
            lists by default, else y of each class. A float of y that is not 0 or 1 only goes
            with the convention of the loss. Run in every convention.
        own_edge_cases: more of them, only in the loss's own convention.
        label_dtypes: conventions of which every label dtype is run.
        quick: quantities of the edge cases in the quick selection.
        zero_weights: names of edge cases run with some weights of 0, by quantity.
        compiled_second_derivatives: dtypes in which second derivatives are compiled.
        invalid: invalid calls beside those that follow from the record.
    """

    prefix: str
    edge_cases: Rows
    own_edge_cases: Rows = field(default_factory=dict)
    label_dtypes: tuple[str, ...] = CONVENTIONS
    quick: tuple[Quantity, ...] = ("value",)
    zero_weights: Mapping[Quantity, tuple[str, ...]] = field(default_factory=dict)
    compiled_second_derivatives: tuple[str, ...] = FLOATS
    invalid: tuple[Mistake, ...] = ()

    def in_own_convention(self) -> Rows:
        """Return all edge cases."""
        return {**self.edge_cases, **self.own_edge_cases}
