"""First and second derivatives of every loss in eager mode, compared with the reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calls import Call, check_gradient, check_gradient_by, check_second
from frameworks import Framework

from examples import (
    WEIGHTS,
    C,
    N,
    X,
    call,
    each_fractional,
    each_loss,
    each_weight,
    standard_calls,
    weighted,
)

CALLS = standard_calls()
each_call = pytest.mark.parametrize("name", CALLS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each_call
def test_gradient(differentiating: Framework, name: str, dtype: str):
    check_gradient(differentiating, CALLS[name], dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each_call
def test_second_derivative(differentiating: Framework, name: str, dtype: str):
    check_second(differentiating, CALLS[name], dtype)


@each_loss
def test_gradient_of_the_mean_is_not_affected_by_a_nan_row(differentiating: Framework, loss: str):
    x = np.where(np.arange(N)[:, None] == 2, np.nan, X)
    check_gradient(differentiating, replace(call(loss, "indices"), input=x))


@pytest.mark.parametrize("labels", ["binary", "indices"])
@pytest.mark.parametrize("form", [form for form in WEIGHTS if form[0] in "0("])
@each_weight
def test_gradient_by_a_weight(
    differentiating: Framework, loss: str, weight: str, form: str, labels: str
):
    check_gradient_by(differentiating, weighted(loss, form, labels), weight)


@pytest.mark.parametrize("form", ["none", "(C,)"])
@each_fractional
def test_gradient_by_target(differentiating: Framework, loss: str, form: str):
    fractions = np.random.default_rng(3).random((N, C))
    options = {"reduction": "sum", "labels": "binary"}
    weights = {} if form == "none" else weighted(loss, form).weights
    check_gradient_by(differentiating, Call(loss, X, fractions, weights, options), "target")
