"""Functions that a framework's compiler is to run, not to read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def opaque(function: F) -> F:
    """Have MindSpore run `function` on stand-ins of its arrays, as it runs its own trace mode.

    It would parse the source of everything the function calls otherwise, and take little of it.
    The arguments must be given by position, and be arrays, numbers, strings or None.
    """
    marked: Any = function
    marked.__wrapped__ = _InTrace(function)
    marked.__trace_func__ = True
    return function


class _InTrace:
    """What MindSpore calls, in mindspore.jit, or parses, elsewhere, in a function's place."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: Any) -> Any:
        try:
            return self._function(*args)
        except Exception:
            from mlloss.backends.mindspore import abandon_trace

            abandon_trace()
            raise

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """In GRAPH_MODE marks are ignored, and the source of the innermost function is read."""
        if "mindspore" not in sys.modules:
            raise AttributeError("__wrapped__")
        from mlloss.backends.mindspore_program import parsed

        return parsed(self._function)


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
