"""Cases about shapes: leading axes, sizes, reductions, nothing at all, the class axis, vmap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlloss.conformance.case import Ask, Case
from mlloss.conformance.draw import Draw
from mlloss.conformance.drawn import CLASSES, SHORT, TWO, drawn, shape_text, slug, who
from mlloss.conformance.oracle import MARGIN, SOFT
from mlloss.spec import LABEL_DTYPES, REDUCTIONS

SHAPES = ((), (1,), (3,), (2, 3), (2, 1, 2))


def shapes() -> Iterator[Case]:
    """No leading axis to three."""
    asks: tuple[tuple[Ask, int], ...] = (("value", 16), ("gradient", 4))
    for lead in SHAPES:
        for ask, seeds in asks:
            for loss in SHORT:
                for n in range(seeds):
                    id = f"{SHORT[loss]}/shapes/{shape_text(lead, CLASSES)}/{ask}-{n}"
                    x = Draw(id).scores((*lead, CLASSES))
                    case = drawn(id, "shapes", loss, ask, x, Draw(f"{id}/labels"))
                    yield replace(case, eager=lead not in ((), (2, 3)) or ask == "gradient")


def sizes() -> Iterator[Case]:
    """One class, two, and more than a block or a vector register."""
    asks: dict[Ask, tuple[int, ...]] = {"value": (1, 2, 64, 257), "gradient": (1, 257)}
    for ask, sizes in asks.items():
        for classes in sizes:
            for loss in SHORT:
                for n in range(8 if ask == "value" else 3):
                    id = f"{SHORT[loss]}/shapes/{shape_text((2,), classes)}/{ask}-{n}"
                    x = Draw(id).scores((2, classes))
                    case = drawn(id, "shapes", loss, ask, x, Draw(f"{id}/labels"))
                    yield replace(case, eager=classes in (2, 64) or ask == "gradient")


def many() -> Iterator[Case]:
    """Thousands of pairs a row: gradients are whole numbers over C, to the last digit."""
    for ask in TWO:
        id = f"margin/shapes/2x60/{ask}-many-pairs"
        x = Draw(id).scores((2, 60), kind="close")
        target = Draw(f"{id}/labels").repeated((2, 60), 60)
        case = Case(id, "shapes", MARGIN, x, target, "indices", ask, reduction="none")
        yield replace(case, eager=ask == "value")


def wide() -> Iterator[Case]:
    """So many classes and targets that nobody compares each with each."""
    for ask in TWO:
        id = f"margin/shapes/2x2000/{ask}-wide"
        x = Draw(id).scores((2, 2000))
        draw = Draw(f"{id}/labels")
        case = drawn(id, "shapes", MARGIN, ask, x, draw, "indices", 20, reduction="none")
        yield replace(case, eager=True, subjects=("mlloss",))


def reductions() -> Iterator[Case]:
    """All three, of a batch and of a single row."""
    for lead in ((3,), ()):
        for reduction in REDUCTIONS:
            for ask in TWO:
                for loss in SHORT:
                    for n in range(16 if ask == "value" else 6):
                        shape = shape_text(lead, CLASSES)
                        id = f"{SHORT[loss]}/reductions/{reduction}/{shape}/{ask}-{n}"
                        x, draw = Draw(id).scores((*lead, CLASSES)), Draw(f"{id}/labels")
                        case = drawn(id, "reductions", loss, ask, x, draw, reduction=reduction)
                        one = not lead or reduction != "mean"
                        yield replace(case, eager=one and ask == "gradient")


def empty() -> Iterator[Case]:
    """No rows: 'none' is empty, 'sum' is 0, 'mean' is nan. Lists without a slot list nothing."""
    for lead in ((0,), (2, 0)):
        for reduction in REDUCTIONS:
            for ask in TWO if len(lead) == 1 else TWO[:1]:
                for loss in SHORT:
                    id = f"{SHORT[loss]}/empty/{reduction}/{shape_text(lead, CLASSES)}/{ask}"
                    x = Draw(id).scores((*lead, CLASSES))
                    case = drawn(id, "empty", loss, ask, x, Draw(id), reduction=reduction)
                    yield replace(case, eager=len(lead) == 2 or ask == "gradient")
    for loss in SHORT:
        for labels in ("indices", "binary"):
            id = f"{SHORT[loss]}/empty/second-derivative/{labels}"
            x = Draw(id).scores((0, CLASSES))
            case = drawn(id, "empty", loss, "second derivative", x, Draw(id), labels)
            yield replace(case, reduction="sum", eager=True, subjects=("mlloss",))
        for ask in TWO:
            id = f"{SHORT[loss]}/empty/lists/{ask}"
            x = Draw(id).scores((2, CLASSES))
            case = drawn(id, "empty", loss, ask, x, Draw(id), labels="indices", width=0)
            yield replace(case, eager=ask == "gradient")


def widths() -> Iterator[Case]:
    """Index lists narrower and wider than there are classes."""
    for width in (1, 2, 3, 8, 40):
        for loss in SHORT:
            for ask in TWO if width not in (2, 8) else TWO[:1]:
                for n in range(12 if ask == "value" else 4):
                    id = f"{SHORT[loss]}/conventions/width-{width}/{ask}-{n}"
                    x = Draw(id).scores((3, CLASSES))
                    draw = Draw(f"{id}/labels")
                    case = drawn(id, "conventions", loss, ask, x, draw, "indices", width)
                    eager = width != 40 or ask == "gradient"
                    yield replace(case, eager=eager, subjects=who(loss, "indices"))


def axes() -> Iterator[Case]:
    """The class axis in front and in between, which only we can be told."""
    for shape, axis in (((CLASSES, 3), 0), ((2, CLASSES, 3), 1), ((2, CLASSES, 3), -2)):
        for loss in SHORT:
            for ask in TWO:
                for n in range(3):
                    id = f"{SHORT[loss]}/shapes/axis{axis}-{len(shape)}d/{ask}-{n}"
                    x, draw = Draw(id).scores(shape), Draw(f"{id}/labels")
                    case = drawn(id, "shapes", loss, ask, x, draw, labels="binary", dtype="int64")
                    eager = axis != 1 or ask == "gradient"
                    yield replace(case, axis=axis, eager=eager, subjects=("mlloss",))


def vmaps() -> Iterator[Case]:
    """A row's loss, and its gradient, mapped over the rows."""
    asks: tuple[Ask, ...] = ("vmap", "vmap gradient")
    for loss in SHORT:
        for ask in asks:
            for labels in LABEL_DTYPES:
                for n in range(4):
                    id = f"{SHORT[loss]}/transforms/{slug(ask)}/{labels}-{n}"
                    x, draw = Draw(id).scores((4, CLASSES)), Draw(f"{id}/labels")
                    case = drawn(id, "transforms", loss, ask, x, draw, labels)
                    own = who(loss, labels)
                    yield replace(case, eager="native" not in own, subjects=own)
    for ask in asks:
        id = f"soft/transforms/{slug(ask)}/lists-without-a-slot"
        x = Draw(id).scores((4, CLASSES))
        case = drawn(id, "transforms", SOFT, ask, x, Draw(id), "indices", width=0)
        yield replace(case, eager=True, subjects=("mlloss",))
