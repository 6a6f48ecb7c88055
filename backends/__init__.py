"""Which backend an array belongs to.

No framework is imported unless an array of it can exist, that is, unless it is in `sys.modules`.
Import statements rather than `importlib`: compilers that trace the dispatch understand them.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from mlloss.backends.base import Backend

NAMES = ("numpy", "torch", "jax", "paddle", "mindspore")
GROUP = "mlloss.backends"


def load(name: str) -> Backend:
    """The backend called `name`, its framework imported."""
    if name == "numpy":
        from mlloss.backends.numpy import backend as numpy

        return numpy
    if name == "torch":
        from mlloss.backends.torch import backend as torch

        return torch
    if name == "jax":
        from mlloss.backends.jax import backend as jax

        return jax
    if name == "paddle":
        from mlloss.backends.paddle import backend as paddle

        return paddle
    if name == "mindspore":
        from mlloss.backends.mindspore import backend as mindspore

        return mindspore
    return _third_party(name)


def find(x: object) -> Backend | None:
    """The backend that x is an array of, or None."""
    for name in NAMES:
        if name in sys.modules:
            backend = load(name)
            if backend.is_array(x):
                return backend
    for parent in type(x).__mro__:
        package = parent.__module__.partition(".")[0]
        if package in _entry_points():
            backend = _third_party(package)
            if backend.is_array(x):
                return backend
    return None


def names() -> tuple[str, ...]:
    """Every backend there is, third parties' included."""
    return NAMES + tuple(_entry_points())


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _third_party(name: str) -> Backend:
    backend: Backend = _entry_points()[name].load()
    return backend
