"""Functions that a framework's compiler is to run, not to read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def opaque(function: F) -> F:
    """Have MindSpore's compilers run `function` on stand-ins, and parse what that comes to.

    They would parse the source of everything the function calls otherwise, and take little of it.
    The arguments must be given by position, and be arrays, numbers, strings or None.
    """
    marked: Any = function
    marked.__wrapped__ = _Parsed(function)
    return function


class _Parsed:
    """What MindSpore unwraps, as it reads the source of the innermost function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: Any) -> Any:
        return self._function(*args)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        if "mindspore" not in sys.modules:
            raise AttributeError("__wrapped__")
        from mlloss.backends.mindspore.tracing.emit import parsed

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
