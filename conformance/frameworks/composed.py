"""Losses that a framework's users write as an expression, since it has no function for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mlloss.conformance.frameworks.natives import Native
from mlloss.core.registry import LOSSES
from mlloss.core.spec import REDUCTIONS

REDUCED = {"none": "terms", "sum": "terms.sum()", "mean": "terms.mean()"}


def statement(native: Native, loss: str, weights: Sequence[str]) -> str:
    """Return the line that computes what reduction="none" returns.

    Args:
        native: one with an expression for the terms of each class.
        loss: its loss: of the kind "row" it is the mean of a row's terms.
        weights: names of arrays that multiply the terms.
    """
    mean = "" if LOSSES[loss].kind == "class" else ".mean(-1)"
    terms = " * ".join([native.expression, *weights])
    return f"terms = {f'({terms})' if weights else terms}{mean}"


def composed(
    native: Native, loss: str, names: Sequence[str], options: Sequence[str]
) -> Callable[..., Any]:
    """Return the loss as a function of arrays of these names, and of options by keyword.

    It runs the lines that porting.code.call prints.
    """
    arguments = [*names, "*", *options]
    results = ", ".join(f"{name!r}: {REDUCED[name]}" for name in REDUCTIONS)
    lines = [
        f"def loss({', '.join(arguments)}):",
        f"    import {native.needs}",
        f"    {statement(native, loss, names[2:])}",
        f"    return {{{results}}}[reduction]",
    ]
    scope: dict[str, Any] = {}
    exec("\n".join(lines), scope)
    function: Callable[..., Any] = scope["loss"]
    return function
