"""The converters between label conventions, and `check_labels`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS, INTEGERS, Framework
from hypothesis import given, settings
from hypothesis import strategies as st

import mlloss

C = 4
# by hand: lists as written, as `to_indices` writes them, and in the two dense conventions
LISTS = [[2, 0, -1, 1], [-1, 3, 3, 3], [3, 1, 0, 2], [1, 1, -1, -9]]
SORTED = [[0, 2, -1, -1], [-1, -1, -1, -1], [0, 1, 2, 3], [1, -1, -1, -1]]
CLEANED = [[2, 0, -1, -1], [-1, -1, -1, -1], [3, 1, 0, 2], [1, 1, -1, -1]]
BINARY = [[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 0]]
SIGNED = [[1, -1, 1, -1], [-1, -1, -1, -1], [1, 1, 1, 1], [-1, 1, -1, -1]]
WRITTEN = {"indices": LISTS, "binary": BINARY, "signed": SIGNED}


def check_equal(framework: Framework, got: Any, want: Any) -> None:
    numbers = framework.numpy(got)
    assert numbers.shape == np.shape(want), f"shape {numbers.shape}, but should be {np.shape(want)}"
    assert numbers.tolist() == np.asarray(want).tolist(), f"got {numbers}, but should be {want}"


@pytest.mark.parametrize("labels", WRITTEN)
def test_to_indices(framework: Framework, labels: str):
    target = framework.array(WRITTEN[labels], "int32")
    got = mlloss.to_indices(target, labels=labels, num_classes=C)
    check_equal(framework, got, CLEANED if labels == "indices" else SORTED)


@pytest.mark.parametrize("labels", WRITTEN)
def test_to_binary(framework: Framework, labels: str):
    target = framework.array(WRITTEN[labels], "int32")
    got = mlloss.to_binary(target, labels=labels, num_classes=C)
    check_equal(framework, got, BINARY)
    assert framework.dtype(got) == "int32"


@pytest.mark.parametrize("labels", WRITTEN)
def test_to_signed(framework: Framework, labels: str):
    target = framework.array(WRITTEN[labels], "int32")
    got = mlloss.to_signed(target, labels=labels, num_classes=C)
    check_equal(framework, got, SIGNED)
    assert framework.dtype(got) == "int32"


@pytest.mark.parametrize("dtype", ["bool", "float32", "float16", *INTEGERS])
def test_binary_labels_of_each_dtype(framework: Framework, dtype: str):
    if dtype != "bool" and dtype not in framework.floats + framework.integers:
        pytest.skip(f"{framework.name} has no {dtype}")
    with framework.mode(dtype):
        target = framework.array(BINARY, dtype)
        check_equal(framework, mlloss.to_indices(target, labels="binary"), SORTED)
        check_equal(framework, mlloss.to_signed(target, labels="binary"), SIGNED)
        got = mlloss.to_binary(target, labels="binary")
        assert framework.dtype(got) == dtype, f"dtype {framework.dtype(got)}, not {dtype}"
        check_equal(framework, got, np.asarray(BINARY, bool if dtype == "bool" else int))


@pytest.mark.parametrize("axis", [0, 1, -3])
def test_axis(framework: Framework, axis: int):
    """Lists and classes stand along the same axis."""
    lists = np.moveaxis(np.stack([LISTS, LISTS[::-1]]), -1, axis)
    dense = np.moveaxis(np.stack([BINARY, BINARY[::-1]]), -1, axis)
    target = framework.array(lists, "int32")
    got = mlloss.to_binary(target, labels="indices", num_classes=C, axis=axis)
    check_equal(framework, got, dense)
    back = mlloss.to_indices(framework.array(dense, "int32"), labels="binary", axis=axis)
    check_equal(framework, back, np.moveaxis(np.stack([SORTED, SORTED[::-1]]), -1, axis))


def test_one_row_and_no_rows(framework: Framework):
    row = framework.array([2, 0, -1, 1], "int32")
    check_equal(framework, mlloss.to_binary(row, labels="indices", num_classes=3), [1, 0, 1])
    none = framework.array(np.zeros((0, 2)), "int32")
    got = mlloss.to_binary(none, labels="indices", num_classes=3)
    check_equal(framework, got, np.zeros((0, 3)))
    check_equal(framework, mlloss.to_indices(none, labels="binary"), np.zeros((0, 2)))


def test_lists_wider_and_narrower_than_the_classes(framework: Framework):
    wide = framework.array([[0, 1, 0, -1, 5]], "int32")
    check_equal(framework, mlloss.to_binary(wide, labels="indices", num_classes=2), [[1, 1]])
    narrow = framework.array([[4]], "int32")
    got = mlloss.to_signed(narrow, labels="indices", num_classes=5)
    check_equal(framework, got, [[-1, -1, -1, -1, 1]])


@settings(max_examples=40)
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=6))
def test_round_trips(rows: list[list[bool]]):
    """On NumPy; the other frameworks run the same code over the operations tested above."""
    y = np.array(rows, np.int64)
    lists = mlloss.to_indices(y, labels="binary")
    signed = mlloss.to_signed(lists, labels="indices", num_classes=5)
    assert mlloss.to_binary(signed, labels="signed").tolist() == y.tolist()
    assert mlloss.to_indices(signed, labels="signed").tolist() == lists.tolist()
    assert mlloss.to_binary(lists, labels="indices", num_classes=5).tolist() == y.tolist()


BAD = {  # call, error, what the message must say
    "0 in signed": (mlloss.to_binary, [[1, 0]], "signed", None, ValueError, "0 among signed"),
    "-1 in binary": (mlloss.to_signed, [[1, -1]], "binary", None, ValueError, "-1 among binary"),
    "half": (mlloss.to_indices, [[0.5, 1]], "binary", None, ValueError, "0.5 among binary"),
    "C": (mlloss.to_binary, [[0, 2]], "indices", 2, ValueError, "class number 2"),
    "-3": (mlloss.to_indices, [[-3, -1]], "indices", 2, ValueError, "class number -3"),
    "no number of classes": (mlloss.to_binary, [[0]], "indices", None, TypeError, "num_classes"),
    "no classes": (mlloss.to_signed, [[0]], "indices", 0, ValueError, "num_classes"),
    "another number": (mlloss.to_signed, [[0, 1]], "binary", 3, ValueError, "num_classes"),
    "convention": (mlloss.to_signed, [[0, 1]], "multihot", None, ValueError, "'multihot'"),
    "checked": (mlloss.check_labels, [[0, 2]], "binary", None, ValueError, "2 among binary"),
    "checked lists": (mlloss.check_labels, [[5, 9]], "indices", 9, ValueError, "number 9"),
}


@pytest.mark.at_hand
@pytest.mark.parametrize("case", BAD)
def test_refused(framework: Framework, case: str):
    function, values, labels, classes, error, words = BAD[case]
    messages = []
    for f in (framework, FRAMEWORKS["numpy"]):
        dtype = "float32" if isinstance(values[0][0], float) else "int32"
        with pytest.raises(error) as caught:
            function(f.array(values, dtype), labels=labels, num_classes=classes)
        messages.append(str(caught.value))
    assert words in messages[0], f"{words!r} is missing in {messages[0]!r}"
    assert messages[0].startswith(f"{function.__name__}: "), messages[0]
    assert messages[0] == messages[1]


@pytest.mark.at_hand
def test_check_labels_lets_right_ones_pass(framework: Framework):
    for labels, target in WRITTEN.items():
        given = framework.array(target, "int32")
        assert mlloss.check_labels(given, labels=labels, num_classes=C) is None
    soft = framework.array([[0.5, 1]], "float32")
    assert mlloss.check_labels(soft, labels="binary", fractions=True) is None
    with pytest.raises(ValueError, match=r"0\.5 among binary"):
        mlloss.check_labels(soft, labels="binary")


@pytest.mark.parametrize("convert", [mlloss.to_indices, mlloss.to_binary, mlloss.to_signed])
@pytest.mark.parametrize("name", ["torch", "jax", "paddle", "mindspore"])
def test_under_tracing(name: str, convert: Any, require_framework: Any):
    """Right rows come out right; a wrong one comes out as what every loss refuses."""
    require_framework(name)
    f = FRAMEWORKS[name]
    lists = np.array([[2, 0, -1, 1], [1, 9, -1, 0], [3, -1, -1, -1]])

    def call(target: Any) -> Any:
        return convert(target, labels="indices", num_classes=C)

    got = f.numpy(f.compile(call, f.compilers[0])(f.array(lists, "int32")))
    want = convert(lists[::2], labels="indices", num_classes=C)
    assert got[::2].tolist() == want.tolist()
    labels = convert.__name__.removeprefix("to_")
    with pytest.raises(ValueError, match="target has"):
        mlloss.check_labels(got[1:2], labels=labels, num_classes=C)
