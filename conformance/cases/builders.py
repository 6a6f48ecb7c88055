"""A loss as the sweeps see it, a case with sampled labels, and the parts of ids."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from mlloss.conformance.cases.loss_cases import LossCases
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import (
    BATCHED,
    Quantity,
    differentiated_by,
    gradient_by,
)
from mlloss.conformance.cases.sampling import Draw
from mlloss.conformance.expected.definitions import Definition
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS, Implementation
from mlloss.conformance.losses import find, loss_names, spec_of
from mlloss.core.spec import UNSIGNED_INTEGERS

TWO: tuple[Quantity, ...] = ("value", "gradient")
PLAIN_SCORES, PLAIN_LIST = [0.25, -1.5, 2.0, 0.5], [2, 0]
CLASSES, WIDE = 5, 6


@dataclass(frozen=True)
class Loss:
    """A loss: its record, its own cases and its definition."""

    name: str

    @cached_property
    def cases(self) -> LossCases:
        """What `cases.py` of the loss adds."""
        cases: LossCases = find(self.name).cases.CASES
        return cases

    @cached_property
    def definition(self) -> Definition:
        """The exact loss of a row."""
        definition: Definition = find(self.name).reference.REFERENCE
        return definition

    @property
    def prefix(self) -> str:
        """The first part of the ids."""
        return self.cases.prefix

    @property
    def labels(self) -> str:
        """The convention of target where none is named."""
        return str(spec_of(self.name).default_labels)

    @property
    def takes_lists(self) -> bool:
        """Whether that convention is lists of class numbers."""
        return self.labels == "indices"

    @property
    def counts_repeats(self) -> bool:
        """Whether a class that is listed twice counts twice."""
        return self.definition.labels == "listed"

    @property
    def fractions(self) -> bool:
        """Whether binary labels may lie between 0 and 1."""
        return bool(spec_of(self.name).fractions)

    @property
    def weights(self) -> tuple[str, ...]:
        """The arrays beside input and target."""
        return tuple(spec_of(self.name).weights)

    def has(self, quantity: Quantity) -> bool:
        """Return whether the loss has a derivative by these arguments."""
        by = differentiated_by(quantity)
        own = tuple(name for name in by if spec_of(self.name).weights.get(name) != "scale")
        return own in self.definition.derivatives

    def implementations(self, labels: str) -> tuple[Implementation, ...]:
        """Return the implementations of a call: natives have one convention each."""
        return DEFAULT_IMPLEMENTATIONS if labels == self.labels else ("mlloss",)


@cache
def losses() -> tuple[Loss, ...]:
    """Return every loss, in the order of the registry."""
    return tuple(Loss(name) for name in loss_names())


def sampled(
    id: str,
    area: str,
    loss: Loss,
    quantity: Quantity,
    x: Array,
    draw: Draw,
    labels: str = "",
    width: int = CLASSES,
    dtype: str = "",
    **more: Any,
) -> Case:
    """Return a case of these scores with sampled labels.

    Args:
        id: the id of the case.
        area: its area.
        loss: the loss.
        quantity: what is compared.
        x: the scores.
        draw: where the labels come from.
        labels: their convention; the default of the loss if empty.
        width: slots of an index list; as many as classes if CLASSES.
        dtype: of the labels; a usual one if empty.
        more: further fields of the case.
    """
    labels = labels or loss.labels
    arrays = {"input": x, "target": _labels(loss, x, draw, labels, width, dtype)}
    return Case(id, area, loss.name, arrays, labels, quantity, **more)


def _labels(loss: Loss, x: Array, draw: Draw, labels: str, width: int, dtype: str) -> Array:
    classes = x.shape[-1]
    if labels == "indices":
        wide = classes if width == CLASSES else width
        lists = draw.lists((*x.shape[:-1], wide), classes, dtype or "int64")
        if dtype in UNSIGNED_INTEGERS:  # there is no -1: three classes each
            return draw.full_lists((*x.shape[:-1], 3), classes, dtype)
        return lists
    if dtype or labels == "signed" or loss.takes_lists:
        kind = dtype or ("int64" if loss.takes_lists else "float32")
        return draw.labels(x.shape, kind, off=-1 if labels == "signed" else 0)
    return draw.labels(x.shape, x.dtype)


def area_of(quantity: Quantity, dtype: str = "float32", extreme: bool = False) -> str:
    """Return the area of the report that a case counts in."""
    if quantity in BATCHED:
        return "transforms"
    by = differentiated_by(quantity)
    if len(by) == 2:
        return "second derivatives"
    if by:
        return "gradients" if by[0] in ("input", "target") else "weights"
    return "extremes" if extreme else "values" if dtype == "float32" else "dtypes"


def are_extreme(scores: list[float]) -> bool:
    """Return whether a score is very large, very small, or not finite."""
    return any(not abs(x) < 15 or 0 < abs(x) < 1e-30 for x in scores)


def padded(listed: list[int], width: int) -> list[int]:
    """Return a list filled up with -1."""
    return [*listed, *[-1] * (width - len(listed))]


def shape_text(lead: tuple[int, ...], classes: int) -> str:
    """Return a shape as 2x3x5."""
    return "x".join(map(str, (*lead, classes)))


def slug(name: str) -> str:
    """Return a name as a part of an id."""
    return "-".join(name.replace(",", "").replace("+", "plus").split()).lower()


def folder_of(weight: str) -> str:
    """Return the part of an id that names a weight: "weights", or "weights/pos_weight"."""
    return "weights" if weight == "weight" else f"weights/{weight}"


def weight_quantities(weight: str) -> tuple[Quantity, ...]:
    """Return the quantities that are compared with a weight."""
    return ("value", "gradient", gradient_by(weight))
