"""The oracle against numbers worked out by hand: all other tests lean on it."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mlloss.conformance.expected import reference
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss

MARGIN = multilabel_margin_loss.__name__
SOFT = multilabel_soft_margin_loss.__name__

INF, NAN = math.inf, math.nan
LOG2 = 0.6931471805599453


def rows(name: str, input: object, target: object, weight: object = None, **options: object):
    return reference.loss(name, input, target, weight, reduction="none", **options)


def slopes(name: str, input: object, target: object, weight: object = None, **options: object):
    return reference.gradient(name, input, target, weight, reduction="sum", **options)


def test_documented_margin_of_torch():
    # (1-(0.1-0.2)) + (1-(0.1-0.4)) + (1-(0.8-0.2)) + (1-(0.8-0.4)) = 1.1 + 1.3 + 0.4 + 0.6
    assert_allclose(reference.loss(MARGIN, [[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]]), 3.4 / 4, 1e-15)


def test_documented_margin_of_paddle():
    # the second row, targets 0 and 2: (1.3 + 0.9) + (1.2 + 0.8) = 4.2; (0.85 + 1.05) / 2 = 0.95
    x = np.array([[0.1, 0.2, 0.4, 0.8], [0.2, 0.5, 0.3, 0.1]], np.float32)
    got = reference.loss(MARGIN, x, [[3, 0, -1, -1], [0, 2, -1, -1]])
    assert abs(got - 0.94999999) < 1.5e-8


def test_documented_margin_of_mindspore():
    # targets 1 and 2 of [0.1, 0.2, 0.4, 0.8]: (0.9 + 1.6) + (0.7 + 1.4) = 4.6; with target 2 of
    # [0.2, 0.5, 0.3, 0.1]: 0.9 + 1.2 + 0.8 = 2.9
    x = [[0.1, 0.2, 0.4, 0.8], [0.2, 0.5, 0.3, 0.1]]
    got = rows(MARGIN, x, [[1, 2, -1, 0], [2, -1, 1, 1]])
    assert_allclose(got, [4.6 / 4, 2.9 / 4], 1e-15)


def test_documented_soft_margin_of_mindspore():
    got = reference.loss(SOFT, [[0.3, 0.6, 0.6], [0.9, 0.4, 0.2]], [[0, 0, 1], [0, 0, 1]])
    assert abs(got - 0.84693956) < 3.5e-7  # printed from float32, and from log(exp(-x) + 1)


def test_documented_soft_margin_of_paddle_puts_plus_minus_one_into_the_formula():
    x, t = [[1, -2, 3], [0, -1, 2], [1, 0, 1]], [[-1, 1, -1], [1, 1, 1], [1, -1, 1]]
    got = rows(SOFT, x, t, labels="formula")
    assert_allclose(got, [3.49625897, 0.71111226, 0.43989015], 1.5e-7)
    # the last row as signed labels: x*y = 1, 0, 1, each costing log(1 + exp(-xy))
    soft = math.log1p(math.exp(-1))
    assert_allclose(rows(SOFT, x, t, labels="signed")[2], (2 * soft + LOG2) / 3, 1e-15)


def test_margin_list_ends_at_the_first_minus_one():
    # target 1 of [0, 0, 2]: (1 - 0) + (1 - (0 - 2)) = 4
    assert_allclose(rows(MARGIN, [[0.0, 0, 2]] * 2, [[1, -1, 2], [1, -1, 10**15]]), [4 / 3] * 2)


def test_margin_duplicates_count_twice_and_soft_margin_takes_a_set():
    # one target against one class, both 0: a hinge of 1 over 2 classes
    assert_array_equal(rows(MARGIN, [[0.0, 0]] * 2, [[0, -1], [0, 0]]), [0.5, 1.0])
    assert_array_equal(slopes(MARGIN, [[0.0, 0]] * 2, [[0, -1], [0, 0]]), [[-0.5, 0.5], [-1, 1]])
    once, twice = rows(SOFT, [[3.0, -1]] * 2, [[0, -1], [0, 0]], labels="indices")
    assert once == twice


def test_margin_is_nothing_without_targets_and_with_all():
    x = [[5.0, 7, 9]] * 2
    assert_array_equal(rows(MARGIN, x, [[-1, 0, 1], [2, 0, 1]]), [0, 0])
    assert_array_equal(slopes(MARGIN, x, [[-1, 0, 1], [2, 0, 1]]), np.zeros((2, 3)))


def test_margin_slope_is_nothing_at_the_kink():
    # target 0 leads class 1 by exactly 1 (inactive) and class 2 by 0.5: 0.5 / 3
    assert_allclose(rows(MARGIN, [[2.0, 1, 1.5]], [[0]]), [0.5 / 3])
    assert_allclose(slopes(MARGIN, [[2.0, 1, 1.5]], [[0]]), [[-1 / 3, 0, 1 / 3]])


def test_margin_decides_in_exact_arithmetic():
    # in float32 -8191.5 - 1 is a tie; with 2**-11 less, x - 1 isn't representable at all
    edge = np.float32(-8191.5) - np.float32(2**-11)
    x = np.array([[edge, np.float32(-8192.5), -9000]], np.float32)
    # 1 - (x0 - x1) = 1 - (1 - 2**-11) = 2**-11 > 0; the third is out of reach
    assert_array_equal(rows(MARGIN, x, [[0]]), [2**-11 / 3])
    # and in float64: 1 - (1 + 2**-52) < 0, 1 - (1 - 2**-53) > 0
    assert_array_equal(rows(MARGIN, [[1 + 2**-52, 0], [1 - 2**-53, 0]], [[0]] * 2), [0, 2**-54])


def test_margin_of_numbers_beyond_float64():
    # 1 + 2 * 1.5e308 overflows, half of it does not
    assert_array_equal(rows(MARGIN, [[-1.5e308, 1.5e308]], [[0]]), [1.5e308])


def test_margin_at_infinity():
    x = [[INF, 0, 0], [-INF, 0, 0], [0, -INF, 0], [0, INF, 0], [INF, INF, 0], [-INF, 0, -INF]]
    # a target at inf: 0; at -inf: inf; another class at -inf costs nothing: (1 - 0) / 3; at inf:
    # inf; inf - inf: nan
    assert_array_equal(rows(MARGIN, x, [[0]] * 6), [0, INF, 1 / 3, INF, NAN, NAN])
    got = slopes(MARGIN, x, [[0]] * 6) * 3
    assert_array_equal(got[:4], [[0, 0, 0], [-2, 1, 1], [-1, 0, 1], [-2, 1, 1]])
    assert np.isnan(got[4:]).all()
    # both targets infinite, or none a target: no pair, no nan
    assert_array_equal(rows(MARGIN, [[INF, INF]] * 2, [[0, 1], [-1, 0]]), [0, 0])


def test_nan_makes_its_row_nan_and_no_other():
    got = rows(MARGIN, [[NAN, 0], [0, 0]], [[-1], [0]])
    assert_array_equal(got, [NAN, 0.5])
    assert_array_equal(slopes(MARGIN, [[NAN, 0]], [[-1]]), [[NAN, NAN]])
    bends = reference.second_derivative(MARGIN, [[NAN, 0], [0, 0]], [[-1], [0]])
    assert_array_equal(bends, [[NAN, NAN], [0, 0]])
    assert_array_equal(rows(SOFT, [[NAN, 0], [0, 0]], [[0, 1]] * 2, [0.0, 1.0]), [NAN, LOG2 / 2])
    assert_array_equal(slopes(SOFT, [[NAN, 0]], [[0, 1]]), [[NAN, -0.25]])


def test_soft_margin_at_zero():
    assert_array_equal(rows(SOFT, [[0.0, 0]], [[1, 0.3]]), [LOG2])
    assert_allclose(slopes(SOFT, [[0.0, 0]], [[1, 0.3]]), [[-0.25, 0.1]])
    assert_array_equal(reference.second_derivative(SOFT, [[0.0, 0]], [[1, 0.3]]), [[0.125, 0.125]])


@pytest.mark.parametrize("x", [-745.0, -88.4, -20.0, -1e-9, 0.5, 20.0, 88.4, 1e4])
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
def test_soft_margin_in_its_tails(x: float, y: float):
    with mpmath.workdps(700):
        s = 1 / (1 + mpmath.exp(-mpmath.mpf(x)))
        value = -(y * mpmath.log(s) + (1 - y) * mpmath.log(1 - s)) if x < 1000 else (1 - y) * x
        slope, bend = s - y, s * (1 - s)
        want = [float(value), float(slope), float(bend)]
    got = [
        rows(SOFT, [x], [y]),
        slopes(SOFT, [x], [y])[0],
        reference.second_derivative(SOFT, [x], [y])[0],
    ]
    assert_allclose(got, want, rtol=2e-15, atol=5e-324)


def test_soft_margin_at_infinity():
    x, y = [[INF], [INF], [-INF], [-INF], [INF]], [[1], [0], [1], [0], [0.5]]
    assert_array_equal(rows(SOFT, x, y), [0, INF, INF, 0, INF])
    assert_array_equal(slopes(SOFT, x, y).ravel(), [0, 1, -1, 0, 0.5])
    assert_array_equal(reference.second_derivative(SOFT, x, y), np.zeros((5, 1)))
    assert_array_equal(rows(SOFT, [[INF, 0]], [[0, 0]], [0, 1]), [LOG2 / 2])
    assert rows(SOFT, [[1.7e308] * 3], [[0] * 3]) == [1.7e308]  # the sum overflows, the mean not


def test_weights_of_every_form():
    x, y = np.zeros((2, 3)), np.zeros((2, 3))  # every class costs log 2
    for weight in (6, [1, 2, 15], [[1, 2, 15]], [[6], [6]], [[0, 0, 18], [6, 6, 6]]):
        assert_allclose(rows(SOFT, x, y, weight), [6 * LOG2] * 2)
    assert_allclose(rows(SOFT, x, y, [1, 5], axis=0), [3 * LOG2] * 3)
    assert_allclose(reference.weight_gradient(SOFT, x, y, 1.0, reduction="sum"), 2 * LOG2)
    assert_allclose(reference.weight_gradient(SOFT, x, y, [1, 2, 3]), [LOG2 / 3] * 3)
    assert_allclose(reference.weight_gradient(SOFT, x, y, [1, 2], axis=0), [LOG2 / 2] * 2)


def test_target_gradient_is_minus_the_score():
    got = reference.target_gradient(SOFT, [[2.0, -3]], [[0.5, 0]], [10, 1])
    assert_allclose(got, [[-10, 1.5]])


def test_reductions_and_zero_rows():
    x, t = [[0.0, 0], [0, 1]], [[0], [0]]  # 1/2 and 2/2
    assert [float(reference.loss(MARGIN, x, t, reduction=r)) for r in ("sum", "mean")] == [
        1.5,
        0.75,
    ]
    assert_array_equal(reference.gradient(MARGIN, x, t), [[-0.25, 0.25]] * 2)
    none, labels = np.zeros((0, 2)), np.zeros((0, 1), int)
    assert rows(MARGIN, none, labels).shape == (0,)
    assert reference.loss(MARGIN, none, labels, reduction="sum") == 0
    assert np.isnan(reference.loss(MARGIN, none, labels))
    assert reference.gradient(MARGIN, none, labels).shape == (0, 2)


def test_axis_moves_the_classes_of_input_and_the_list_of_target():
    x = np.arange(24.0).reshape(2, 3, 4) % 5
    t = np.array([[[0, 1, 2, -1]], [[2, 2, -1, 0]]])  # (2, L=1, 4)
    got = rows(MARGIN, x, t, axis=1)
    want = [[float(rows(MARGIN, x[n, :, m], t[n, :, m])) for m in range(4)] for n in range(2)]
    assert_array_equal(got, want)
    assert reference.gradient(MARGIN, x, t, axis=1).shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("target", "labels"),
    [([[2, 0]], None), ([[-2, 0]], None), ([[0, 2]], "binary"), ([[0, 1]], "signed")],
)
def test_labels_that_break_their_convention_are_refused(target: object, labels: str | None):
    with pytest.raises(ValueError, match=r"classes|are not"):
        reference.loss(MARGIN, [[0.0, 0]], target, labels=labels)
