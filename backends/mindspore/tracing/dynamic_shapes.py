"""Open batch sizes: what in a program depends on the size, n, written as an expression of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mindspore import Tensor

SIZES = (3, 4, 6)  # of stand-ins: two for a straight line, and one to hold it against


def is_open(kinds: Sequence[Any]) -> bool:
    """Whether any tensor among some arguments, given as shapes and dtypes, has an open size."""
    return any(None in shape for shape, _ in _tensors(kinds))


def check(kinds: Sequence[Any]) -> None:
    """An error if sizes are open that are no batch size."""
    shapes = [shape for shape, _ in _tensors(kinds)]
    for shape in shapes:
        beside = None in shape and None not in shapes[0]
        if beside or None in shape[1:] or shape == (None,):
            text = " beside ".join(map(str, [shape, *shapes[:1]])).replace("None", "?")
            raise ValueError(
                "mlloss takes one open size in MindSpore, the first of input and of what goes with "
                f"it, as in Tensor(shape=[None, C]); got {text}. MindSpore itself makes more open "
                "with jit(dynamic=1): use set_inputs or enable_dynamic."
            )


def lines(kinds: Sequence[Any], inputs: Sequence[str]) -> dict[str, str]:
    """What n is; an error where it is 0; and scores of nan where other rows are not as many.

    MindSpore would take one row for all, and `x[:, :1]` of no rows kills its process.
    """
    (scores, (_, dtype)), *others = (
        (x, kind) for x, kind in zip(inputs, _tensors(kinds), strict=True) if None in kind[0]
    )
    result = {"n": f"{scores}.shape[0]", "some": "ms.ops.broadcast_to(one, (n,))"}
    result |= {x: f"ms.ops.depend({x}, some)" for x, _ in [*others, (scores, None)]}
    if others:
        same = " and ".join(f"n == {x}.shape[0]" for x, _ in others)
        wrong = f"0 / ms.ops.scalar_to_tensor({same}, ms.float32)"
        result[scores] += f" + ms.ops.cast({wrong}, ms.{str(dtype).lower()})"
    return result


def spelt(values: Sequence[Any]) -> str:
    """What a constant is for each of `SIZES` as one expression."""
    first = values[0]
    if isinstance(first, tuple):
        return f"({', '.join(map(spelt, zip(*values, strict=True)))},)"
    if isinstance(first, Tensor):
        number = _line([x.item() for x in values])
        return f"ms.ops.scalar_to_tensor({number}, ms.{str(first.dtype).lower()})"
    return _line(values)


def differ(values: Sequence[Any]) -> bool:
    """Whether a constant is another for another size."""
    first, *others = values
    if isinstance(first, Tensor):
        seen = first.asnumpy()
        return not all(np.array_equal(seen, x.asnumpy(), equal_nan=True) for x in others)
    return any(first != x for x in others)


def _line(values: Sequence[Any]) -> str:
    """a * n + b."""
    slope = (values[1] - values[0]) / (SIZES[1] - SIZES[0])
    start = values[0] - slope * SIZES[0]
    if values[2] != slope * SIZES[2] + start or slope % 1:
        raise RuntimeError(f"mlloss knows no expression for {values} at {SIZES} rows")
    return f"{int(slope)} * n + {int(start)}"


def _tensors(kinds: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [x for x in kinds if isinstance(x, tuple)]
