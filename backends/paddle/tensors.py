"""What Paddle's tensors and the values of its static graphs are asked, and made of."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import paddle
from paddle.nn.functional import pad

from mlloss.core.ops import Array

_BLOCK = 1024  # paddle adds term after term: 1e6 are 7e-5 off in float32, 7e-14 in float64


def dtype_name(dtype: Any) -> str:
    """As NumPy calls it."""
    return _NAMES.get(id(dtype)) or _name(dtype)


@cache
def _name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


# an attribute of paddle, which is what a tensor's dtype is, takes long to hash
_NAMES = {id(d): _name(d) for d in vars(paddle).values() if type(d) is paddle.dtype}


def is_static(x: object) -> bool:
    """Whether x is no eager tensor; in eager mode one passes for a static.Variable."""
    return not isinstance(x, paddle.Tensor)


def number(value: float, like: Array) -> Array:
    """Of no axes, to the last digit of like's dtype."""
    if math.isnan(value):  # `paddle.jit.load` cannot read a saved program with a nan in it
        return number(float("inf"), like) * 0
    return paddle.full([], value, like.dtype)  # `where` and static graphs make float32 of 0.1


def blocks(x: Array) -> Array:
    """(..., C) -> (..., B, _BLOCK) with zeros at the end, or (..., 1, C) where C is small."""
    if x.shape[-1] <= _BLOCK:
        return x.unsqueeze(-2)
    count = -(-x.shape[-1] // _BLOCK)
    x = pad(x, [0] * (2 * x.ndim - 1) + [count * _BLOCK - x.shape[-1]])
    return paddle.reshape(x, [0] * (x.ndim - 1) + [count, _BLOCK])  # 0: as it was
