"""Labels as kernels want them: from each convention to lists or one number a class, and between.

Arrays are 2-D with the class or list axis last. Nothing here looks at values: beside the labels
come the rows that break their convention, (N,) bool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mlloss.core.ops import Array, Ops
from mlloss.core.shapes import to_rows
from mlloss.core.spec import FLOATS, Labels
from mlloss.core.tuning import LISTS_FIRST, LISTS_WHOLE


class IndexLabels(NamedTuple):
    """Target classes as lists, of NumPy where it has read them for a framework in host memory."""

    index: Array  # (N, T) in [0, C); a slot not listed repeats a listed class of its row, or is 0
    listed: Array  # (N, T) bool
    some: Array  # (N, 1) bool: whether the row lists any class


class DenseLabels(NamedTuple):
    """Target classes as one number a class."""

    y: Array  # (N, C)


def to_index_labels(ops: Ops, labels: DenseLabels, classes: int) -> IndexLabels:
    """Every class with a positive number, listed once, each in the slot of its own number."""
    positive = labels.y > 0
    number = class_numbers(ops, labels.y, classes)
    place = ops.cumsum(ops.cast(positive, ops.index_dtype))
    some = place[:, -1:] > 0
    first = ops.cumsum(ops.where(positive & (place == 1), number, 0))[:, -1:]
    return IndexLabels(ops.where(positive, number, first), positive, some)


def class_numbers(ops: Ops, like: Array, classes: int) -> Array:
    """0 ... classes - 1 in every row of `like`."""
    row = ops.reshape(ops.arange(classes, like), (1, classes))
    return ops.broadcast_to(row, (ops.shape(like)[0], classes))


@dataclass(frozen=True)
class LabelInput:
    """Labels as they were given, and all that their convention depends on."""

    target: Array
    labels: Labels
    classes: int
    axis: int  # of the classes or lists, from the front
    fractions: bool  # binary labels may lie between 0 and 1


def read(ops: Ops, given: LabelInput, dtype: str) -> tuple[IndexLabels | DenseLabels, Array]:
    """Labels of any convention, one number a class in `dtype`, and the rows that break it."""
    rows = to_rows(ops, given.target, given.axis)
    if given.labels == "indices":
        *lists, wrong = ops.without_grad(Lists(given.classes), rows)
        return IndexLabels(*lists), wrong
    y = ops.cast(rows, dtype)
    (wrong,) = ops.without_grad(InvalidRows(given.labels, given.fractions), y)
    return _dense(ops, y, given), wrong


def read_dense(ops: Ops, given: LabelInput, dtype: str) -> DenseLabels:
    """One label a class, known to be right or not to be looked at."""
    return _dense(ops, ops.cast(to_rows(ops, given.target, given.axis), dtype), given)


def evidently_right(ops: Ops, given: LabelInput) -> bool:
    """Whether a glance at their least and greatest number tells that the labels are right."""
    if given.labels != "binary" or not (given.fractions or ops.dtype(given.target) not in FLOATS):
        return False
    return ops.known_in_range(given.target, 0, 1)


def cut(target: np.ndarray[Any, Any], given: LabelInput) -> np.ndarray[Any, Any]:
    """Lists without the slots behind the end of every one of them, where that saves reading."""
    few = target.size <= LISTS_WHOLE or target.shape[given.axis] <= LISTS_FIRST
    if given.labels != "indices" or few:
        return target
    return np.moveaxis(_before_the_end(np.moveaxis(target, given.axis, -1)), -1, given.axis)


def _before_the_end(slots: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The slots up to the one that ends the last list, or a few more."""
    width = LISTS_FIRST
    while width < slots.shape[-1]:
        ended = slots[..., :width] == -1
        if ended.any(-1).all():
            width = int(ended.argmax(-1).max(initial=0)) + 1
            break
        width *= 4
    return slots[..., :width]


def parse_if_valid(lists: np.ndarray[Any, Any], classes: int) -> IndexLabels | None:
    """Lists of nothing but class numbers and -1 in fewer looks; None of others."""
    if lists.dtype.kind != "i" or not lists.size:
        return None
    most = lists.max(0).tolist()
    if max(most) >= classes or lists.min() < -1:
        return None
    while len(most) > 1 and most[-1] < 0:
        most.pop()
    index = lists[:, : len(most)].astype(np.int64)  # a copy: a backward pass may need it
    listed = index >= 0
    if not listed.all():
        listed = np.logical_and.accumulate(listed, 1)
        index = np.where(listed, index, np.maximum(index[:, :1], 0))
        if not listed[:, -1].any():  # something stands behind the end of all lists
            return trim(IndexLabels(index, listed, listed[:, :1]))
    return IndexLabels(index, listed, listed[:, :1])


def trim(labels: IndexLabels) -> IndexLabels:
    """Without the slots at the end that no row lists; values are at hand."""
    if labels.listed.all():
        return labels
    width = max(1, int(np.count_nonzero(labels.listed.any(0))))
    return IndexLabels(labels.index[:, :width], labels.listed[:, :width], labels.some)


@dataclass(frozen=True)
class Lists:
    """To read lists of so many classes.

    A list ends at the first number of no class, and is wrong unless that is -1.
    """

    classes: int

    def __call__(self, ops: Ops, target: Array) -> tuple[Array, ...]:
        """The fields of `Listed`, and the rows that are wrong."""
        if ops.shape(target)[1] == 0:  # lists without a slot list nothing
            index = class_numbers(ops, target, 1)
            return index, index < 0, index < 0, ops.any(index < 0)
        number = ops.as_index(target, self.classes)
        worse = (number < -1) | (number >= self.classes)
        ends = ops.after_first(worse | (number == -1))
        listed = ends == 0
        some = listed[:, :1]
        index = ops.where(listed, number, ops.where(some, number[:, :1], 0))
        return index, listed, some, ops.any((ends == 1) & worse)

    def shorter(self, ops: Ops, target: np.ndarray[Any, Any]) -> tuple[Array, ...]:
        """The same, maybe without slots at the end that no row lists."""
        right = parse_if_valid(_before_the_end(target), self.classes)
        return self(ops, target) if right is None else (*right, np.zeros(len(target), bool))


def _dense(ops: Ops, y: Array, given: LabelInput) -> DenseLabels:
    return DenseLabels((y + 1) * 0.5 if given.labels == "signed" else y)


@dataclass(frozen=True)
class InvalidRows:
    """To find the rows of numbers that are no labels."""

    labels: Labels
    fractions: bool

    def __call__(self, ops: Ops, y: Array) -> tuple[Array]:
        if self.labels == "signed":
            right = (y == 1) | (y == -1)
        elif self.fractions:
            right = (y >= 0) & (y <= 1)
        else:
            right = (y == 0) | (y == 1)
        return (ops.any(~right),)


def to_dense(ops: Ops, labels: IndexLabels, classes: int) -> Array:
    """Whether each class is listed: (N, classes) bool."""
    nothing = class_numbers(ops, labels.index, classes) * 0
    return ops.add_at(nothing, labels.index, ops.cast(labels.listed, ops.index_dtype)) > 0
