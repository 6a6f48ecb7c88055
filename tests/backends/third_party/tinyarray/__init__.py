"""An array type of somebody else's: read-only numbers that NumPy's functions know nothing of."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np


class Tiny:
    """Arithmetic, comparisons and slices; no `__array__`, so that NumPy cannot help itself."""

    __array_ufunc__ = None
    __hash__ = None

    def __init__(self, values: Any, dtype: Any = None) -> None:
        self.values = np.array(values, dtype)
        self.values.flags.writeable = False

    def __getitem__(self, key: Any) -> Tiny:
        return Tiny(self.values[key])

    def __bool__(self) -> bool:
        raise TypeError("a Tiny has no truth value: nobody is to look at its numbers")

    def __repr__(self) -> str:
        return f"Tiny({self.values.tolist()})"


def _own(x: Any) -> Any:
    if isinstance(x, np.ndarray | np.generic):
        raise TypeError("a Tiny does not mix with NumPy's arrays")
    return x.values if isinstance(x, Tiny) else x


def _forward(operation: Callable[..., Any]) -> Callable[..., Tiny]:
    return lambda *args: Tiny(operation(*map(_own, args)))


def _backward(operation: Callable[..., Any]) -> Callable[..., Tiny]:
    return lambda a, b: Tiny(operation(_own(b), _own(a)))


for _name in ("add", "sub", "mul", "truediv"):
    setattr(Tiny, f"__{_name}__", _forward(getattr(operator, _name)))
    setattr(Tiny, f"__r{_name}__", _backward(getattr(operator, _name)))
for _name in ("eq", "ne", "lt", "le", "gt", "ge", "and_", "or_", "invert", "neg"):
    setattr(Tiny, f"__{_name.rstrip('_')}__", _forward(getattr(operator, _name)))
