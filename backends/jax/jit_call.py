"""How a call is compiled once, whatever arrays it is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import Any

import jax

from mlloss.core.ops import Array, Ops


def called(ops: Ops, function: Callable[..., Array], args: tuple[Any, ...]) -> Array:
    """function(ops, *args) in one compiled call: op by op takes ten times the time and memory."""
    arrays: list[Any] = []
    static = tuple(_take_out(value, arrays) for value in args)
    return compiled(ops, function, static, *arrays)


@partial(jax.jit, static_argnums=(0, 1, 2))
def compiled(
    ops: Ops, function: Callable[..., Array], static: tuple[Any, ...], *arrays: Array
) -> Array:
    """`called`, with slots among the static arguments where the arrays go."""
    return function(ops, *(_put_back(value, arrays) for value in static))


@dataclass(frozen=True)
class _Slot:
    """Where an array was taken out of static arguments."""

    place: int


def _take_out(value: Any, arrays: list[Any]) -> Any:
    """`value` with slots for the arrays and floats in it, which go to `arrays`."""
    if isinstance(value, (jax.Array, float)):
        arrays.append(value)
        return _Slot(len(arrays) - 1)
    if type(value) is tuple:
        return tuple(_take_out(part, arrays) for part in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    old = {field.name: getattr(value, field.name) for field in fields(value)}
    new = {name: _take_out(part, arrays) for name, part in old.items()}
    return value if all(new[name] is old[name] for name in old) else replace(value, **new)


def _put_back(value: Any, arrays: tuple[Any, ...]) -> Any:
    if isinstance(value, _Slot):
        return arrays[value.place]
    if type(value) is tuple:
        return tuple(_put_back(part, arrays) for part in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {field.name: getattr(value, field.name) for field in fields(value)}
    return replace(value, **{name: _put_back(part, arrays) for name, part in parts.items()})
