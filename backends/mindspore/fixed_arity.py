"""Functions of a fixed number of arguments, written out for MindSpore's parser.

An operation's function and its `bprop` are parsed from source (MindSpore 2.10), and may have no
*args. They are therefore generated for each number of arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mindspore import ops

from mlloss.backends.mindspore.source import made
from mlloss.core.ops import Array

Function = Callable[..., Any]
Widen = Callable[[Array, Array], Array]


def with_arity(function: Function, count: int) -> Function:
    """Return the function with `count` positional parameters in place of *args."""
    args = _arguments(count)
    return made(f"def fixed({args}):\n    return function({args})", {"function": function})


def backward(derivatives: Sequence[Function | None]) -> Function:
    """Return the `bprop` of a function of that many arguments.

    Args:
        derivatives: for each argument a function of all arguments and the incoming gradient, or
            None for an argument without a derivative.
    """
    args = _arguments(len(derivatives))
    source = f"""
def bprop({args}, out, gradient):
    return ({_gradients(derivatives, "gradient")})"""
    return made(source.strip(), {"ops": ops, **_named(derivatives)})


def backward_again(
    widen: Widen, narrow: Widen, derivative: Function, seconds: Sequence[Function | None]
) -> Function:
    """Return the `bprop` of a derivative times the incoming gradient g, its last argument.

    Args:
        widen: brings g to the shape of the derivative.
        narrow: sums what has that shape to the shape of g.
        derivative: a function of the arguments.
        seconds: as `derivatives` of `backward`, for the derivative.
    """
    args = _arguments(len(seconds))
    source = f"""
def bprop({args}, g, out, gradient):
    wide = gradient * widen(g, x0)
    by_g = narrow(gradient * derivative({args}), x0)
    return ({_gradients(seconds, "wide")} by_g)"""
    names = {"ops": ops, "widen": widen, "narrow": narrow, "derivative": derivative}
    return made(source.strip(), {**names, **_named(seconds)})


def backward_piecewise_linear(by_first: Function, count: int) -> Function:
    """Return the `bprop` of an operation of `count` arguments that gives (value, derivative).

    Args:
        by_first: a function of the two results and the incoming gradient of the value; it returns
            the gradient by the first argument.
    """
    zeros = _gradients([None] * count, "").partition(" ")[2]
    source = f"""
def bprop({_arguments(count)}, out, gradient):
    return (by_first(out[0], out[1], gradient[0]), {zeros})"""
    return made(source.strip(), {"ops": ops, "by_first": by_first})


def _arguments(count: int) -> str:
    return ", ".join(f"x{i}" for i in range(count))


def _gradients(derivatives: Sequence[Function | None], gradient: str) -> str:
    """Return the source of each argument's gradient, with a comma after each."""
    args = _arguments(len(derivatives))
    parts = (
        f"ops.zeros_like(x{i})," if derivative is None else f"by{i}({args}, {gradient}),"
        for i, derivative in enumerate(derivatives)
    )
    return " ".join(parts)


def _named(derivatives: Sequence[Function | None]) -> dict[str, Function]:
    return {f"by{i}": f for i, f in enumerate(derivatives) if f is not None}
