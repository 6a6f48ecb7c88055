"""What PyTorch, Paddle and MindSpore have in common: arrays in host memory, which NumPy can read.

There NumPy computes what carries no derivative: it has less to do for each call than they have, and
fewer passes to make.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mlloss.backends.base import Base
from mlloss.backends.numpy import backend as numpy
from mlloss.ops import Array


class HostMemory(Base):
    """`Base` for them; a backend says how an array is made of NumPy's."""

    by_host = True

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        """What NumPy computed as an array, copied or not; whole numbers in index_dtype."""
        raise NotImplementedError

    def own(self, x: Array) -> Array:
        return self.from_host(x) if isinstance(x, np.ndarray) else x

    def given(self: Any, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        """Under tracing, or on another device, by the framework's own operations."""
        seen = [x if isinstance(x, np.ndarray) else self.host(x) for x in args]
        if any(x is None for x in seen):
            result: tuple[Array, ...] = function(self, *map(self.own, args))
            return result
        return tuple(self.from_host(x) for x in numpy.run(function, *seen))
