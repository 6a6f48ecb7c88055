"""A loss in the forms that its users have: the function, and the framework's own module."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

import pytest
from calls import Call
from frameworks import FRAMEWORKS
from test_values import LISTS, TRUTH, X

import mlloss
from mlloss.conformance.expected.reference import MARGIN, SOFT

CLASSES = {MARGIN: "MultiLabelMarginLoss", SOFT: "MultiLabelSoftMarginLoss"}
FORMS = [(loss, form) for loss in CLASSES for form in ("function", "module")]
forms = pytest.mark.parametrize(("loss", "form"), FORMS)
CALLS = {MARGIN: Call(MARGIN, X, LISTS), SOFT: Call(SOFT, X, TRUTH.astype(int))}


def made(
    name: str, loss: str, form: str, dtype: str = "float32", **options: Any
) -> tuple[Any, Any, Any]:
    """The loss, input and target."""
    arrays = CALLS[loss].arrays(FRAMEWORKS[name], dtype)
    if form == "function":
        function = getattr(mlloss, loss)
        return partial(function, **options) if options else function, *arrays
    module = importlib.import_module(f"mlloss.backends.{name}")
    return getattr(module, CLASSES[loss])(**options), *arrays


def seen(name: str, loss: str, dtype: str = "float32") -> Call:
    """The call with the numbers that the framework is given."""
    return CALLS[loss].seen(FRAMEWORKS[name], dtype)
