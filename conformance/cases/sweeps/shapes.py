"""Cases about shapes: leading axes, sizes, reductions, nothing at all, the class axis, vmap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlloss.conformance.cases.builders import CLASSES, SHORT, TWO, drawn, shape_text, slug, who
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.cases.sampling import Draw
from mlloss.conformance.expected.reference import MARGIN, SOFT
from mlloss.core.spec import LABEL_DTYPES, REDUCTIONS

SHAPES = ((), (1,), (3,), (2, 3), (2, 1, 2))


def shapes() -> Iterator[Case]:
    """No leading axis to three."""
    quantities: tuple[tuple[Quantity, int], ...] = (("value", 16), ("gradient", 4))
    for lead in SHAPES:
        for quantity, seeds in quantities:
            for loss in SHORT:
                for n in range(seeds):
                    id = f"{SHORT[loss]}/shapes/{shape_text(lead, CLASSES)}/{quantity}-{n}"
                    x = Draw(id).scores((*lead, CLASSES))
                    case = drawn(id, "shapes", loss, quantity, x, Draw(f"{id}/labels"))
                    yield replace(case, eager=lead not in ((), (2, 3)) or quantity == "gradient")


def sizes() -> Iterator[Case]:
    """One class, two, and more than a block or a vector register."""
    quantities: dict[Quantity, tuple[int, ...]] = {"value": (1, 2, 64, 257), "gradient": (1, 257)}
    for quantity, sizes in quantities.items():
        for classes in sizes:
            for loss in SHORT:
                for n in range(8 if quantity == "value" else 3):
                    id = f"{SHORT[loss]}/shapes/{shape_text((2,), classes)}/{quantity}-{n}"
                    x = Draw(id).scores((2, classes))
                    case = drawn(id, "shapes", loss, quantity, x, Draw(f"{id}/labels"))
                    yield replace(case, eager=classes in (2, 64) or quantity == "gradient")


def many() -> Iterator[Case]:
    """Thousands of pairs a row: gradients are whole numbers over C, to the last digit."""
    for quantity in TWO:
        id = f"margin/shapes/2x60/{quantity}-many-pairs"
        x = Draw(id).scores((2, 60), kind="close")
        target = Draw(f"{id}/labels").repeated((2, 60), 60)
        case = Case(
            id,
            "shapes",
            MARGIN,
            {"input": x, "target": target},
            "indices",
            quantity,
            reduction="none",
        )
        yield replace(case, eager=quantity == "value")


def wide() -> Iterator[Case]:
    """So many classes and targets that nobody compares each with each."""
    for quantity in TWO:
        id = f"margin/shapes/2x2000/{quantity}-wide"
        x = Draw(id).scores((2, 2000))
        draw = Draw(f"{id}/labels")
        case = drawn(id, "shapes", MARGIN, quantity, x, draw, "indices", 20, reduction="none")
        yield replace(case, eager=True, implementations=("mlloss",))


def reductions() -> Iterator[Case]:
    """All three, of a batch and of a single row."""
    for lead in ((3,), ()):
        for reduction in REDUCTIONS:
            for quantity in TWO:
                for loss in SHORT:
                    for n in range(16 if quantity == "value" else 6):
                        shape = shape_text(lead, CLASSES)
                        id = f"{SHORT[loss]}/reductions/{reduction}/{shape}/{quantity}-{n}"
                        x, draw = Draw(id).scores((*lead, CLASSES)), Draw(f"{id}/labels")
                        case = drawn(id, "reductions", loss, quantity, x, draw, reduction=reduction)
                        one = not lead or reduction != "mean"
                        yield replace(case, eager=one and quantity == "gradient")


def empty() -> Iterator[Case]:
    """No rows: 'none' is empty, 'sum' is 0, 'mean' is nan. Lists without a slot list nothing."""
    for lead in ((0,), (2, 0)):
        for reduction in REDUCTIONS:
            for quantity in TWO if len(lead) == 1 else TWO[:1]:
                for loss in SHORT:
                    id = f"{SHORT[loss]}/empty/{reduction}/{shape_text(lead, CLASSES)}/{quantity}"
                    x = Draw(id).scores((*lead, CLASSES))
                    case = drawn(id, "empty", loss, quantity, x, Draw(id), reduction=reduction)
                    yield replace(case, eager=len(lead) == 2 or quantity == "gradient")
    for loss in SHORT:
        for labels in ("indices", "binary"):
            id = f"{SHORT[loss]}/empty/second-derivative/{labels}"
            x = Draw(id).scores((0, CLASSES))
            case = drawn(id, "empty", loss, "second derivative", x, Draw(id), labels)
            yield replace(case, reduction="sum", eager=True, implementations=("mlloss",))
        for quantity in TWO:
            id = f"{SHORT[loss]}/empty/lists/{quantity}"
            x = Draw(id).scores((2, CLASSES))
            case = drawn(id, "empty", loss, quantity, x, Draw(id), labels="indices", width=0)
            yield replace(case, eager=quantity == "gradient")


def widths() -> Iterator[Case]:
    """Index lists narrower and wider than there are classes."""
    for width in (1, 2, 3, 8, 40):
        for loss in SHORT:
            for quantity in TWO if width not in (2, 8) else TWO[:1]:
                for n in range(12 if quantity == "value" else 4):
                    id = f"{SHORT[loss]}/conventions/width-{width}/{quantity}-{n}"
                    x = Draw(id).scores((3, CLASSES))
                    draw = Draw(f"{id}/labels")
                    case = drawn(id, "conventions", loss, quantity, x, draw, "indices", width)
                    eager = width != 40 or quantity == "gradient"
                    yield replace(case, eager=eager, implementations=who(loss, "indices"))


def axes() -> Iterator[Case]:
    """The class axis in front and in between, which only we can be told."""
    for shape, axis in (((CLASSES, 3), 0), ((2, CLASSES, 3), 1), ((2, CLASSES, 3), -2)):
        for loss in SHORT:
            for quantity in TWO:
                for n in range(3):
                    id = f"{SHORT[loss]}/shapes/axis{axis}-{len(shape)}d/{quantity}-{n}"
                    x, draw = Draw(id).scores(shape), Draw(f"{id}/labels")
                    case = drawn(
                        id, "shapes", loss, quantity, x, draw, labels="binary", dtype="int64"
                    )
                    eager = axis != 1 or quantity == "gradient"
                    yield replace(case, axis=axis, eager=eager, implementations=("mlloss",))


def vmaps() -> Iterator[Case]:
    """A row's loss, and its gradient, mapped over the rows."""
    quantities: tuple[Quantity, ...] = ("vmap", "vmap gradient")
    for loss in SHORT:
        for quantity in quantities:
            for labels in LABEL_DTYPES:
                for n in range(4):
                    id = f"{SHORT[loss]}/transforms/{slug(quantity)}/{labels}-{n}"
                    x, draw = Draw(id).scores((4, CLASSES)), Draw(f"{id}/labels")
                    case = drawn(id, "transforms", loss, quantity, x, draw, labels)
                    own = who(loss, labels)
                    yield replace(case, eager="native" not in own, implementations=own)
    for quantity in quantities:
        id = f"soft/transforms/{slug(quantity)}/lists-without-a-slot"
        x = Draw(id).scores((4, CLASSES))
        case = drawn(id, "transforms", SOFT, quantity, x, Draw(id), "indices", width=0)
        yield replace(case, eager=True, implementations=("mlloss",))
