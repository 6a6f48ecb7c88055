"""A call against its spec, before anything is computed; every message the user can get.

TypeError for kinds (frameworks, dtypes, argument types), ValueError for values and shapes. A
size of None is one that the framework does not know yet, and matches any.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np

from mlloss.core.label_formats import LabelInput
from mlloss.core.spec import CONVENTIONS, FLOATS, LABEL_DTYPES, REDUCTIONS

Shape = tuple[int | None, ...]

_INSTEAD = {  # what somebody probably meant, by what the labels hold
    ("binary", -1): ' for -1/+1 labels pass labels="signed".',
    ("signed", 0): ' for 0/1 labels pass labels="binary".',
}


def call(
    loss: str,
    reduction: object,
    labels: str,
    axis: object,
    validate: object,
    dtype: str,
    shape: Shape,
    target_dtype: str,
    target_shape: Shape,
) -> tuple[int, int]:
    """All of a loss but its weight and the labels' values; how many classes, on which axis."""
    choices(loss, reduction, labels, validate)
    axis = class_axis(loss, "input", axis, shape)
    classes = scores(loss, dtype, shape, axis)
    label_dtype(loss, labels, target_dtype)
    label_shape(loss, labels, target_shape, shape, axis)
    return classes, axis


def choices(loss: str, reduction: object, labels: object, validate: object) -> None:
    """The arguments that are words."""
    word(loss, "reduction", reduction, REDUCTIONS)
    convention(loss, labels)
    flag(loss, "validate", validate)


def convention(caller: str, labels: object) -> None:
    """`labels` names a convention."""
    word(caller, "labels", labels, CONVENTIONS)


def word(caller: str, argument: str, value: object, words: tuple[str, ...]) -> None:
    """An argument is one of these words."""
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"{caller}: {argument} must be one of {_words(words)}; got {value!r}.")


def flag(caller: str, argument: str, value: object) -> None:
    """An argument is None or a bool."""
    if value is not None and value is not True and value is not False:
        raise TypeError(f"{caller}: {argument} must be None, True or False; got {value!r}.")


def class_axis(caller: str, argument: str, axis: object, shape: Shape) -> int:
    """`axis` as a number from the front."""
    axis = axis_number(caller, axis)
    if not shape:
        raise ValueError(f"{caller}: {argument} must have a class axis; got shape ().")
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{caller}: axis {axis} is out of range for {argument} of shape {_text(shape)}."
        )
    return axis % len(shape)


def axis_number(caller: str, axis: object) -> int:
    """`axis` is a whole number."""
    if isinstance(axis, bool) or not isinstance(axis, Integral):
        raise TypeError(f"{caller}: axis must be an int; got {axis!r}.")
    return int(axis)


def scores(loss: str, dtype: str, shape: Shape, axis: int) -> int:
    """`input`'s dtype and classes; how many classes there are."""
    if dtype not in FLOATS:
        raise TypeError(f"{loss}: input must be {_or(FLOATS)}; got {dtype}.")
    classes = shape[axis]
    if classes is None:
        raise ValueError(
            f"{loss}: input must have a known number of classes; got shape {_text(shape)}."
        )
    if classes == 0:
        raise ValueError(
            f"{loss}: input must have at least one class; got shape {_text(shape)}, "
            f"with 0 classes on axis {axis}."
        )
    return classes


def label_dtype(caller: str, labels: str, dtype: str) -> None:
    """`target`'s dtype can hold labels of the convention."""
    if dtype in LABEL_DTYPES[labels]:
        return
    if labels == "indices":
        raise TypeError(
            f"{caller}: target must be integers (class numbers, ended by -1); got {dtype}. "
            'For one label a class pass labels="binary" or labels="signed".'
        )
    kind = "signed integers or floats (-1 or +1 for each class)"
    if labels == "binary":
        kind = "bool, integers or floats (0 or 1 for each class)"
    raise TypeError(f"{caller}: target must be {kind}; got {dtype}.")


def class_count(caller: str, labels: str, num_classes: object, size: int | None) -> int:
    """The number of classes: the size of the class axis, or told for index lists."""
    if num_classes is None and labels != "indices" and size is not None:
        return size
    if isinstance(num_classes, bool) or not isinstance(num_classes, Integral):
        raise TypeError(f"{caller}: num_classes must be an int; got {num_classes!r}.")
    if int(num_classes) < 1:
        raise ValueError(f"{caller}: num_classes must be at least 1; got {num_classes}.")
    if labels != "indices" and not _same(int(num_classes), size):
        raise ValueError(
            f"{caller}: num_classes must be the {_size(size)} classes of target; got {num_classes}."
        )
    return int(num_classes)


def label_shape(loss: str, labels: str, target: Shape, input: Shape, axis: int) -> None:
    """`target`'s shape is `input`'s, but that index lists have a width of their own."""
    wanted = input if labels != "indices" else (*input[:axis], None, *input[axis + 1 :])
    if _fits(target, wanted):
        return
    text = _text(input)
    if labels == "indices":
        text = f"{_text(input, axis)} (input's, with any width for L on axis {axis})"
    raise ValueError(f"{loss}: target must have shape {text}; got {_text(target)}.")


def weight_number(loss: str, name: str, weight: object) -> None:
    """Check that a weight that is no array is a plain number."""
    if isinstance(weight, bool) or not isinstance(weight, Real):
        raise TypeError(
            f"{loss}: {name} must be None, a number or an array of input's framework; "
            f"got {_kind(weight)}."
        )
    try:
        float(weight)
    except OverflowError:
        raise ValueError(f"{loss}: {name} must be a number that a float holds.") from None


def weight_dtype(loss: str, name: str, dtype: str) -> None:
    """Check that a weight that is an array holds numbers."""
    if dtype == "bool" or dtype not in LABEL_DTYPES["binary"]:
        raise TypeError(f"{loss}: {name} must be floats or integers; got {dtype}.")


def weight_array(loss: str, name: str, dtype: str, shape: Shape, input: Shape, axis: int) -> None:
    """Check that a weight is (C,) or broadcasts to `input` without changing its shape."""
    weight_dtype(loss, name, dtype)
    if len(shape) == 1:
        fine = _fits(shape, (input[axis],)) or shape == (1,)
    else:
        fine = len(shape) <= len(input) and all(
            w == 1 or _same(w, x) for w, x in zip(reversed(shape), reversed(input), strict=False)
        )
    if not fine:
        raise ValueError(
            f"{loss}: {name} must be a number, one number a class ({_size(input[axis])},), or "
            f"broadcast to input's shape {_text(input)}; got shape {_text(shape)}."
        )


def chunks(loss: str, logits: object, chunk_size: object) -> None:
    """A function that makes scores, and how many at once."""
    if not callable(logits):
        raise TypeError(f"{loss}: logits must be a function (start, stop); got {_kind(logits)}.")
    if isinstance(chunk_size, bool) or not isinstance(chunk_size, Integral):
        raise TypeError(f"{loss}: chunk_size must be an int; got {chunk_size!r}.")
    if chunk_size < 1:
        raise ValueError(f"{loss}: chunk_size must be at least 1; got {chunk_size}.")


def chunk(loss: str, name: str, dtype: str, shape: Shape, wanted: Shape) -> None:
    """The scores of a chunk."""
    if dtype not in FLOATS:
        raise TypeError(f"{loss}: {name} must be {_or(FLOATS)}; got {dtype}.")
    if not _fits(shape, wanted):
        raise ValueError(f"{loss}: {name} must have shape {_text(wanted)}; got {_text(shape)}.")


def same_dtype(loss: str, name: str, dtype: str, first: str) -> None:
    """All chunks of scores have one dtype."""
    if dtype != first:
        raise TypeError(f"{loss}: {name} must be {first} as the chunk before; got {dtype}.")


def no_array(caller: str, argument: str, value: object, names: tuple[str, ...]) -> TypeError:
    """An argument that is no array of any framework we know."""
    return TypeError(
        f"{caller}: {argument} must be an array of one of the frameworks {', '.join(names)}; "
        f"got {_kind(value)}."
    )


def mixed(loss: str, argument: str, framework: str, first: str, first_framework: str) -> TypeError:
    """An argument of another framework than the first one."""
    return TypeError(
        f"{loss}: all arrays must be of one framework; {first} is of {first_framework}, "
        f"{argument} of {framework}."
    )


def unseen(caller: str) -> ValueError:
    """Labels to be looked at whose values are not at hand."""
    return ValueError(
        f"{caller}: checking labels (validate=True) needs the values of target, which are not at "
        "hand here (traced, compiled, batched or on a device); a loss with validate=None makes "
        "wrong rows nan instead."
    )


def wrong_labels(caller: str, row: np.ndarray[Any, Any], given: LabelInput) -> ValueError:
    """What is wrong with a row of labels that breaks its convention."""
    if given.labels == "indices":
        number = next(n for n in row.tolist() if not 0 <= n < given.classes)
        return ValueError(
            f"{caller}: target has class number {number}, but with {given.classes} classes a class "
            f"number is in 0 ... {given.classes - 1}, and -1 ends the list."
        )
    allowed = _allowed(given)
    value = next(v for v in row.astype(np.float64).tolist() if not allowed(v))
    expected = (
        "-1 or 1." if given.labels == "signed" else "0 ... 1;" if given.fractions else "0 or 1;"
    )
    if given.labels == "binary":
        expected += ' for class numbers pass labels="indices".'
    instead = _INSTEAD.get((given.labels, value), f" expected {expected}")
    number = int(value) if value.is_integer() else value
    return ValueError(f"{caller}: target has {number} among {given.labels} labels;{instead}")


def _allowed(given: LabelInput) -> Callable[[float], bool]:
    if given.labels == "signed":
        return lambda value: value in (-1, 1)
    if given.fractions:
        return lambda value: 0 <= value <= 1
    return lambda value: value in (0, 1)


def _same(a: int | None, b: int | None) -> bool:
    return a is None or b is None or a == b


def _fits(shape: Shape, wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(map(_same, shape, wanted))


def _size(size: int | None) -> str:
    return "?" if size is None else str(size)


def _text(shape: Shape, free: int | None = None) -> str:
    sizes = ["L" if axis == free else _size(size) for axis, size in enumerate(shape)]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def _words(words: Any) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _or(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
