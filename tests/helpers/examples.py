"""Calls of every registered loss, for the tests that hold for all of them.

What differs between losses is read from their records; a test of one loss alone is in
`tests/losses/test_<loss>.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from calls import Call

from mlloss.core.registry import LOSSES as SPECS

LOSSES = tuple(SPECS)
WEIGHTED = [(loss, name) for loss, spec in SPECS.items() for name in spec.weights]
FRACTIONAL = [loss for loss, spec in SPECS.items() if spec.fractions]
each_loss = pytest.mark.parametrize("loss", LOSSES)
each_weight = pytest.mark.parametrize(("loss", "weight"), WEIGHTED)
each_fractional = pytest.mark.parametrize("loss", FRACTIONAL)

RNG = np.random.default_rng(20)
N, C = 6, 7
X = RNG.normal(0, 2, (N, C))
TRUTH = RNG.random((N, C)) < 0.4
TRUTH[0], TRUTH[1] = False, True  # no targets, all targets
LISTS = np.array([[*np.flatnonzero(row), *[-1] * C][:C] for row in TRUTH])
TARGETS = {"indices": LISTS, "binary": TRUTH.astype(int), "signed": np.where(TRUTH, 1, -1)}
X3 = RNG.normal(0, 2, (2, 3, C))
Y3 = RNG.random((2, 3, C)).round(2)
each_convention = pytest.mark.parametrize("labels", TARGETS)

WEIGHTS = {
    "number": 2.5,
    "integer": 3,
    "negative": -1.5,
    "zero": 0,
    "0-d": np.array(2.5),
    "(1,)": np.array([0.5]),
    "(C,)": np.arange(C) / 4,
    "(1,C)": np.arange(C).reshape(1, C) / 4,
    "(N,1)": np.arange(N).reshape(N, 1) / 4,
    "(N,C)": np.arange(N * C).reshape(N, C) / 16 - 1,
}


def call(
    loss: str, labels: str = "", weights: Mapping[str, Any] | None = None, **options: Any
) -> Call:
    """Return a call over X; "" stands for the loss's own convention, which is then not passed."""
    target = TARGETS[labels or SPECS[loss].default_labels]
    if labels:
        options["labels"] = labels
    return Call(loss, X, target, weights or {}, options)


def weighted(loss: str, form: str, labels: str = "", **options: Any) -> Call:
    """Return a call with every weight of the loss in one of the forms of WEIGHTS."""
    return call(loss, labels, dict.fromkeys(SPECS[loss].weights, WEIGHTS[form]), **options)


def along(axis: int, loss: str, labels: str = "", **options: Any) -> Call:
    """Return a call over X and a shifted copy of it, with the class axis elsewhere."""
    flat = call(loss, labels, **options)
    x, target = (np.stack([a, np.roll(a, 1, 0)]) for a in (flat.input, flat.target))
    x, target = (np.moveaxis(a, -1, axis) for a in (x, target))
    return Call(loss, x, target, options={**flat.options, "axis": axis})


def standard_calls() -> dict[str, Call]:
    """Return a few calls of each loss: conventions, reductions, axes and weights."""
    calls: dict[str, Call] = {}
    for loss, spec in SPECS.items():
        for labels in TARGETS:
            calls[f"{loss}-{labels}"] = call(loss, labels, reduction="none")
        calls[f"{loss}-mean"] = call(loss)
        calls[f"{loss}-axis"] = along(1, loss, reduction="sum")
        calls[f"{loss}-one-row"] = Call(loss, X[2], TARGETS[spec.default_labels][2])
        if spec.fractions:
            x, y = np.moveaxis(X3, -1, 1), np.moveaxis(Y3, -1, 1)
            calls[f"{loss}-fractions"] = Call(loss, x, y, options={"axis": 1, "labels": "binary"})
        if spec.weights:
            calls[f"{loss}-number"] = weighted(loss, "negative")
            calls[f"{loss}-weight"] = weighted(loss, "(C,)")
            calls[f"{loss}-weight-of-rows"] = weighted(loss, "(N,1)", "indices")
    return calls
