"""Calls that can be refused without looking at values: kind of error, wording, and the same wording
in every framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS, Framework

import mlloss
from mlloss.conformance.expected.reference import MARGIN, SOFT

Make = Callable[..., Any]  # (values or shape, dtype) -> array of the framework


def margin(*args: Any, **options: Any) -> Any:
    return mlloss.multilabel_margin_loss(*args, **options)


def soft(*args: Any, **options: Any) -> Any:
    return mlloss.multilabel_soft_margin_loss(*args, **options)


# name: (error, the call, given x (2, 3) float32, t (2, 3) int32 of 0 and a maker of zeros,
# what the message must say)
CASES: dict[str, tuple[type[Exception], Callable[[Any, Any, Make], Any], list[str]]] = {
    "input is a list": (TypeError, lambda x, t, m: margin([[1.0]], t), [MARGIN, "input", "list"]),
    "input is None": (TypeError, lambda x, t, m: soft(None, t), [SOFT, "input", "NoneType"]),
    "input is a number": (TypeError, lambda x, t, m: soft(1.0, t), [SOFT, "input", "float"]),
    "target is a list": (TypeError, lambda x, t, m: soft(x, [[0]]), [SOFT, "target", "list"]),
    "target is None": (TypeError, lambda x, t, m: margin(x, None), [MARGIN, "target", "NoneType"]),
    "weight is a list": (TypeError, lambda x, t, m: soft(x, t, [1.0]), [SOFT, "weight", "list"]),
    "weight is a word": (TypeError, lambda x, t, m: soft(x, t, "mean"), [SOFT, "weight", "str"]),
    "weight is True": (TypeError, lambda x, t, m: soft(x, t, True), [SOFT, "weight", "bool"]),
    "weight is complex": (TypeError, lambda x, t, m: soft(x, t, 1j), [SOFT, "weight", "complex"]),
    "input int32": (TypeError, lambda x, t, m: margin(t, t), [MARGIN, "input", "int32"]),
    "input bool": (
        TypeError,
        lambda x, t, m: soft(m((2, 3), "bool"), t),
        [SOFT, "input", "bool"],
    ),
    "lists of floats": (TypeError, lambda x, t, m: margin(x, x), [MARGIN, "target", "float32"]),
    "lists of bools": (
        TypeError,
        lambda x, t, m: margin(x, m((2, 3), "bool")),
        [MARGIN, "target", "bool", 'labels="binary"'],
    ),
    "signed uint8": (
        TypeError,
        lambda x, t, m: soft(x, m((2, 3), "uint8"), labels="signed"),
        [SOFT, "target", "uint8", "-1"],
    ),
    "signed bool": (
        TypeError,
        lambda x, t, m: margin(x, m((2, 3), "bool"), labels="signed"),
        [MARGIN, "target", "bool", "-1"],
    ),
    "weight bool": (
        TypeError,
        lambda x, t, m: soft(x, t, m((3,), "bool")),
        [SOFT, "weight", "bool"],
    ),
    "axis is a float": (TypeError, lambda x, t, m: soft(x, t, axis=1.0), [SOFT, "axis", "1.0"]),
    "axis is None": (TypeError, lambda x, t, m: margin(x, t, axis=None), [MARGIN, "axis", "None"]),
    "validate is a word": (
        TypeError,
        lambda x, t, m: margin(x, t, validate="yes"),
        [MARGIN, "validate", "'yes'"],
    ),
    "reduction": (
        ValueError,
        lambda x, t, m: margin(x, t, reduction="avg"),
        [MARGIN, "reduction", '"none", "mean", "sum"', "'avg'"],
    ),
    "labels": (
        ValueError,
        lambda x, t, m: soft(x, t, labels="onehot"),
        [SOFT, "labels", '"indices", "binary", "signed"', "'onehot'"],
    ),
    "no class axis": (
        ValueError,
        lambda x, t, m: soft(m((), "float32"), m((), "float32")),
        [SOFT, "input", "()"],
    ),
    "axis 2": (ValueError, lambda x, t, m: margin(x, t, axis=2), [MARGIN, "axis", "2", "(2, 3)"]),
    "axis -3": (ValueError, lambda x, t, m: soft(x, t, axis=-3), [SOFT, "axis", "-3", "(2, 3)"]),
    "C = 0": (
        ValueError,
        lambda x, t, m: soft(m((2, 0), "float32"), m((2, 0), "float32")),
        [SOFT, "input", "class", "(2, 0)"],
    ),
    "C = 0 and no rows": (
        ValueError,
        lambda x, t, m: margin(m((0, 0), "float32"), m((0, 1), "int32")),
        [MARGIN, "input", "class", "(0, 0)"],
    ),
    "target would broadcast": (
        ValueError,
        lambda x, t, m: soft(x, m((1, 3), "float32")),
        [SOFT, "target", "(2, 3)", "(1, 3)"],
    ),
    "target of fewer axes": (
        ValueError,
        lambda x, t, m: margin(x, m((3,), "int32"), labels="binary"),
        [MARGIN, "target", "(2, 3)", "(3,)"],
    ),
    "signed, other shape": (
        ValueError,
        lambda x, t, m: soft(x, m((3, 2), "float32"), labels="signed"),
        [SOFT, "target", "(2, 3)", "(3, 2)"],
    ),
    "lists of fewer rows": (
        ValueError,
        lambda x, t, m: margin(x, m((1, 3), "int32")),
        [MARGIN, "target", "(2, L)", "(1, 3)"],
    ),
    "class numbers instead of lists": (
        ValueError,
        lambda x, t, m: soft(x, m((2,), "int32"), labels="indices"),
        [SOFT, "target", "(2, L)", "(2,)"],
    ),
    "lists beside the class axis": (
        ValueError,
        lambda x, t, m: margin(m((3, 2), "float32"), m((2, 3), "int32"), axis=0),
        [MARGIN, "target", "(L, 2)", "(2, 3)"],
    ),
    "weight of C + 1": (
        ValueError,
        lambda x, t, m: soft(x, t, m((4,), "float32")),
        [SOFT, "weight", "(2, 3)", "(4,)"],
    ),
    "weight of N": (
        ValueError,
        lambda x, t, m: soft(x, t, m((2,), "float32")),
        [SOFT, "weight", "(2, 3)", "(2,)"],
    ),
    "weight that would enlarge": (
        ValueError,
        lambda x, t, m: soft(x, t, m((4, 2, 3), "float32")),
        [SOFT, "weight", "(2, 3)", "(4, 2, 3)"],
    ),
    "weight of one axis more": (
        ValueError,
        lambda x, t, m: soft(x, t, m((1, 2, 3), "float32")),
        [SOFT, "weight", "(2, 3)", "(1, 2, 3)"],
    ),
    "weight of many classes for one": (
        ValueError,
        lambda x, t, m: soft(m((2, 1), "float32"), m((2, 1), "float32"), m((3,), "float32")),
        [SOFT, "weight", "(2, 1)", "(3,)"],
    ),
    "weight of many rows for one": (
        ValueError,
        lambda x, t, m: soft(m((1, 3), "float32"), m((1, 3), "float32"), m((2, 1), "float32")),
        [SOFT, "weight", "(1, 3)", "(2, 1)"],
    ),
}


def refusal(framework: Framework, case: str) -> str:
    """The message of the error that the call ends in."""
    error, call, _ = CASES[case]

    def make(shape: tuple[int, ...], dtype: str) -> Any:
        return framework.array(np.zeros(shape), dtype)

    with pytest.raises(error) as caught:
        call(make((2, 3), "float32"), make((2, 3), "int32"), make)
    assert caught.type is error, f"{caught.type.__name__}, not {error.__name__} itself"
    return str(caught.value)


@pytest.mark.parametrize("case", CASES)
def test_refused(framework: Framework, case: str):
    message = refusal(framework, case)
    for part in CASES[case][2]:
        assert part in message, f"{part!r} is missing in {message!r}"
    assert message.startswith(CASES[case][2][0] + ": "), f"{message!r} does not name the loss first"


@pytest.mark.parametrize("case", CASES)
def test_refused_with_the_same_words(differentiating: Framework, case: str):
    assert refusal(differentiating, case) == refusal(FRAMEWORKS["numpy"], case)


@pytest.mark.parametrize("argument", ["input", "target", "weight"])
def test_mixed_frameworks(differentiating: Framework, argument: str):
    values = {"input": "float32", "target": "float32", "weight": "float32"}
    own = {k: differentiating.array(np.ones((2, 3)), d) for k, d in values.items()}
    own[argument] = np.ones((2, 3), np.float32)
    with pytest.raises(TypeError) as caught:
        soft(*own.values())
    for part in (SOFT, "numpy", differentiating.name, "one framework"):
        assert part in str(caught.value), f"{part!r} is missing in {str(caught.value)!r}"


def test_refused_before_anything_is_computed():
    """A petabyte of scores that take no memory until somebody touches them."""
    vast = np.broadcast_to(np.float32(0), (10**9, 10**6))
    with pytest.raises(ValueError, match="target"):
        soft(vast, np.zeros((2, 3)))
    with pytest.raises(ValueError, match="reduction"):
        soft(vast, vast, reduction="avg")
    with pytest.raises(ValueError, match="weight"):
        soft(vast, vast, np.zeros(5))


@pytest.mark.parametrize("loss", [margin, soft])
def test_options_are_keywords(loss: Callable[..., Any]):
    x = np.zeros((2, 3))
    with pytest.raises(TypeError, match="positional"):
        loss(x, x, None, "mean")
