"""The tests' own checkers: each passes what is right and fails what is wrong."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

import numpy as np
import pytest
from calls import Call, check_gradient, check_loss, check_second
from closeness import assert_close, rounded
from frameworks import FRAMEWORKS, Framework

import mlloss
from examples import LOSSES

NAN = math.nan


def close(got: Any, want: Any, allowance: float = 1e-6, dtype: str = "float32") -> None:
    assert_close(got, want, allowance, dtype, "this")


def test_close_numbers_pass():
    close([1.0, NAN, math.inf], [1 + 9e-7, NAN, math.inf])
    close(np.float32(0.1), 0.1, 0)
    close(math.inf, 3.5e38)  # what float32 makes of it
    close(1.0, 1 + 2.0**-9, 0, "bfloat16")


@pytest.mark.parametrize(
    ("got", "want"),
    [
        *[(1.0, 1 + 2e-6), (NAN, 1.0), (1.0, NAN), (math.inf, 1.0), (1.0, math.inf), (0.0, 1e-5)],
        *[(3.4e38, math.inf), (-math.inf, math.inf), ([1.0], 1.0), ([[1.0, 1.0]], [1.0, 1.0])],
    ],
)
def test_others_fail_and_say_both_numbers(got: Any, want: Any):
    with pytest.raises(AssertionError, match=r"this: (at .* got .*, but|shape .*, but)"):
        close(got, want)


def test_the_row_is_named():
    with pytest.raises(AssertionError, match=r"at \(1, 0\) second got"):
        assert_close([[0], [1]], [[0], [2]], 0, "float32", "this", ["first", "second"])


def test_bfloat16_is_rounded_to_nearest_even():
    # 8 significant bits: 1 + 2**-8 lies between 1 and 1 + 2**-7, 1 + 3 * 2**-8 between that and
    # 1 + 2**-6; ties go to the even one
    got = rounded(np.array([1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20, 3.4e38, NAN]), "bfloat16")
    np.testing.assert_array_equal(got, [1, 1 + 2**-6, 1 + 2**-7, math.inf, NAN])


X, LISTS = np.array([[0.5, 0.25, -1], [1, 2, 3]]), np.array([[0, -1], [2, 1]])


class WrongBy(Framework):
    """Derivatives off by a factor."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def gradient(self, f: Any, *arrays: Any, argnum: int = 0) -> Any:
        # of target 0 against classes 1 and 2 (inactive), then of targets 2, 1 against 0 (inactive)
        return np.array([[-1, 1, 0], [0, 0, 0]], np.float32) / 3 * np.float32(self.factor)

    def second(self, f: Any, x: Any) -> Any:
        return np.full(x.shape, self.factor - 1)


def test_a_wrong_loss_fails(monkeypatch: pytest.MonkeyPatch):
    for loss in LOSSES:
        call = Call(loss, X, LISTS, options={"reduction": "none", "labels": "indices"})
        check_loss(FRAMEWORKS["numpy"], call)
        right = getattr(mlloss, loss)
        with monkeypatch.context() as patch:
            patch.setattr(mlloss, loss, lambda *a, f=right, **k: f(*a, **k) * np.float32(1 + 4e-6))
            with pytest.raises(AssertionError, match="got"):
                check_loss(FRAMEWORKS["numpy"], call)
            patch.setattr(mlloss, loss, lambda *a, f=right, **k: f(*a, **k).astype("f8"))
            with pytest.raises(AssertionError, match="dtype float64, not float32"):
                check_loss(FRAMEWORKS["numpy"], call)


def test_a_wrong_derivative_fails():
    call = Call("multilabel_margin_loss", X, LISTS, options={"reduction": "sum"})
    check_gradient(WrongBy(1), call)
    check_second(WrongBy(1), call)
    with pytest.raises(AssertionError, match="gradient of"):
        check_gradient(WrongBy(1 + 4e-6), call)
    with pytest.raises(AssertionError, match="second derivative of"):
        check_second(WrongBy(1 + 4e-6), call)


def test_an_absent_framework_skips_or_fails(
    require_framework: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(request.config.option, "require", "jax")
    with pytest.raises(pytest.skip.Exception, match="torch is not installed"):
        require_framework("torch")
    with pytest.raises(pytest.fail.Exception, match="jax is required"):
        require_framework("jax")
