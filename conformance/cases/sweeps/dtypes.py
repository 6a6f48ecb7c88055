"""Cases about labels and weights: their dtypes, the weights' shapes, derivatives by labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlloss.conformance.cases.builders import AREA_OF, CLASSES, SHORT, TWO, drawn, slug, who
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import BY_LABELS, Quantity
from mlloss.conformance.cases.sampling import Draw
from mlloss.conformance.cases.sweeps.values import labelled
from mlloss.conformance.expected.reference import MARGIN, SOFT
from mlloss.core.spec import LABEL_DTYPES

LOSS_OF = {"indices": MARGIN, "binary": SOFT, "signed": SOFT}
COMPILED_LABELS = {
    "indices": ("int32", "uint8"),
    "binary": ("bool", "int64", "float16", "float64"),
    "signed": ("int8", "bfloat16"),
}


def label_dtypes() -> Iterator[Case]:
    """Every dtype that can hold the labels, with the loss whose own convention it is."""
    for labels, dtypes in LABEL_DTYPES.items():
        loss = LOSS_OF[labels]
        for dtype in dtypes:
            for n in range(3):
                id = f"{SHORT[loss]}/dtypes/{labels}/{dtype}/{n}"
                x, draw = Draw(id).scores((3, CLASSES)), Draw(f"{id}/labels")
                case = drawn(id, "dtypes", loss, "value", x, draw, labels, dtype=dtype)
                eager = dtype not in COMPILED_LABELS[labels]
                yield replace(case, eager=eager, implementations=who(loss, labels))


WEIGHTS: dict[str, tuple[int, ...]] = {
    "classes": (CLASSES,),
    "one": (1,),
    "row": (1, CLASSES),
    "rows": (3, 1),
    "all": (3, CLASSES),
    "scalar": (),
}


def weights() -> Iterator[Case]:
    """Weights of every shape that broadcasts to the scores, and what they do to each answer."""
    quantities: tuple[Quantity, ...] = ("value", "gradient", "weight gradient")
    for name, shape in WEIGHTS.items():
        for quantity in quantities:
            for reduction in ("mean", "none") if name == "classes" else ("mean",):
                for n in range(12 if quantity == "value" else 4):
                    id = f"soft/weights/{name}/{reduction}/{slug(quantity)}-{n}"
                    draw = Draw(id)
                    case = _weighted(id, quantity, draw, draw.weights(shape, "float32"), reduction)
                    yield replace(case, eager=name != "classes")
    for name, number in (("number", 2.5), ("zero", 0.0), ("negative", -1.5), ("whole", 3)):
        for quantity in TWO:
            id = f"soft/weights/{name}/{quantity}"
            case = _weighted(id, quantity, Draw(id), Array("number", number))
            yield replace(case, eager=name != "number")
    zeros = Array("float32", [0.0, 1.0, 0.0, 2.0])
    for name in ("right by inf", "wrong by inf", "nan", "wrong by 100", "great, all wrong"):
        case = labelled(name, "float32", "value").with_arrays(weight=zeros)
        yield replace(case, id=f"soft/weights/some-zero/{slug(name)}", area="weights")
    for name in ("right by inf", "wrong by inf"):
        case = labelled(name, "float32", "weight gradient").with_arrays(weight=zeros)
        case = replace(case, area="weights", eager=True, implementations=("mlloss",))
        yield replace(case, id=f"soft/weights/some-zero/slope/{slug(name)}")


def _weighted(
    id: str, quantity: Quantity, draw: Draw, weight: Array, reduction: str = "mean"
) -> Case:
    x = draw.scores((3, CLASSES))
    case = drawn(id, "weights", SOFT, quantity, x, draw, reduction=reduction)
    return case.with_arrays(weight=weight)


def weight_dtypes() -> Iterator[Case]:
    """The result has the scores' dtype, whatever the weights have."""
    for dtype in ("float16", "bfloat16", "float64", "int32", "int64", "uint8"):
        for n in range(3):
            id = f"soft/dtypes/weights/{dtype}/{n}"
            draw = Draw(id)
            weight = draw.weights((CLASSES,), dtype)
            case = _weighted(id, "value", draw, weight)
            yield replace(case, area="dtypes", eager=dtype != "float64")


def label_derivatives() -> Iterator[Case]:
    """Labels that are learnt; of the definition only, as natives are rarely asked for these."""
    for quantity in BY_LABELS:
        for n in range(6):
            id = f"soft/{slug(quantity)}/{n}"
            draw = Draw(id)
            x, labels = draw.scores((2, CLASSES)), draw.fractions((2, CLASSES), "float32")
            arrays = {"input": x, "target": labels}
            if n % 2:
                arrays["weight"] = draw.weights((CLASSES,), "float32")
            case = Case(id, AREA_OF[quantity], SOFT, arrays, "binary", quantity)
            yield replace(case, eager=n % 2 == 1, implementations=("mlloss",))
