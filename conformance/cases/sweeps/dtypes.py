"""Cases of label dtypes, weights and their dtypes, and derivatives by labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from mlloss.conformance.cases.builders import (
    CLASSES,
    TWO,
    Loss,
    area_of,
    folder_of,
    losses,
    sampled,
    slug,
    weight_quantities,
)
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import BY_LABELS, Quantity
from mlloss.conformance.cases.sampling import Draw
from mlloss.conformance.cases.sweeps.values import edge_case
from mlloss.core.spec import LABEL_DTYPES

COMPILED_LABELS = {
    "indices": ("int32", "uint8"),
    "binary": ("bool", "int64", "float16", "float64"),
    "signed": ("int8", "bfloat16"),
}
SHAPES: dict[str, tuple[int, ...]] = {
    "classes": (CLASSES,),
    "one": (1,),
    "row": (1, CLASSES),
    "rows": (3, 1),
    "all": (3, CLASSES),
    "scalar": (),
}
NUMBERS = {"number": 2.5, "zero": 0.0, "negative": -1.5, "whole": 3}


def label_dtypes() -> Iterator[Case]:
    """Yield every dtype that can hold the labels."""
    for loss in losses():
        for labels in loss.cases.label_dtypes:
            for dtype, n in product(LABEL_DTYPES[labels], range(3)):
                id = f"{loss.prefix}/dtypes/{labels}/{dtype}/{n}"
                x, draw = Draw(id).scores((3, CLASSES)), Draw(f"{id}/labels")
                case = sampled(id, "dtypes", loss, "value", x, draw, labels, dtype=dtype)
                eager = dtype not in COMPILED_LABELS[labels]
                yield replace(case, eager=eager, implementations=loss.implementations(labels))


def weights() -> Iterator[Case]:
    """Yield weights of every shape that broadcasts to the scores, numbers, and zeros."""
    for loss in losses():
        for weight in loss.weights:
            yield from _shapes(loss, weight)
            yield from _numbers(loss, weight)
        yield from _zeros(loss)


def _shapes(loss: Loss, weight: str) -> Iterator[Case]:
    for (name, shape), quantity in product(SHAPES.items(), weight_quantities(weight)):
        for reduction in ("mean", "none") if name == "classes" else ("mean",):
            for n in range(12 if quantity == "value" else 4):
                id = f"{loss.prefix}/{folder_of(weight)}/{name}/{reduction}/{slug(quantity)}-{n}"
                draw = Draw(id)
                array = draw.weights(shape, "float32")
                case = _weighted(id, loss, quantity, draw, weight, array, reduction)
                yield replace(case, eager=name != "classes")


def _numbers(loss: Loss, weight: str) -> Iterator[Case]:
    for (name, number), quantity in product(NUMBERS.items(), TWO):
        id = f"{loss.prefix}/{folder_of(weight)}/{name}/{quantity}"
        case = _weighted(id, loss, quantity, Draw(id), weight, Array("number", number))
        yield replace(case, eager=name != "number")


def _zeros(loss: Loss) -> Iterator[Case]:
    """Yield edge cases with a weight of 0 for some classes: 0 times an infinite term is 0."""
    zeros = Array("float32", [0.0, 1.0, 0.0, 2.0])
    for quantity, names in loss.cases.zero_weights.items():
        for name in names:
            case = edge_case(loss, name, "float32", quantity).with_arrays(weight=zeros)
            id = f"{loss.prefix}/weights/some-zero/{'' if quantity == 'value' else 'slope/'}"
            case = replace(case, id=f"{id}{slug(name)}", area="weights")
            if quantity != "value":
                case = replace(case, eager=True, implementations=("mlloss",))
            yield case


def _weighted(
    id: str,
    loss: Loss,
    quantity: Quantity,
    draw: Draw,
    weight: str,
    array: Array,
    reduction: str = "mean",
) -> Case:
    x = draw.scores((3, CLASSES))
    case = sampled(id, "weights", loss, quantity, x, draw, reduction=reduction)
    return case.with_arrays(**{weight: array})


def weight_dtypes() -> Iterator[Case]:
    """Yield weights of other dtypes: the result has that of the scores."""
    dtypes = ("float16", "bfloat16", "float64", "int32", "int64", "uint8")
    for loss in losses():
        for weight, dtype, n in product(loss.weights, dtypes, range(3)):
            id = f"{loss.prefix}/dtypes/{folder_of(weight)}/{dtype}/{n}"
            draw = Draw(id)
            array = draw.weights((CLASSES,), dtype)
            case = _weighted(id, loss, "value", draw, weight, array)
            yield replace(case, area="dtypes", eager=dtype != "float64")


def label_derivatives() -> Iterator[Case]:
    """Yield derivatives by labels, of the definition only: natives seldom have these."""
    for loss, quantity, n in product(losses(), BY_LABELS, range(6)):
        if loss.has(quantity):
            id = f"{loss.prefix}/{slug(quantity)}/{n}"
            draw = Draw(id)
            x, labels = draw.scores((2, CLASSES)), draw.fractions((2, CLASSES), "float32")
            arrays = {"input": x, "target": labels}
            if n % 2:
                arrays |= {w: draw.weights((CLASSES,), "float32") for w in loss.weights}
            case = Case(id, area_of(quantity), loss.name, arrays, "binary", quantity)
            yield replace(case, eager=n % 2 == 1, implementations=("mlloss",))
