"""Cases of single rows: edge cases, sampled rows, and every convention of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from mlloss.conformance.cases.builders import (
    PLAIN_LIST,
    PLAIN_SCORES,
    TWO,
    WIDE,
    Loss,
    are_extreme,
    area_of,
    losses,
    padded,
    sampled,
    slug,
)
from mlloss.conformance.cases.edge_rows import LISTS
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.cases.sampling import KINDS, Draw
from mlloss.core.spec import CONVENTIONS, FLOATS

THREE: tuple[Quantity, ...] = (*TWO, "second derivative")
PLAIN_FRACTIONS = (1, 0, 0.25, 1)
PLAIN_TRUTH = tuple(map(int, PLAIN_FRACTIONS))


def edge_cases() -> Iterator[Case]:
    """Yield each edge case beside a plain row, which it must not change."""
    for dtype, loss in product(FLOATS, losses()):
        for quantity in THREE if dtype != "bfloat16" else TWO:
            for name, (scores, labels) in loss.cases.in_own_convention().items():
                narrow = not loss.takes_lists or len(labels) <= len(scores)
                if loss.has(quantity) and (dtype == "float32" or narrow):
                    yield edge_case(loss, name, dtype, quantity)


def edge_case(loss: Loss, name: str, dtype: str, quantity: Quantity) -> Case:
    """Return an edge case of the loss in its own convention."""
    scores, labels = loss.cases.in_own_convention()[name]
    target = lists_of(labels) if loss.takes_lists else _marks(loss, dtype, labels)
    quick = dtype == "float32" and quantity in loss.cases.quick
    second = len(quantity.split()) == 2
    return Case(
        id=f"{loss.prefix}/{slug(quantity)}/{slug(name)}/{dtype}",
        area=area_of(quantity, dtype, are_extreme(scores)),
        loss=loss.name,
        arrays={"input": Array(dtype, [scores, PLAIN_SCORES]), "target": target},
        labels=loss.labels,
        quantity=quantity,
        reduction="none",
        quick=quick and target.shape[-1] == len(PLAIN_SCORES),
        eager=second and dtype not in loss.cases.compiled_second_derivatives,
    )


def lists_of(listed: Sequence[float]) -> Array:
    """Return a list and that of the plain row, as wide as there are classes or wider."""
    width = len(PLAIN_SCORES) if len(listed) <= len(PLAIN_SCORES) else WIDE
    return Array("int64", [padded([int(n) for n in listed], width), padded(PLAIN_LIST, width)])


def _marks(loss: Loss, dtype: str, labels: Sequence[float]) -> Array:
    """Return labels of each class and those of the plain row, in the loss's own convention."""
    plain: Sequence[float] = PLAIN_FRACTIONS if loss.fractions else PLAIN_TRUTH
    if loss.labels == "signed":
        labels, plain = ([2 * y - 1 for y in row] for row in (labels, plain))
    return Array(dtype, [list(labels), list(plain)])


def random_rows() -> Iterator[Case]:
    """Yield sampled rows of each kind of scores."""
    for kind, n, loss in product(KINDS, range(60), losses()):
        for quantity in TWO if n < 12 else TWO[:1]:
            id = f"{loss.prefix}/{slug(quantity)}/random-{kind}-{n}/float32"
            draw = Draw(id)
            x = draw.scores((2, 4), kind=kind)
            case = sampled(id, area_of(quantity), loss, quantity, x, draw, reduction="none")
            yield replace(case, eager=n >= 40)


def repeated() -> Iterator[Case]:
    """Yield lists without -1 of one or two classes each, where it counts how often."""
    for dtype, quantity, n in product(("float32", "float16", "bfloat16"), TWO, range(8)):
        for loss in losses():
            if loss.counts_repeats:
                id = f"{loss.prefix}/{slug(quantity)}/repeated-{n}/{dtype}"
                draw = Draw(id)
                arrays = {
                    "input": draw.scores((2, 4), dtype, "ties"),
                    "target": draw.repeated((2, 4), 4),
                }
                area = area_of(quantity, dtype)
                yield Case(id, area, loss.name, arrays, "indices", quantity, reduction="none")


def conventions() -> Iterator[Case]:
    """Yield the edge cases in the conventions that are not the loss's own."""
    for loss, quantity in product(losses(), THREE):
        for labels in CONVENTIONS:
            if loss.has(quantity) and labels != loss.labels:
                yield from _in_convention(loss, quantity, labels)


def _in_convention(loss: Loss, quantity: Quantity, labels: str) -> Iterator[Case]:
    if labels == "indices":  # as a set, whatever is listed twice
        for name, (scores, listed) in LISTS.items():
            if len(listed) <= len(scores):
                yield _as_set(loss, quantity, name, scores, listed)
    elif quantity in TWO:
        for name, (scores, given) in loss.cases.edge_cases.items():
            truth = _truth(given, len(scores)) if loss.takes_lists else given
            if set(truth) <= {0, 1}:
                yield _marked(loss, quantity, labels, name, scores, truth)


def _as_set(
    loss: Loss, quantity: Quantity, name: str, scores: list[float], listed: list[int]
) -> Case:
    second = quantity not in TWO
    case = Case(
        id=f"{loss.prefix}/conventions/indices/{slug(name)}/{slug(quantity)}",
        area="conventions",
        loss=loss.name,
        arrays={
            "input": Array("float32", [scores, PLAIN_SCORES]),
            "target": lists_of(listed),
        },
        labels="indices",
        quantity=quantity,
        reduction="none",
        quick=not second,
    )
    return replace(case, implementations=("mlloss",)) if second else case


def _marked(
    loss: Loss,
    quantity: Quantity,
    labels: str,
    name: str,
    scores: list[float],
    truth: Sequence[float],
) -> Case:
    """Return a row with one label a class, 0 or 1 for `truth`."""
    plain = _truth(PLAIN_LIST, len(PLAIN_SCORES)) if loss.takes_lists else PLAIN_TRUTH
    rows = [list(truth), list(plain)]
    if labels == "signed":
        rows = [[2 * y - 1 for y in row] for row in rows]
    return Case(
        id=f"{loss.prefix}/conventions/{labels}/{slug(name)}/{slug(quantity)}",
        area="conventions",
        loss=loss.name,
        arrays={
            "input": Array("float32", [scores, PLAIN_SCORES]),
            "target": Array("int64" if loss.takes_lists else "float32", rows),
        },
        labels=labels,
        quantity=quantity,
        reduction="none",
    )


def narrow() -> Iterator[Case]:
    """Yield lists of one slot, of edge cases with one target."""
    for loss in losses():
        for name, (scores, listed) in LISTS.items():
            if loss.takes_lists and len(_targets(listed)) == 1:
                yield Case(
                    id=f"{loss.prefix}/conventions/one-slot/{slug(name)}",
                    area="conventions",
                    loss=loss.name,
                    arrays={
                        "input": Array("float32", [scores, PLAIN_SCORES]),
                        "target": Array("int64", [[listed[0]], [2]]),
                    },
                    labels="indices",
                    reduction="none",
                    implementations=("mlloss",),
                )


def _targets(listed: Sequence[float]) -> Sequence[float]:
    """Return what stands before the first -1."""
    listed = list(listed)
    return listed[: listed.index(-1)] if -1 in listed else listed


def _truth(listed: Sequence[float], classes: int) -> list[float]:
    """Return 1 for each listed class, 0 for the others."""
    return [1 if c in _targets(listed) else 0 for c in range(classes)]
