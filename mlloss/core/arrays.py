"""The array types in the signatures of public functions."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar


class ArrayLike(Protocol):
    """An array of any framework: it has a shape and a dtype, and a Python list has neither."""

    @property
    def shape(self) -> Any: ...
    @property
    def dtype(self) -> Any: ...


ArrayT = TypeVar("ArrayT", bound=ArrayLike)  # the result is of the type of the scores
