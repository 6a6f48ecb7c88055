"""From one way of writing labels to another, for arrays of any framework.

Where values are at hand, labels that break their convention are an error. Under tracing such a
row becomes nan, in whole numbers -2 (2 where they are unsigned): what no convention has, so that
no loss takes it for labels.
"""

from __future__ import annotations

import math
from typing import Any

from mlloss.backends.base import Backend
from mlloss.backends.compiler_boundary import opaque
from mlloss.core import label_formats, validation
from mlloss.core.dispatch import backend_of, read_values
from mlloss.core.label_formats import DenseLabels, LabelInput, class_numbers
from mlloss.core.ops import Array, Ops
from mlloss.core.shapes import from_rows
from mlloss.core.spec import FLOATS, SIGNED_INTEGERS, UNSIGNED_INTEGERS, Labels


def to_indices(
    target: Array, *, labels: Labels, num_classes: int | None = None, axis: int = -1
) -> Array:
    """Labels as lists of class numbers, filled up with -1.

    Args:
        target: labels as `labels` says, classes or list along `axis`, any leading axes.
        labels: how target is written: "indices", "binary" ({0, 1}) or "signed" ({-1, +1}).
        num_classes: C; needed for "indices", where the shape does not tell it.
        axis: the class or list axis.

    Returns:
        Whole numbers in target's shape: lists of width C with the lowest class first, or, of
        index lists, the same lists with -1 in place of all that follows the first -1.

    Raises:
        TypeError: an argument of the wrong kind or dtype.
        ValueError: labels that break their convention.

    Example:
        >>> import numpy as np
        >>> to_indices(np.array([[1, 0, 1, 0]]), labels="binary")
        array([[ 0,  2, -1, -1]])
    """
    return _convert("to_indices", target, labels, num_classes, axis)


def to_binary(
    target: Array, *, labels: Labels, num_classes: int | None = None, axis: int = -1
) -> Array:
    """Labels as 0 or 1 for each class.

    Args:
        target, labels, num_classes, axis: as for `to_indices`.

    Returns:
        target's dtype, in target's shape with C in place of the list axis.

    Raises:
        TypeError: an argument of the wrong kind or dtype.
        ValueError: labels that break their convention.

    Example:
        >>> import numpy as np
        >>> to_binary(np.array([[2, 0, -1, 1]]), labels="indices", num_classes=4)
        array([[1, 0, 1, 0]])
    """
    return _convert("to_binary", target, labels, num_classes, axis)


def to_signed(
    target: Array, *, labels: Labels, num_classes: int | None = None, axis: int = -1
) -> Array:
    """Labels as -1 or +1 for each class.

    Args:
        target, labels, num_classes, axis: as for `to_indices`.

    Returns:
        target's dtype (whole numbers that hold -1 where target's are bool or unsigned), in
        target's shape with C in place of the list axis.

    Raises:
        TypeError: an argument of the wrong kind or dtype.
        ValueError: labels that break their convention.

    Example:
        >>> import numpy as np
        >>> to_signed(np.array([[1, 0, 1, 0]]), labels="binary")
        array([[ 1, -1,  1, -1]])
    """
    return _convert("to_signed", target, labels, num_classes, axis)


def check_labels(
    target: Array,
    *,
    labels: Labels,
    num_classes: int | None = None,
    axis: int = -1,
    fractions: bool = False,
) -> None:
    """An error if labels break their convention; the values must be at hand.

    Args:
        target, labels, num_classes, axis: as for `to_indices`.
        fractions: whether "binary" labels may lie between 0 and 1.

    Raises:
        TypeError: an argument of the wrong kind or dtype.
        ValueError: labels that break their convention, or whose values are not at hand.

    Example:
        >>> import numpy as np
        >>> check_labels(np.array([[3, 0, -1]]), labels="indices", num_classes=4)
    """
    backend, given = _checked("check_labels", target, labels, num_classes, axis, fractions)
    read_values("check_labels", backend, given, validate=True)


def _checked(
    caller: str,
    target: Array,
    labels: Labels,
    num_classes: int | None,
    axis: int,
    fractions: bool = False,
) -> tuple[Backend, LabelInput]:
    backend = backend_of(caller, "target", target)
    validation.convention(caller, labels)
    shape = backend.static_shape(target)
    axis = validation.class_axis(caller, "target", axis, shape)
    validation.label_dtype(caller, labels, backend.dtype(target))
    classes = validation.class_count(caller, labels, num_classes, shape[axis])
    return backend, LabelInput(target, labels, classes, axis, fractions)


@opaque
def _convert(
    caller: str, target: Array, labels: Labels, num_classes: int | None, axis: int
) -> Array:
    backend, given = _checked(caller, target, labels, num_classes, axis)
    read_values(caller, backend, given, validate=None)
    return backend.run(_WRITERS[caller], given)


def _indices(ops: Ops, given: LabelInput) -> Array:
    if given.labels == "indices":
        parsed, wrong = _read(ops, given)
        return _finished(ops, ops.where(parsed.listed, parsed.index, -1), wrong, given)
    mask, wrong = _mask(ops, given)
    number = class_numbers(ops, mask, given.classes)
    slot = ops.cumsum(ops.cast(mask, ops.index_dtype)) - 1
    empty = class_numbers(ops, mask, given.classes + 1) * 0 - 1  # the last slot is cut off again
    filled = ops.put(empty, ops.where(mask, slot, given.classes), ops.where(mask, number, -1))
    return _finished(ops, filled[:, : given.classes], wrong, given)


def _binary(ops: Ops, given: LabelInput) -> Array:
    mask, wrong = _mask(ops, given)
    return _finished(ops, ops.cast(mask, ops.dtype(given.target)), wrong, given)


def _signed(ops: Ops, given: LabelInput) -> Array:
    mask, wrong = _mask(ops, given)
    dtype = ops.dtype(given.target)
    if dtype not in SIGNED_INTEGERS + FLOATS:
        dtype = ops.index_dtype
    return _finished(ops, ops.cast(mask, dtype) * 2 - 1, wrong, given)


_WRITERS = {"to_indices": _indices, "to_binary": _binary, "to_signed": _signed}


def _read(ops: Ops, given: LabelInput) -> tuple[Any, Array]:
    dtype = ops.dtype(given.target)
    return label_formats.read(ops, given, dtype if dtype in FLOATS else "float32")


def _mask(ops: Ops, given: LabelInput) -> tuple[Array, Array]:
    """Whether each class is a target, and the rows that break the convention."""
    parsed, wrong = _read(ops, given)
    if isinstance(parsed, DenseLabels):
        return parsed.y > 0, wrong
    return label_formats.to_dense(ops, parsed, given.classes), wrong


def _finished(ops: Ops, rows: Array, wrong: Array, given: LabelInput) -> Array:
    """Rows in target's own shape, the wrong ones marked."""
    dtype = ops.dtype(rows)
    if dtype != "bool":
        mark = math.nan if dtype in FLOATS else 2 if dtype in UNSIGNED_INTEGERS else -2
        rows = ops.where(ops.reshape(wrong, (ops.shape(rows)[0], 1)), mark, rows)
    return from_rows(ops, rows, given.target, given.axis)
