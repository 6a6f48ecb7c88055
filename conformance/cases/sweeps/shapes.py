"""Cases of shapes: leading axes, sizes, reductions, empty batches, the class axis, vmap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from mlloss.conformance.cases.builders import CLASSES, TWO, losses, sampled, shape_text, slug
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.quantities import BATCHED, Quantity
from mlloss.conformance.cases.sampling import Draw
from mlloss.core.spec import LABEL_DTYPES, REDUCTIONS

LEADING = ((), (1,), (3,), (2, 3), (2, 1, 2))
AXES = (((CLASSES, 3), 0), ((2, CLASSES, 3), 1), ((2, CLASSES, 3), -2))


def shapes() -> Iterator[Case]:
    """Yield no leading axis to three."""
    for lead, quantity, loss in product(LEADING, TWO, losses()):
        for n in range(16 if quantity == "value" else 4):
            id = f"{loss.prefix}/shapes/{shape_text(lead, CLASSES)}/{quantity}-{n}"
            x = Draw(id).scores((*lead, CLASSES))
            case = sampled(id, "shapes", loss, quantity, x, Draw(f"{id}/labels"))
            yield replace(case, eager=lead not in ((), (2, 3)) or quantity == "gradient")


def sizes() -> Iterator[Case]:
    """Yield one class, two, and more than a block or a vector register."""
    sizes: dict[Quantity, tuple[int, ...]] = {"value": (1, 2, 64, 257), "gradient": (1, 257)}
    for quantity, loss in product(sizes, losses()):
        for classes, n in product(sizes[quantity], range(8 if quantity == "value" else 3)):
            id = f"{loss.prefix}/shapes/{shape_text((2,), classes)}/{quantity}-{n}"
            x = Draw(id).scores((2, classes))
            case = sampled(id, "shapes", loss, quantity, x, Draw(f"{id}/labels"))
            yield replace(case, eager=classes in (2, 64) or quantity == "gradient")


def many() -> Iterator[Case]:
    """Yield thousands of pairs a row: gradients are whole numbers over C, to the last digit."""
    for quantity, loss in product(TWO, losses()):
        if loss.counts_repeats:
            id = f"{loss.prefix}/shapes/2x60/{quantity}-many-pairs"
            x = Draw(id).scores((2, 60), kind="close")
            arrays = {"input": x, "target": Draw(f"{id}/labels").repeated((2, 60), 60)}
            case = Case(id, "shapes", loss.name, arrays, "indices", quantity, reduction="none")
            yield replace(case, eager=quantity == "value")


def wide() -> Iterator[Case]:
    """Yield more classes and targets than can be compared each with each."""
    for quantity, loss in product(TWO, losses()):
        if loss.counts_repeats:
            id = f"{loss.prefix}/shapes/2x2000/{quantity}-wide"
            x, draw = Draw(id).scores((2, 2000)), Draw(f"{id}/labels")
            case = sampled(id, "shapes", loss, quantity, x, draw, "indices", 20)
            yield replace(case, reduction="none", eager=True, implementations=("mlloss",))


def reductions() -> Iterator[Case]:
    """Yield every reduction of a batch and of a single row."""
    for lead, reduction, quantity, loss in product(((3,), ()), REDUCTIONS, TWO, losses()):
        for n in range(16 if quantity == "value" else 6):
            shape = shape_text(lead, CLASSES)
            id = f"{loss.prefix}/reductions/{reduction}/{shape}/{quantity}-{n}"
            x, draw = Draw(id).scores((*lead, CLASSES)), Draw(f"{id}/labels")
            case = sampled(id, "reductions", loss, quantity, x, draw, reduction=reduction)
            one = not lead or reduction != "mean"
            yield replace(case, eager=one and quantity == "gradient")


def empty() -> Iterator[Case]:
    """Yield batches without rows: 'none' is empty, 'sum' is 0, 'mean' is nan."""
    for lead, reduction, quantity, loss in product(((0,), (2, 0)), REDUCTIONS, TWO, losses()):
        if len(lead) == 1 or quantity == "value":
            id = f"{loss.prefix}/empty/{reduction}/{shape_text(lead, CLASSES)}/{quantity}"
            x = Draw(id).scores((*lead, CLASSES))
            case = sampled(id, "empty", loss, quantity, x, Draw(id), reduction=reduction)
            yield replace(case, eager=len(lead) == 2 or quantity == "gradient")


def empty_second_derivatives() -> Iterator[Case]:
    """Yield second derivatives of batches without rows."""
    for loss, labels in product(losses(), ("indices", "binary")):
        if loss.has("second derivative"):
            id = f"{loss.prefix}/empty/second-derivative/{labels}"
            x = Draw(id).scores((0, CLASSES))
            case = sampled(id, "empty", loss, "second derivative", x, Draw(id), labels)
            yield replace(case, reduction="sum", eager=True, implementations=("mlloss",))


def empty_lists() -> Iterator[Case]:
    """Yield lists without a slot: they list nothing."""
    for loss, quantity in product(losses(), TWO):
        id = f"{loss.prefix}/empty/lists/{quantity}"
        x = Draw(id).scores((2, CLASSES))
        case = sampled(id, "empty", loss, quantity, x, Draw(id), "indices", 0)
        yield replace(case, eager=quantity == "gradient")


def widths() -> Iterator[Case]:
    """Yield index lists narrower and wider than there are classes."""
    for width, loss, quantity in product((1, 2, 3, 8, 40), losses(), TWO):
        if quantity == "value" or width not in (2, 8):
            for n in range(12 if quantity == "value" else 4):
                id = f"{loss.prefix}/conventions/width-{width}/{quantity}-{n}"
                x, draw = Draw(id).scores((3, CLASSES)), Draw(f"{id}/labels")
                case = sampled(id, "conventions", loss, quantity, x, draw, "indices", width)
                eager, own = width != 40 or quantity == "gradient", loss.implementations("indices")
                yield replace(case, eager=eager, implementations=own)


def axes() -> Iterator[Case]:
    """Yield the class axis in front and in between, which natives cannot take."""
    for (shape, axis), loss, quantity, n in product(AXES, losses(), TWO, range(3)):
        id = f"{loss.prefix}/shapes/axis{axis}-{len(shape)}d/{quantity}-{n}"
        x, draw = Draw(id).scores(shape), Draw(f"{id}/labels")
        case = sampled(id, "shapes", loss, quantity, x, draw, "binary", dtype="int64")
        eager = axis != 1 or quantity == "gradient"
        yield replace(case, axis=axis, eager=eager, implementations=("mlloss",))


def vmaps() -> Iterator[Case]:
    """Yield the loss of a row, and its gradient, mapped over the rows."""
    for loss, quantity, labels, n in product(losses(), BATCHED, LABEL_DTYPES, range(4)):
        id = f"{loss.prefix}/transforms/{slug(quantity)}/{labels}-{n}"
        x, draw = Draw(id).scores((4, CLASSES)), Draw(f"{id}/labels")
        case = sampled(id, "transforms", loss, quantity, x, draw, labels)
        own = loss.implementations(labels)
        yield replace(case, eager="native" not in own, implementations=own)
    for loss, quantity in product(losses(), BATCHED):
        if not loss.takes_lists:
            id = f"{loss.prefix}/transforms/{slug(quantity)}/lists-without-a-slot"
            x = Draw(id).scores((4, CLASSES))
            case = sampled(id, "transforms", loss, quantity, x, Draw(id), "indices", 0)
            yield replace(case, eager=True, implementations=("mlloss",))
