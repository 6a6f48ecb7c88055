"""Labels that break their convention: an error where values are at hand, nan rows under tracing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from calls import Call, gradient_allowance, loss_allowance
from closeness import assert_close
from frameworks import FRAMEWORKS, Framework

from mlloss.conformance.expected import reference
from mlloss.conformance.expected.reference import MARGIN, SOFT

NAN = math.nan
X = np.array([[0.1, 0.2, 0.4, 0.8], [1, -2, 3, 0], [0.5, 0, -0.5, 2]])
# name: loss, convention, the wrong row, dtype of labels, the error after "LOSS: target has "
CASES: dict[str, tuple[str, str, list[float], str, str]] = {
    "margin, -1 in binary": (MARGIN, "binary", [0, -1, 1, 0], "float32", "-1 among binary labels"),
    "margin, 2 in binary": (MARGIN, "binary", [0, 2, 1, 0], "int32", "2 among binary labels"),
    "margin, half": (MARGIN, "binary", [0, 0.5, 1, 0], "float32", "0.5 among binary labels"),
    "margin, nan": (MARGIN, "binary", [0, NAN, 1, 0], "float32", "nan among binary labels"),
    "soft, -1 in binary": (SOFT, "binary", [0, -1, 1, 0], "int32", "-1 among binary labels"),
    "soft, 1.5": (SOFT, "binary", [0, 1.5, 1, 0], "float32", "1.5 among binary labels"),
    "soft, below 0": (SOFT, "binary", [0, -0.25, 1, 0], "float32", "-0.25 among binary labels"),
    "soft, nan": (SOFT, "binary", [0, 1, 1, NAN], "float32", "nan among binary labels"),
    "soft, inf": (SOFT, "binary", [0, 1, 1, math.inf], "float32", "inf among binary labels"),
    "soft, 255": (SOFT, "binary", [255, 1, 1, 0], "uint8", "255 among binary labels"),
    "margin, 0 in signed": (MARGIN, "signed", [1, 0, -1, 1], "int32", "0 among signed labels"),
    "soft, 0 in signed": (SOFT, "signed", [1, 0, -1, 1], "float32", "0 among signed labels"),
    "soft, fraction in signed": (SOFT, "signed", [1, 0.5, -1, 1], "float32", "0.5 among signed"),
    "soft, nan in signed": (SOFT, "signed", [NAN, 1, -1, 1], "float32", "nan among signed"),
    "margin, 3 in signed": (MARGIN, "signed", [1, 3, -1, 1], "int8", "3 among signed labels"),
    "margin, C": (MARGIN, "indices", [0, 4, -1, -1], "int32", "class number 4"),
    "margin, -2": (MARGIN, "indices", [0, -2, -1, -1], "int32", "class number -2"),
    "margin, first": (MARGIN, "indices", [9, 0, -1, -1], "int8", "class number 9"),
    "soft, -2 alone": (SOFT, "indices", [-2, -1, -1, -1], "int32", "class number -2"),
    "soft, -2**31": (SOFT, "indices", [1, -(2**31), -1, 1], "int32", "class number -2147483648"),
    "margin, 2**31 - 1": (
        MARGIN,
        "indices",
        [1, 2**31 - 1, -1, 1],
        "int32",
        "class number 2147483647",
    ),
    "margin, 2**62": (MARGIN, "indices", [1, 2**62, -1, 1], "int64", f"class number {2**62}"),
    "margin, 2**32 + 3": (MARGIN, "indices", [1, 2**32 + 3, -1, 1], "int64", f"number {2**32 + 3}"),
    "soft, 2**32 + 3": (SOFT, "indices", [1, 2**32 + 3, -1, 1], "int64", f"number {2**32 + 3}"),
    "margin, 2**32 - 1": (MARGIN, "indices", [1, 2**32 - 1, -1, 1], "int64", f"number {2**32 - 1}"),
    "margin, -2**32": (MARGIN, "indices", [-(2**32), 1, -1, 1], "int64", f"number {-(2**32)}"),
    "margin, -2**63": (MARGIN, "indices", [-(2**63), 1, -1, 1], "int64", f"number {-(2**63)}"),
    "margin, 255 as uint8": (MARGIN, "indices", [1, 255, 0, 0], "uint8", "class number 255"),
    "margin, 2**32 - 1 as uint32": (
        MARGIN,
        "indices",
        [1, 2**32 - 1, 0, 0],
        "uint32",
        "4294967295",
    ),
    "margin, 2**64 - 1": (MARGIN, "indices", [1, 2**64 - 1, 0, 0], "uint64", str(2**64 - 1)),
    "soft, 2**63 + 1": (SOFT, "indices", [1, 2**63 + 1, 0, 0], "uint64", str(2**63 + 1)),
}
RIGHT = {"binary": [0, 1, 0, 1], "signed": [1, 1, 1, 1], "indices": [2, 0, 3, 1]}


def wrong_call(case: str, **options: object) -> Call:
    """Three rows, the one in the middle wrong."""
    loss, labels, row, dtype, _ = CASES[case]
    kind = np.uint64 if dtype == "uint64" else None
    target = np.array([RIGHT[labels], row, RIGHT[labels]], kind)
    options = {"labels": labels, "reduction": "none", **options}
    return Call(loss, X, target, options=options, label_dtype=dtype)


def skip_unless(framework: Framework, dtype: str) -> None:
    if dtype not in framework.floats + framework.integers:
        pytest.skip(f"{framework.name} has no {dtype}")


def refusal(framework: Framework, call: Call) -> str:
    with framework.mode(*call.dtypes("float32")), pytest.raises(ValueError) as caught:  # noqa: PT011
        call.function(framework)(*call.arrays(framework, "float32"))
    return str(caught.value)


@pytest.mark.at_hand
@pytest.mark.parametrize("case", CASES)
def test_refused_where_values_are_at_hand(framework: Framework, case: str):
    skip_unless(framework, CASES[case][3])
    for validate in (None, True):
        message = refusal(framework, wrong_call(case, validate=validate))
        assert message.startswith(f"{CASES[case][0]}: target has "), message
        assert CASES[case][4] in message, f"{CASES[case][4]!r} is missing in {message!r}"
        assert message == refusal(FRAMEWORKS["numpy"], wrong_call(case))


@pytest.mark.at_hand
def test_the_two_slips_that_people_make(framework: Framework):
    assert refusal(framework, wrong_call("margin, -1 in binary")) == (
        "multilabel_margin_loss: target has -1 among binary labels; "
        'for -1/+1 labels pass labels="signed".'
    )
    assert refusal(framework, wrong_call("soft, 0 in signed")) == (
        "multilabel_soft_margin_loss: target has 0 among signed labels; "
        'for 0/1 labels pass labels="binary".'
    )


@pytest.mark.at_hand
def test_a_wrong_label_is_found_on_any_axis(framework: Framework):
    target = np.zeros((2, 4, 3), np.int32)
    target[1, 2, 1] = 7
    call = Call(SOFT, np.zeros((2, 4, 3)), target, options={"axis": 1})
    assert "7 among binary labels" in refusal(framework, call)


@pytest.mark.parametrize("case", CASES)
def test_never_a_crash_without_validation(framework: Framework, case: str):
    """Whatever the wrong row gives, the others are right."""
    skip_unless(framework, CASES[case][3])
    call = wrong_call(case, validate=False)
    with framework.mode(*call.dtypes("float32")):
        got = framework.numpy(call.function(framework)(*call.arrays(framework, "float32")))
    check_other_rows(framework, case, got)
    if call.options["labels"] == "binary" and call.loss == SOFT:
        want = reference.loss(SOFT, X.astype("f4"), call.target, labels="formula", reduction="none")
        assert_close(got[1], want[1], 1e-6 * np.abs(want[1]) + 1e-6, "float32", "the formula")


TRACED = [(f.name, compiler) for f in FRAMEWORKS.values() for compiler in f.compilers]
TRACED_CASES = [
    "margin, -1 in binary",
    "soft, nan",
    "soft, 0 in signed",
    "margin, C",
    "soft, 2**32 + 3",
]


@pytest.mark.parametrize("case", TRACED_CASES)
@pytest.mark.parametrize(("name", "compiler"), TRACED)
def test_nan_rows_under_tracing(name: str, compiler: str, case: str, require_framework):
    """Loss and gradient of the row, and of no other."""
    require_framework(name)
    if compiler == "inductor" and case != "margin, C":
        pytest.skip("aot_eager shows the same in a fifth of the time")
    framework, call = FRAMEWORKS[name], wrong_call(case)
    if compiler == "sot":  # goes back to Python for what it cannot trace: values are at hand there
        with pytest.raises(ValueError, match=CASES[case][4]):
            call.function(framework, compiler)(*call.arrays(framework, "float32"))
        return
    with framework.mode(*call.dtypes("float32")):
        f, arrays = call.function(framework, compiler), call.arrays(framework, "float32")
        got = framework.numpy(f(*arrays))
        slope = framework.numpy(framework.gradient(f, *arrays))
    assert np.isnan(got[1]), f"{got[1]} for labels {CASES[case][2]}"
    assert np.isnan(slope[1]).all(), f"slope {slope[1]} for labels {CASES[case][2]}"
    check_other_rows(framework, case, got, slope)


def check_other_rows(
    framework: Framework, case: str, got: np.ndarray, slope: np.ndarray | None = None
) -> None:
    loss, labels, *_ = CASES[case]
    options = {"labels": labels, "reduction": "none"}
    right = Call(loss, X[::2], [RIGHT[labels]] * 2, options=options).seen(framework, "float32")
    reach = loss_allowance(right, "float32")
    assert_close(got[::2], right.true(reference.loss), reach, "float32", f"other rows of {case}")
    if slope is not None:
        want, reach = right.true(reference.gradient), gradient_allowance(right, "float32")
        assert_close(slope[::2], want, reach, "float32", f"slopes of other rows of {case}")


@pytest.mark.parametrize("name", ["torch", "jax", "paddle", "mindspore"])
def test_validation_that_is_impossible_says_so(name: str, require_framework):
    """validate=True under tracing."""
    require_framework(name)
    framework, call = FRAMEWORKS[name], wrong_call("margin, C", validate=True)
    f, arrays = call.function(framework, framework.compilers[0]), call.arrays(framework, "float32")
    with pytest.raises(Exception, match="validate=True") as caught:
        f(*arrays)
    assert MARGIN in str(caught.value)


@pytest.mark.at_hand
def test_labels_after_the_first_minus_one_are_never_wrong(framework: Framework):
    target = np.array([[0, -1, 99, -(2**31)], [-1, 2**31 - 1, -5, 4], [3, 2, -1, -2]])
    for loss in (MARGIN, SOFT):
        options = {"labels": "indices", "reduction": "none", "validate": True}
        call = Call(loss, X, target, options=options, label_dtype="int32")
        got = framework.numpy(call.function(framework)(*call.arrays(framework, "float32")))
        seen = call.seen(framework, "float32")
        assert_close(
            got, seen.true(reference.loss), loss_allowance(seen, "float32"), "float32", loss
        )
