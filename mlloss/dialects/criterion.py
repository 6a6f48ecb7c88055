"""A loss with its options: what the classes of all dialects have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlloss.core import validation
from mlloss.core.spec import REDUCTIONS, Reduction


class Criterion:
    """To be called with arrays; a dialect says how, in `forward`.

    No module of any framework: there are no parameters, and `weight` stays where it was made.
    """

    reduction: Reduction
    forward: Callable[..., Any]

    def __init__(self, reduction: Reduction = "mean") -> None:
        validation.word(type(self).__name__, "reduction", reduction, REDUCTIONS)
        self.reduction = reduction

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({options})"
