"""Properties of every loss for any scores and labels, in every framework.

Scores are multiples of 1/8, so that shifts and differences are exact in float32 too; shapes are
fixed, since some frameworks compile for each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from calls import Call
from frameworks import Framework
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import mlloss
from examples import SPECS, C, N, each_loss

few = settings(max_examples=12)
scores = arrays(np.int64, (N, C), elements=st.integers(-64, 64)).map(lambda k: k / 8)
truths = arrays(np.bool_, (N, C))


def evaluate(
    f: Framework, loss: str, x: Any, t: Any, dtype: str = "float32", **options: Any
) -> np.ndarray:
    call = Call(loss, x, t, options={"labels": "binary", "reduction": "none", **options})
    with f.mode(dtype):
        result: np.ndarray = f.numpy(call.function(f)(*call.arrays(f, dtype)))
    return result


def gradient(f: Framework, loss: str, x: Any, t: Any, dtype: str = "float32") -> np.ndarray:
    call = Call(loss, x, t, options={"labels": "binary", "reduction": "none"})
    with f.mode(dtype):
        result: np.ndarray = f.numpy(f.gradient(call.function(f), *call.arrays(f, dtype)))
    return result


def assert_same(got: np.ndarray, want: np.ndarray, rtol: float = 1e-6) -> None:
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-9)


@each_loss
@few
@given(x=scores, t=truths, order=st.permutations(range(C)))
def test_order_of_classes(framework: Framework, loss: str, x: Any, t: Any, order: list[int]):
    want = evaluate(framework, loss, x, t)
    if SPECS[loss].kind == "class":
        want = want[:, order]
    assert_same(evaluate(framework, loss, x[:, order], t[:, order]), want)
    if framework.differentiates:
        moved = gradient(framework, loss, x[:, order], t[:, order])
        assert_same(moved, gradient(framework, loss, x, t)[:, order])


@each_loss
@few
@given(x=scores, t=truths)
def test_conventions_are_equivalent(framework: Framework, loss: str, x: Any, t: Any):
    want = evaluate(framework, loss, x, t)
    given = framework.array(t, "float32")
    signed = framework.numpy(mlloss.to_signed(given, labels="binary"))
    lists = framework.numpy(mlloss.to_indices(given, labels="binary"))
    back = mlloss.to_binary(framework.array(lists, "int32"), labels="indices", num_classes=C)
    np.testing.assert_array_equal(framework.numpy(back), t)
    assert_same(evaluate(framework, loss, x, signed, labels="signed"), want)
    assert_same(evaluate(framework, loss, x, lists, labels="indices"), want)


@each_loss
@few
@given(x=scores, t=truths)
def test_sum_and_mean_are_those_of_none(framework: Framework, loss: str, x: Any, t: Any):
    none = evaluate(framework, loss, x, t).astype(float)
    assert_same(evaluate(framework, loss, x, t, reduction="sum"), none.sum(), 2e-6)
    assert_same(evaluate(framework, loss, x, t, reduction="mean"), none.mean(), 2e-6)


@each_loss
@few
@given(x=scores, t=truths)
def test_rows_are_independent(framework: Framework, loss: str, x: Any, t: Any):
    whole, half = evaluate(framework, loss, x, t), N // 2
    parts = [evaluate(framework, loss, x[part], t[part]) for part in (slice(half), slice(half, N))]
    assert_same(np.concatenate(parts), whole)


@each_loss
@few
@given(x=scores, t=truths, v=scores)
def test_gradient_is_that_of_differences(
    differentiating: Framework, loss: str, x: Any, t: Any, v: Any
):
    """No two scores are nearer to a lead of 1 than 1/64, and the step moves none by 2**-8."""
    x, step = x + np.arange(C) / 64, 2.0**-12
    up, down = (
        evaluate(differentiating, loss, x + s * v, t, "float64").reshape(N, -1).sum(-1)
        for s in (step, -step)
    )
    along = (gradient(differentiating, loss, x, t, "float64") * v).sum(-1)
    np.testing.assert_allclose((up - down) / (2 * step), along, rtol=1e-5, atol=1e-5)
