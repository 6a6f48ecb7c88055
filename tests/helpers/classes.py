"""The classes of the losses: mlloss's own, and those of each framework's kind."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from calls import Call
from frameworks import FRAMEWORKS

import mlloss
from examples import SPECS, TARGETS, X, call, weighted

NATIVE = [name for name in FRAMEWORKS if name != "numpy"]
KINDS = [(name, own) for name in FRAMEWORKS for own in (False, True) if own <= (name in NATIVE)]
kinds = pytest.mark.parametrize(
    ("name", "own"), KINDS, ids=[f"{name}-{'native' if own else 'free'}" for name, own in KINDS]
)


def class_of(name: str, own: bool, loss: str) -> Any:
    """Return the class for arrays of any framework, or the framework's own."""
    module: Any = importlib.import_module(f"mlloss.backends.{name}") if own else mlloss
    return getattr(module, SPECS[loss].class_name)


CALLS: dict[str, Call] = {}
for _loss, _spec in SPECS.items():
    CALLS[_loss] = call(_loss)
    CALLS[f"{_loss}-signed"] = call(_loss, "signed")
    _axis = {"axis": 0, "reduction": "none"}
    CALLS[f"{_loss}-axis"] = Call(_loss, X.T, TARGETS[_spec.default_labels].T, options=_axis)
    if _spec.weights:
        CALLS[f"{_loss}-number"] = weighted(_loss, "number", reduction="sum")
        CALLS[f"{_loss}-weight"] = weighted(_loss, "(C,)", reduction="none")
    if _spec.fractions:
        _unchecked = {"labels": "binary", "validate": False}
        CALLS[f"{_loss}-unchecked"] = Call(_loss, X, TARGETS["signed"], options=_unchecked)


def made(name: str, own: bool, call: Call) -> tuple[Any, Any, Any, Any]:
    """Return the object, the function with the same arguments, and two arrays."""
    x, target, *arrays = call.arrays(FRAMEWORKS[name], "float32")
    function, weights = getattr(mlloss, call.loss), dict(zip(call.weights, arrays, strict=True))

    def called(x: Any, target: Any) -> Any:
        return function(x, target, **weights, **call.options)

    return class_of(name, own, call.loss)(**weights, **call.options), called, x, target
