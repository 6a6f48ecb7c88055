"""`Tiny` for mlloss: what `mlloss.backends.base` asks for, done by the NumPy backend inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mlloss.backends import load
from mlloss.backends.base import Base
from tinyarray import Tiny

_numpy: Any = load("numpy")


class TinyBackend(Base):
    name = "tinyarray"

    def is_array(self, x: object) -> bool:
        return isinstance(x, Tiny)

    def host(self, x: Tiny) -> np.ndarray[Any, Any] | None:
        return x.values

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(self, *args)

    def dtype(self, x: Tiny) -> str:
        return str(x.values.dtype)

    def shape(self, x: Tiny) -> tuple[int, ...]:
        return x.values.shape


def _lifted(name: str) -> Callable[..., Tiny]:
    operation = getattr(_numpy, name)
    return lambda self, *args: Tiny(
        operation(*(x.values if isinstance(x, Tiny) else x for x in args))
    )


OPERATIONS = (
    *("cast", "reshape", "moveaxis", "broadcast_to", "detach", "where", "abs", "isnan", "sum"),
    *("log1p_exp", "sigmoid", "any", "cumsum", "flip", "argsort", "take", "put", "add_at"),
    *("count_below", "histogram", "arange"),
)
for _name in OPERATIONS:
    setattr(TinyBackend, _name, _lifted(_name))

backend = TinyBackend()
