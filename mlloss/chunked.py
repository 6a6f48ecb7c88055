"""A loss over more classes than there is memory for: its scores are made, and used up, by chunks.

The maths is that of `losses`: a row's mean over all classes is the mean of its chunks' means, each
counted by its share of the classes. What a chunk needs for its derivative is computed anew when
that is taken (`one_by_one` of the backends), so that one chunk at a time is in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real

import numpy as np

from mlloss.backends import find, load
from mlloss.backends.base import Backend
from mlloss.backends.compiler_boundary import closed
from mlloss.core import label_formats, validation
from mlloss.core.dispatch import backend_of, read_values, same_backend
from mlloss.core.label_formats import IndexLabels, LabelInput
from mlloss.core.ops import Array, Ops
from mlloss.core.reductions import reduce
from mlloss.core.registry import LOSSES
from mlloss.core.spec import Labels, Reduction, compute_dtype
from mlloss.losses.multilabel_soft_margin import multilabel_soft_margin_loss

_NAME = "chunked_multilabel_soft_margin_loss"


def chunked_multilabel_soft_margin_loss(
    logits: Callable[[int, int], Array],
    target: Array,
    weight: Array | float | None = None,
    *,
    chunk_size: int,
    num_classes: int | None = None,
    reduction: Reduction = "mean",
    labels: Labels = "indices",
    validate: bool | None = None,
) -> Array:
    """`multilabel_soft_margin_loss` of scores that never exist all at once.

    The gradient flows to all that `logits` closes over. There is no such form of the margin loss,
    where every class has to be compared with the scores of targets in other chunks.

    Args:
        logits: a function of two ints; `logits(start, stop)` gives the scores of the classes
            start ... stop - 1, floating, (..., stop - start), any leading axes, also none. For a
            gradient it is called twice with the same chunk, and has to give the same again. What
            PyTorch and Paddle draw at random is drawn again, PyTorch's on target's device; JAX has
            keys for it; MindSpore's `ops.dropout` has another mask the second time.
        target: as for `multilabel_soft_margin_loss`, classes or list along the last axis, the
            other axes those of the scores.
        weight: None, a number, one number a class (C,), or an array that broadcasts to (..., C).
        chunk_size: how many classes at most are asked of `logits` at once.
        num_classes: C; needed for labels="indices", where target's shape does not tell it.
        reduction: "none", "mean" (over rows) or "sum".
        labels: how target is written: "indices", "binary" or "signed".
        validate: as for `multilabel_soft_margin_loss`.

    Returns:
        An array of the scores' framework, device and dtype: their shape without the class axis for
        "none", a scalar for "mean" and "sum".

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit; what `logits` gave wrongly, with the chunk.

    Example:
        By hand: the scores are 0 for every class, so that each costs log 2 = 0.693147.

        >>> import numpy as np
        >>> hidden, weights = np.zeros((1, 2)), np.ones((5, 2))
        >>> loss = chunked_multilabel_soft_margin_loss(
        ...     lambda start, stop: hidden @ weights[start:stop].T,
        ...     np.array([[3, 0, -1]]),
        ...     chunk_size=2,
        ...     num_classes=5,
        ... )
        >>> print(loss.round(6))
        0.693147

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """
    return _compute(logits, target, weight, chunk_size, num_classes, reduction, labels, validate)


@closed
def _compute(
    logits: Callable[[int, int], Array],
    target: Array,
    weight: Array | float | None,
    chunk_size: int,
    num_classes: int | None,
    reduction: Reduction,
    labels: Labels,
    validate: bool | None,
) -> Array:
    if isinstance(weight, Real):
        validation.weight_number(_NAME, "weight", weight)
        weight = float(weight)
    validation.choices(_NAME, reduction, labels, validate)
    validation.chunks(_NAME, logits, chunk_size)
    backend, given = _checked(target, weight, num_classes, labels)
    ranges = _ranges(given.classes, chunk_size)
    lists, wrong, validate = _read(backend, given, ranges, validate)
    rows, dtype = _Chunks(backend, logits, given, weight, lists, validate).rows(ranges)
    return backend.run(_reduced, rows, wrong, reduction, dtype)


def _checked(
    target: Array, weight: Array | float | None, num_classes: int | None, labels: Labels
) -> tuple[Backend, LabelInput]:
    """All that can be known before there are scores, and without looking at values."""
    backend = backend_of(_NAME, "target", target)
    shape = backend.static_shape(target)
    axis = validation.class_axis(_NAME, "target", -1, shape)
    validation.label_dtype(_NAME, labels, backend.dtype(target))
    classes = validation.class_count(_NAME, labels, num_classes, shape[axis])
    if weight is not None and not isinstance(weight, float):
        if find(weight) is None:
            validation.weight_number(_NAME, "weight", weight)
        same_backend(_NAME, backend, "weight", weight, "target")
        own = backend.static_shape(weight)
        wide = (*shape[:-1], classes)
        validation.weight_array(_NAME, "weight", backend.dtype(weight), own, wide, axis)
    fractions = LOSSES[multilabel_soft_margin_loss.__name__].fractions
    return backend, LabelInput(target, labels, classes, axis, fractions)


def _ranges(classes: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, classes)) for start in range(0, classes, size)]


def _read(
    backend: Backend, given: LabelInput, ranges: list[tuple[int, int]], validate: bool | None
) -> tuple[IndexLabels | None, Array | None, bool | None]:
    """The lists, the rows that are to be nan for theirs, and `validate` for each chunk."""
    if given.labels == "indices":
        seen = read_values(_NAME, backend, given, validate)
        if isinstance(seen, IndexLabels) and backend.by_host:
            return seen, None, False
        lists, wrong = backend.run(label_formats.read, given, "float32")
        return lists, wrong if seen is None and validate is None else None, False
    seen = None
    for start, stop in ranges:  # read at once they would be copied at once
        part = replace(given, target=given.target[..., start:stop], classes=stop - start)
        seen = read_values(_NAME, backend, part, validate)
    return None, None, None if seen is None and validate is None else False


@dataclass(frozen=True)
class _Chunks:
    """A checked call, to be computed a chunk at a time."""

    backend: Backend
    logits: Callable[[int, int], Array]
    given: LabelInput
    weight: Array | float | None
    lists: IndexLabels | None
    validate: bool | None

    def rows(self, ranges: list[tuple[int, int]]) -> tuple[Array, str]:
        """Each row's loss, and the dtype that it is to have."""
        functions = [partial(self.share, *own) for own in ranges]
        parts = self.backend.one_by_one(functions, self.given.target)
        dtypes = [self.backend.dtype(rounded) for _, rounded in parts]
        for (start, stop), dtype in zip(ranges, dtypes, strict=True):
            validation.same_dtype(_NAME, f"logits({start}, {stop})", dtype, dtypes[0])
        shares = [share for share, _ in parts]
        while len(shares) > 1:  # in pairs: one after the other, rounding errors would add up
            shares = [sum(shares[n + 1 : n + 2], shares[n]) for n in range(0, len(shares), 2)]
        return shares[0], dtypes[0]

    def share(self, start: int, stop: int) -> tuple[Array, Array]:
        """What a chunk adds to each row's loss, and the same rounded to the dtype of the scores."""
        scores = self.logits(start, stop)
        dtype = self.dtype(scores, start, stop)
        mean = multilabel_soft_margin_loss(
            self.backend.cast(scores, compute_dtype(dtype)),
            self.labels(start, stop),
            self.weights(start, stop),
            reduction="none",
            labels=self.given.labels,
            validate=self.validate,
        )
        share = self.backend.divide(mean, self.given.classes / (stop - start))
        return share, self.backend.cast(share, dtype)

    def dtype(self, scores: Array, start: int, stop: int) -> str:
        """The dtype of scores that are what they should be."""
        name, backend = f"logits({start}, {stop})", self.backend
        same_backend(_NAME, backend, name, scores, "target")
        dtype, shape = backend.dtype(scores), backend.static_shape(scores)
        lead = backend.static_shape(self.given.target)[:-1]
        validation.chunk(_NAME, name, dtype, shape, (*lead, stop - start))
        return dtype

    def labels(self, start: int, stop: int) -> Array:
        """The labels of a chunk; a list has the chunk's own numbers."""
        if self.lists is None:
            return self.given.target[..., start:stop]
        host = isinstance(self.lists.index, np.ndarray)
        rows = _local(load("numpy") if host else self.backend, self.lists, start, stop)
        lead = self.backend.shape(self.given.target)[:-1]
        return self.backend.reshape(self.backend.to_framework(rows), (*lead, rows.shape[1]))

    def weights(self, start: int, stop: int) -> Array | float | None:
        """The weight of a chunk; one that is the same for all classes is left as it is."""
        weight: Array | float | None = self.weight
        if weight is None or isinstance(weight, float):
            return weight
        shape = self.backend.shape(weight)
        return weight if not shape or shape[-1] == 1 else weight[..., start:stop]


def _local(ops: Ops, lists: IndexLabels, start: int, stop: int) -> Array:
    """Lists of what is in a chunk, in its own numbers: (N, T).

    A list is a set: classes of other chunks make room for the first of this one, or -1.
    """
    inside = lists.listed & (lists.index >= start) & (lists.index < stop)
    own = lists.index - start
    place = ops.cumsum(ops.cast(inside, ops.index_dtype))
    first = ops.cumsum(ops.where(inside & (place == 1), own, 0))[:, -1:]
    return ops.where(inside, own, ops.where(place[:, -1:] > 0, first, -1))


def _reduced(ops: Ops, rows: Array, wrong: Array | None, reduction: Reduction, dtype: str) -> Array:
    """The loss of the rows' losses; rows of wrong lists are nan."""
    shape = ops.shape(rows)
    rows = ops.reshape(rows, (math.prod(shape),))
    if wrong is not None:
        rows = rows * ops.fill_where(wrong, math.nan, ops.dtype(rows))
    rows = reduce(ops, rows, reduction, ops.shape(rows)[0])
    return ops.cast(ops.reshape(rows, shape) if reduction == "none" else rows, dtype)
