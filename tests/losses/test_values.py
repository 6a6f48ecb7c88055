"""Values of every loss in eager mode, compared with the reference."""

from __future__ import annotations

import numpy as np
import pytest
from calls import Call, check_loss
from frameworks import Framework

from examples import (
    SPECS,
    WEIGHTED,
    WEIGHTS,
    X3,
    Y3,
    C,
    call,
    each_convention,
    each_fractional,
    each_loss,
    weighted,
)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@each_convention
@each_loss
def test_conventions_and_reductions(framework: Framework, loss: str, labels: str, reduction: str):
    check_loss(framework, call(loss, labels, reduction=reduction))


@each_loss
def test_defaults_are_mean_and_the_losses_own_convention(framework: Framework, loss: str):
    check_loss(framework, call(loss))


@each_convention
@each_loss
def test_float64(framework: Framework, loss: str, labels: str):
    check_loss(framework, call(loss, labels, reduction="none"), "float64")


@each_fractional
def test_fractions(framework: Framework, loss: str):
    check_loss(framework, Call(loss, X3, Y3, options={"labels": "binary", "reduction": "none"}))


WEIGHTED_LOSSES = [loss for loss, spec in SPECS.items() if spec.weights]
each_weighted = pytest.mark.parametrize("loss", WEIGHTED_LOSSES)


@pytest.mark.parametrize("form", WEIGHTS)
@each_weighted
def test_weights(framework: Framework, loss: str, form: str):
    for labels in ("binary", "indices"):
        check_loss(framework, weighted(loss, form, labels, reduction="none"))


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        *[((C,), -1), ((3, C), -1), ((2, 1, C), -1), ((2, 3, 1), -1), ((2, 3, C), -1)],
        *[((C,), 1), ((C, 1), 1), ((C, 3), -2), ((1, C, 1), 1), ((2, C, 3), 1), ((2, 1, 3), 1)],
        *[((C,), 0), ((C, 1, 1), 0), ((2, 1), 0), ((C, 2, 3), -3)],
    ],
)
@pytest.mark.parametrize(("loss", "name"), WEIGHTED)
def test_weights_broadcast_with_any_class_axis(
    framework: Framework, loss: str, name: str, shape: tuple, axis: int
):
    weight = np.random.default_rng(7).random(shape).round(3) + 0.5
    x, y = np.moveaxis(X3, -1, axis), np.moveaxis(Y3.round(), -1, axis)
    options = {"reduction": "none", "axis": axis, "labels": "binary"}
    check_loss(framework, Call(loss, x, y, {name: weight}, options))


@each_loss
@pytest.mark.parametrize("slots", [3, 40, 120])
def test_many_classes(framework: Framework, loss: str, slots: int):
    """Wide enough for each way to count active pairs; ties and repeated classes included."""
    rng = np.random.default_rng(slots)
    x = rng.normal(0, 1, (4, 500)).round(1)
    lists = rng.integers(0, 500, (4, slots))
    lists[1, slots // 2 :] = -1
    lists[2, 0] = -1
    check_loss(framework, Call(loss, x, lists, options={"reduction": "none", "labels": "indices"}))
