"""What each loss is compared with: the framework's own loss, or the formula as users write it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pkgutil import resolve_name
from typing import Any, NamedTuple

from mlloss.conformance.frameworks.composed import composed
from mlloss.conformance.frameworks.natives import Native, native, native_absence
from mlloss.conformance.losses import find


class Baseline(NamedTuple):
    """A function of scores and labels, with its default options."""

    name: str
    function: Callable[..., Any]


def baseline(framework: str, loss: str) -> Baseline | None:
    """Return the baseline of a loss, or None.

    `baselines.py` in the folder of the loss comes first: `BASELINES` has a function for a
    framework that imports it and returns the fields of a `Baseline`. Else that of natives.toml.
    """
    written = find(loss).baselines
    if written and framework in written.BASELINES:
        return Baseline(*written.BASELINES[framework]())
    row = native(framework, loss)
    if isinstance(row, Native) and not native_absence(framework, loss):
        return _native(row, loss)
    return None


def _native(row: Native, loss: str) -> Baseline:
    if row.function:
        return Baseline("native", resolve_name(row.function))
    function = composed(row, loss, ("input", "target"), ("reduction",))
    return Baseline(row.needs or "composed", partial(function, reduction="mean"))
