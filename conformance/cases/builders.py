"""A case with labels drawn for its scores, and the words that ids and areas are made of."""

from __future__ import annotations

from typing import Any

from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.cases.sampling import Draw
from mlloss.conformance.expected.reference import MARGIN, SOFT
from mlloss.conformance.frameworks.registry import BOTH, Implementation
from mlloss.core.spec import UNSIGNED_INTEGERS

CLASSES = 5


SHORT = {MARGIN: "margin", SOFT: "soft"}
AREA_OF: dict[Quantity, str] = {
    "value": "values",
    "gradient": "gradients",
    "weight gradient": "weights",
    "label gradient": "gradients",
    "second derivative": "second derivatives",
    "by scores and labels": "second derivatives",
    "by labels and scores": "second derivatives",
    "vmap": "transforms",
    "vmap gradient": "transforms",
}
TWO: tuple[Quantity, ...] = ("value", "gradient")
PLAIN_SCORES, PLAIN_LIST = [0.25, -1.5, 2.0, 0.5], [2, 0]
CLASSES, WIDE = 5, 6


def drawn(
    id: str,
    area: str,
    loss: str,
    quantity: Quantity,
    x: Array,
    draw: Draw,
    labels: str = "",
    width: int = CLASSES,
    dtype: str = "",
    **more: Any,
) -> Case:
    """A case of these scores with labels drawn for them, as the loss takes them or as told."""
    labels = labels or ("indices" if loss == MARGIN else "binary")
    classes = x.shape[-1]
    if labels == "indices":
        wide = classes if width == CLASSES else width
        target = draw.lists((*x.shape[:-1], wide), classes, dtype or "int64")
        if dtype in UNSIGNED_INTEGERS:  # there is no -1: three classes each
            target = draw.full_lists((*x.shape[:-1], 3), classes, dtype)
    elif dtype or labels == "signed" or loss == MARGIN:
        kind = dtype or ("float32" if loss == SOFT else "int64")
        target = draw.labels(x.shape, kind, off=-1 if labels == "signed" else 0)
    else:
        target = draw.labels(x.shape, x.dtype)
    return Case(id, area, loss, {"input": x, "target": target}, labels, quantity, **more)


def who(loss: str, labels: str) -> tuple[Implementation, ...]:
    """Natives have one convention each: that they take others for it is asked once, not always."""
    own = "indices" if loss == MARGIN else "binary"
    return BOTH if labels == own else ("mlloss",)


def area_of(quantity: Quantity, dtype: str, far: bool) -> str:
    """Where the matrix counts a case."""
    if quantity != "value":
        return AREA_OF[quantity]
    return "extremes" if far else "values" if dtype == "float32" else "dtypes"


def far(scores: list[float]) -> bool:
    """Whether a score is so large, so small or so much no number that care is needed."""
    return any(not abs(x) < 15 or 0 < abs(x) < 1e-30 for x in scores)


def padded(listed: list[int], width: int) -> list[int]:
    """A list filled up with -1."""
    return [*listed, *[-1] * (width - len(listed))]


def shape_text(lead: tuple[int, ...], classes: int) -> str:
    """2x3x5."""
    return "x".join(map(str, (*lead, classes)))


def slug(name: str) -> str:
    """A name as a part of an id."""
    return "-".join(name.replace(",", "").replace("+", "plus").split()).lower()
