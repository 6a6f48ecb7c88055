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
    found = None  # no return from within a loop: paddle.jit.to_static would garble it
    for name in NAMES:
        if found is None and sys.modules.get(name) is not None:
            found = _owner(load(name), x)
    return _find_third_party(x) if found is None else found


def _find_third_party(x: object) -> Backend | None:
    """Apart, for torch.compile, which cannot read the bases of a class."""
    found = None
    for package in {parent.__module__.partition(".")[0] for parent in type(x).__mro__}:
        if found is None and package in _entry_points():
            found = _owner(_third_party(package), x)
    return found


def _owner(backend: Backend, x: object) -> Backend | None:
    return backend if backend.is_array(x) else None


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
