"""A call as a program of MindSpore's operations, for what mindspore.jit or GRAPH_MODE compile.

They parse the source of everything that is called, and take little of Python. So a call is run on
stand-ins, of which all is known but the values; what operations it comes to is written down as a
function of one line for each, and that is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mindspore as ms
from mindspore import Tensor, constexpr
from mindspore.ops.functional import isconstant

from mlloss.backends.mindspore.source import made
from mlloss.backends.mindspore.tracing import dynamic_shapes as sizes
from mlloss.backends.mindspore.tracing.recorder import Record
from mlloss.core.ops import Array


@cache
def parsed(function: Callable[..., Array]) -> Callable[..., Array]:
    """What MindSpore reads in place of a function; it takes no more Python than this."""

    programs: dict[str, Callable[..., Array]] = {}

    @constexpr(check=False)  # type: ignore[untyped-decorator]
    def compiled(kinds: tuple[Any, ...]) -> Callable[..., Array]:
        key = repr((ms.get_context("device_target"), kinds))  # True is no 1
        if key not in programs:
            programs[key] = program(function, kinds)
        return programs[key]

    def call(*args: Any) -> Array:
        kinds: tuple[Any, ...] = ()
        tensors: tuple[Any, ...] = ()
        for x in args:
            if isinstance(x, Tensor):
                shape: tuple[int | None, ...] = ()
                for size in x.shape:
                    shape = (*shape, size if isconstant(size) else None)
                kinds = (*kinds, (shape, x.dtype))
                tensors = (*tensors, x)
            else:
                kinds = (*kinds, x)
        return compiled(kinds)(*tensors)

    return call


def program(function: Callable[..., Array], kinds: Sequence[Any]) -> Callable[..., Array]:
    """A function of the tensors among some arguments, given as shapes and dtypes."""
    sizes.check(kinds)
    first, *others = sizes.SIZES if sizes.is_open(kinds) else sizes.SIZES[:1]
    zeros, ones = (Record(function, kinds, value, first) for value in (0, 1))
    more = [Record(function, kinds, 0, n) for n in others]
    if not zeros.is_like(ones) or any(zeros.lines != other.lines for other in more):
        raise RuntimeError("this MindSpore hides operations from mlloss: no graph can be made")
    lines, constants = zeros.lines, zeros.constants
    if more:
        sized, constants = _sized([zeros, *more])
        constants["one"] = ms.Tensor([1])
        lines = {**sizes.lines(kinds, zeros.inputs), **sized, **lines}
    body = [*(f"{name} = {line}" for name, line in lines.items()), f"return {zeros.result}"]
    text = "\n    ".join(body)
    source = f"def loss({', '.join(zeros.inputs)}):\n    {text}"
    return made(source, {"ms": ms, **constants})


def _sized(records: Sequence[Record]) -> tuple[dict[str, str], dict[str, Any]]:
    """Lines for constants that depend on an open size; and the other ones."""
    lines, constants = {}, {}
    for name, value in records[0].constants.items():
        operation = name in records[0].settings
        values = [r.settings[name] if operation else r.constants[name] for r in records]
        if not sizes.differ(values):
            constants[name] = value
        elif operation:
            constants[f"{name}_of"] = type(value)
            lines[name] = f"{name}_of{sizes.spelt(values)}"
        else:
            lines[name] = sizes.spelt(values)
    return lines, constants
