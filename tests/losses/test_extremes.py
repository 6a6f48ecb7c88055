"""Every row of the zoo, in every float dtype: values, derivatives and second derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import zoo
from calls import Call, check_gradient, check_loss, check_second
from frameworks import Framework

from mlloss.conformance.expected import reference
from mlloss.conformance.expected.reference import MARGIN, SOFT

NONE = {"reduction": "none"}
LISTED = {"reduction": "none", "labels": "indices"}
CALLS = {
    "margin": Call(MARGIN, zoo.SCORES, zoo.TARGETS, options=NONE, names=zoo.NAMES),
    "soft-lists": Call(SOFT, zoo.SCORES, zoo.TARGETS, options=LISTED, names=zoo.NAMES),
    "soft": Call(SOFT, zoo.SOFT_SCORES, zoo.SOFT_TARGETS, options=NONE, names=zoo.SOFT_NAMES),
    "soft-exact": Call(
        SOFT, zoo.SOFT_SCORES, zoo.EXACT_TARGETS, options=NONE, names=zoo.SOFT_NAMES
    ),
    "soft-weighted": Call(
        SOFT,
        zoo.SOFT_SCORES,
        zoo.EXACT_TARGETS,
        np.array([0, 1, 2.5, 0]),
        NONE,
        names=zoo.SOFT_NAMES,
    ),
}


@pytest.mark.parametrize("zoo_call", CALLS)
def test_values(framework: Framework, zoo_call: str):
    for dtype in framework.floats:
        check_loss(framework, CALLS[zoo_call], dtype)


@pytest.mark.parametrize("zoo_call", CALLS)
def test_gradients(differentiating: Framework, zoo_call: str):
    for dtype in differentiating.floats:
        check_gradient(differentiating, CALLS[zoo_call], dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("zoo_call", CALLS)
def test_second_derivatives(differentiating: Framework, zoo_call: str, dtype: str):
    check_second(differentiating, CALLS[zoo_call], dtype)


def test_subnormal_scores(framework: Framework):
    names = tuple(zoo.SUBNORMAL)
    call = Call(MARGIN, zoo.SUBNORMAL_SCORES, zoo.SUBNORMAL_TARGETS, options=NONE, names=names)
    check_loss(framework, call)
    if framework.flushes_sometimes:
        _check_either_gradient(framework, call)
    elif framework.differentiates:
        check_gradient(framework, call)


def _check_either_gradient(framework: Framework, call: Call) -> None:
    """With subnormals as they are, or as 0: nothing in between."""
    arrays = call.arrays(framework, "float32")
    got = framework.numpy(framework.gradient(call.function(framework), *arrays))
    seen = call.seen(framework, "float32")
    flushed = replace(seen, input=np.where(np.abs(seen.input) < 1e-38, 0, seen.input))
    either = [each.true(reference.gradient) for each in (seen, flushed)]
    fine = [np.isclose(got, want, rtol=1e-6, atol=0).all(-1) for want in either]
    assert np.logical_or(*fine).all(), f"got {got.tolist()}, but should be one of {either}"
