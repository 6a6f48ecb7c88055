"""A loss in the forms that users call: the function, and the framework's own module."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

import pytest
from calls import Call
from frameworks import FRAMEWORKS

import mlloss
from examples import LOSSES, SPECS, call

FORMS = [(loss, form) for loss in LOSSES for form in ("function", "module")]
forms = pytest.mark.parametrize(("loss", "form"), FORMS)


def made(
    name: str, loss: str, form: str, dtype: str = "float32", **options: Any
) -> tuple[Any, Any, Any]:
    """Return the loss, an input and a target of one framework."""
    arrays = call(loss).arrays(FRAMEWORKS[name], dtype)
    if form == "function":
        function = getattr(mlloss, loss)
        return partial(function, **options) if options else function, *arrays
    module = importlib.import_module(f"mlloss.backends.{name}")
    return getattr(module, SPECS[loss].class_name)(**options), *arrays


def seen(name: str, loss: str, dtype: str = "float32") -> Call:
    """Return the call with the numbers that remain after rounding to the arrays' dtypes."""
    return call(loss).seen(FRAMEWORKS[name], dtype)
