"""Functions that a framework's compiler is to run, not to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def opaque(function: F) -> F:
    """Have mindspore.jit run `function` on stand-ins of its arrays, as it runs its own trace mode.

    It would parse the source of everything the function calls otherwise, and take little of it.
    The arguments must be given by position, and be arrays, numbers, strings or None.
    """

    def in_trace(*args: Any) -> Any:
        try:
            return function(*args)
        except Exception:
            from mlloss.backends.mindspore import abandon_trace

            abandon_trace()
            raise

    marked: Any = function
    unmarked: Any = in_trace
    unmarked.__wrapped__ = _refuse
    marked.__wrapped__ = in_trace
    marked.__trace_func__ = True
    return function


def closed(function: F) -> F:
    """Have mindspore.jit say why it cannot run `function`, which takes functions."""
    marked: Any = function
    marked.__wrapped__ = _refuse_functions
    return function


def _refuse_functions(*args: Any) -> NoReturn:
    raise NotImplementedError(
        "a chunked loss cannot be part of what mindspore.jit compiles: MindSpore cannot hand over "
        "the function that makes the scores"
    )


def _refuse(*args: Any) -> NoReturn:
    raise NotImplementedError(
        "mlloss cannot be part of a Cell that set_context(mode=GRAPH_MODE) compiles as a whole: "
        "use PYNATIVE_MODE and put mindspore.jit around the function or construct"
    )
