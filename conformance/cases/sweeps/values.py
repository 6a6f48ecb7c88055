"""Cases about single rows: what goes wrong somewhere, rows drawn, every convention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlloss.conformance.cases.builders import AREA_OF, SHORT, TWO, area_of, drawn, far, padded, slug
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.cases.sampling import KINDS, Draw
from mlloss.conformance.cases.scenarios import LISTS, SOFT_LABELS, SUBNORMAL, SWEEP
from mlloss.conformance.expected.reference import MARGIN, SOFT
from mlloss.core.spec import FLOATS

PLAIN_SCORES, PLAIN_LIST = [0.25, -1.5, 2.0, 0.5], [2, 0]
WIDE = 6


THREE: tuple[Quantity, ...] = ("value", "gradient", "second derivative")


def scenarios() -> Iterator[Case]:
    """Each row that goes wrong somewhere, beside one that does not and must not be disturbed."""
    for dtype in FLOATS:
        for quantity in THREE if dtype != "bfloat16" else TWO:
            for name, (scores, listed) in (LISTS | SUBNORMAL).items():
                if dtype == "float32" or len(listed) <= len(scores):
                    yield _listed(name, dtype, quantity)
            for name in SOFT_LABELS | SWEEP:
                yield labelled(name, dtype, quantity)


def _listed(name: str, dtype: str, quantity: Quantity) -> Case:
    scores, listed = (LISTS | SUBNORMAL)[name]
    width = len(PLAIN_SCORES) if len(listed) <= len(PLAIN_SCORES) else WIDE
    return Case(
        id=f"margin/{slug(quantity)}/{slug(name)}/{dtype}",
        area=area_of(quantity, dtype, far(scores)),
        loss=MARGIN,
        arrays={
            "input": Array(dtype, [scores, PLAIN_SCORES]),
            "target": Array("int64", [padded(listed, width), padded(PLAIN_LIST, width)]),
        },
        labels="indices",
        quantity=quantity,
        reduction="none",
        quick=dtype == "float32" and quantity in TWO and width == len(PLAIN_SCORES),
        eager=quantity == "second derivative" and dtype != "float32",
    )


def labelled(name: str, dtype: str, quantity: Quantity) -> Case:
    """A scenario of the soft margin loss, beside a plain row."""
    scores, labels = (SOFT_LABELS | SWEEP)[name]
    return Case(
        id=f"soft/{slug(quantity)}/{slug(name)}/{dtype}",
        area=area_of(quantity, dtype, far(scores)),
        loss=SOFT,
        arrays={
            "input": Array(dtype, [scores, PLAIN_SCORES]),
            "target": Array(dtype, [labels, [1, 0, 0.25, 1]]),
        },
        labels="binary",
        quantity=quantity,
        reduction="none",
        quick=dtype == "float32" and quantity == "value",
    )


def random_rows() -> Iterator[Case]:
    """Rows of each kind, so that what no scenario thought of has a chance."""
    for kind in KINDS:
        for n in range(60):
            for loss in SHORT:
                for quantity in TWO if n < 12 else TWO[:1]:
                    id = f"{SHORT[loss]}/{slug(quantity)}/random-{kind}-{n}/float32"
                    draw = Draw(id)
                    x = draw.scores((2, 4), kind=kind)
                    case = drawn(id, AREA_OF[quantity], loss, quantity, x, draw, reduction="none")
                    yield replace(case, eager=n >= 40)


def repeated() -> Iterator[Case]:
    """Lists without -1 whose classes repeat: full of targets, and yet not every class is one."""
    for dtype in ("float32", "float16", "bfloat16"):
        for quantity in TWO:
            for n in range(8):
                id = f"margin/{slug(quantity)}/repeated-{n}/{dtype}"
                draw = Draw(id)
                x = draw.scores((2, 4), dtype, "ties")
                target = draw.repeated((2, 4), 4)
                area = area_of(quantity, dtype, far=False)
                yield Case(
                    id,
                    area,
                    MARGIN,
                    {"input": x, "target": target},
                    "indices",
                    quantity,
                    reduction="none",
                )


def conventions() -> Iterator[Case]:
    """Every convention for both losses; those that are the losses' own are everywhere else."""
    for labels in ("binary", "signed"):
        for name, (scores, listed) in LISTS.items():
            for quantity in TWO:
                yield _multi_hot(labels, name, scores, _targets(listed), quantity)
    for quantity in TWO:
        for name, (scores, truth) in SOFT_LABELS.items():
            if set(truth) <= {0, 1}:
                yield _signed_soft(name, scores, truth, quantity)
        for name, (scores, listed) in LISTS.items():
            if len(listed) <= len(scores):
                yield _set_of(name, quantity)
    for name, (scores, listed) in LISTS.items():
        if len(listed) <= len(scores):
            yield replace(_set_of(name, "second derivative"), implementations=("mlloss",))


def _set_of(name: str, quantity: Quantity) -> Case:
    """A row's list as the soft margin loss takes it: as a set."""
    return replace(
        _listed(name, "float32", quantity),
        id=f"soft/conventions/indices/{slug(name)}/{slug(quantity)}",
        area="conventions",
        loss=SOFT,
    )


def narrow() -> Iterator[Case]:
    """The same rows with lists of one slot, which have no thresholds to be between."""
    for name, (scores, listed) in LISTS.items():
        if len(_targets(listed)) == 1:
            yield Case(
                id=f"margin/conventions/one-slot/{slug(name)}",
                area="conventions",
                loss=MARGIN,
                arrays={
                    "input": Array("float32", [scores, PLAIN_SCORES]),
                    "target": Array("int64", [[listed[0]], [2]]),
                },
                labels="indices",
                reduction="none",
                implementations=("mlloss",),
            )


def _targets(listed: list[int]) -> list[int]:
    return listed[: listed.index(-1)] if -1 in listed else listed


def _multi_hot(
    labels: str, name: str, scores: list[float], listed: list[int], quantity: Quantity
) -> Case:
    off = 0 if labels == "binary" else -1
    rows = [[1 if c in some else off for c in range(4)] for some in (listed, PLAIN_LIST)]
    return Case(
        id=f"margin/conventions/{labels}/{slug(name)}/{slug(quantity)}",
        area="conventions",
        loss=MARGIN,
        arrays={
            "input": Array("float32", [scores, PLAIN_SCORES]),
            "target": Array("int64", rows),
        },
        labels=labels,
        quantity=quantity,
        reduction="none",
    )


def _signed_soft(name: str, scores: list[float], truth: list[float], quantity: Quantity) -> Case:
    signed = [2 * y - 1 for y in truth]
    return Case(
        id=f"soft/conventions/signed/{slug(name)}/{slug(quantity)}",
        area="conventions",
        loss=SOFT,
        arrays={
            "input": Array("float32", [scores, PLAIN_SCORES]),
            "target": Array("float32", [signed, [1, -1, -1, 1]]),
        },
        labels="signed",
        quantity=quantity,
        reduction="none",
    )
