"""Every message, word by word, as a user reads it; test_errors has them the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import mlloss
from mlloss import multilabel_margin_loss as m
from mlloss import multilabel_soft_margin_loss as s

X, T, Y = np.zeros((2, 4)), np.zeros((2, 3), int), np.zeros((2, 4))
MESSAGES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "input list": (
        lambda: m([[0.0]], T),
        TypeError,
        "multilabel_margin_loss: input must be an array of one of the frameworks "
        "numpy, torch, jax, paddle, mindspore; got list.",
    ),
    "target list": (
        lambda: m(X, [[1]]),
        TypeError,
        "multilabel_margin_loss: target must be an array of one of the frameworks "
        "numpy, torch, jax, paddle, mindspore; got list.",
    ),
    "weight list": (
        lambda: s(X, Y, [1, 2]),
        TypeError,
        "multilabel_soft_margin_loss: weight must be None, a number or an array of "
        "input's framework; got list.",
    ),
    "weight text": (
        lambda: s(X, Y, "2"),
        TypeError,
        "multilabel_soft_margin_loss: weight must be None, a number or an array of "
        "input's framework; got str.",
    ),
    "weight bool": (
        lambda: s(X, Y, True),
        TypeError,
        "multilabel_soft_margin_loss: weight must be None, a number or an array of "
        "input's framework; got bool.",
    ),
    "huge weight": (
        lambda: s(X, Y, 10**400),
        ValueError,
        "multilabel_soft_margin_loss: weight must be a number that a float holds.",
    ),
    "reduction": (
        lambda: m(X, T, reduction="avg"),
        ValueError,
        'multilabel_margin_loss: reduction must be one of "none", "mean", "sum"; got \'avg\'.',
    ),
    "labels": (
        lambda: m(X, T, labels="onehot"),
        ValueError,
        'multilabel_margin_loss: labels must be one of "indices", "binary", "signed"; '
        "got 'onehot'.",
    ),
    "validate": (
        lambda: m(X, T, validate=1),
        TypeError,
        "multilabel_margin_loss: validate must be None, True or False; got 1.",
    ),
    "axis kind": (
        lambda: m(X, T, axis=1.0),
        TypeError,
        "multilabel_margin_loss: axis must be an int; got 1.0.",
    ),
    "axis range": (
        lambda: m(X, T, axis=2),
        ValueError,
        "multilabel_margin_loss: axis 2 is out of range for input of shape (2, 4).",
    ),
    "no axis": (
        lambda: m(np.float64(1), T),
        ValueError,
        "multilabel_margin_loss: input must have a class axis; got shape ().",
    ),
    "integer scores": (
        lambda: m(T, T),
        TypeError,
        "multilabel_margin_loss: input must be float16, bfloat16, float32 or float64; got int64.",
    ),
    "no classes": (
        lambda: m(X[:, :0], T),
        ValueError,
        "multilabel_margin_loss: input must have at least one class; got shape (2, 0), "
        "with 0 classes on axis 1.",
    ),
    "float lists": (
        lambda: m(X, Y),
        TypeError,
        "multilabel_margin_loss: target must be integers (class numbers, ended by -1); "
        'got float64. For one label a class pass labels="binary" or labels="signed".',
    ),
    "bool lists": (
        lambda: m(X, Y > 0),
        TypeError,
        "multilabel_margin_loss: target must be integers (class numbers, ended by -1); "
        'got bool. For one label a class pass labels="binary" or labels="signed".',
    ),
    "unsigned signed": (
        lambda: m(X, Y.astype("u1"), labels="signed"),
        TypeError,
        "multilabel_margin_loss: target must be signed integers or floats (-1 or +1 "
        "for each class); got uint8.",
    ),
    "complex labels": (
        lambda: s(X, Y * 1j),
        TypeError,
        "multilabel_soft_margin_loss: target must be bool, integers or floats (0 or 1 "
        "for each class); got complex128.",
    ),
    "list shape": (
        lambda: m(X, T[:1]),
        ValueError,
        "multilabel_margin_loss: target must have shape (2, L) (input's, with any "
        "width for L on axis 1); got (1, 3).",
    ),
    "label shape": (
        lambda: s(X, Y[:, :3]),
        ValueError,
        "multilabel_soft_margin_loss: target must have shape (2, 4); got (2, 3).",
    ),
    "weight dtype": (
        lambda: s(X, Y, Y > 0),
        TypeError,
        "multilabel_soft_margin_loss: weight must be floats or integers; got bool.",
    ),
    "weight shape": (
        lambda: s(X, Y, np.ones(3)),
        ValueError,
        "multilabel_soft_margin_loss: weight must be a number, one number a class "
        "(4,), or broadcast to input's shape (2, 4); got shape (3,).",
    ),
    "class number": (
        lambda: m(X, T + 4),
        ValueError,
        "multilabel_margin_loss: target has class number 4, but with 4 classes a class "
        "number is in 0 ... 3, and -1 ends the list.",
    ),
    "negative class": (
        lambda: m(X, T - 2),
        ValueError,
        "multilabel_margin_loss: target has class number -2, but with 4 classes a "
        "class number is in 0 ... 3, and -1 ends the list.",
    ),
    "signed in binary": (
        lambda: m(X, Y - 1, labels="binary"),
        ValueError,
        "multilabel_margin_loss: target has -1 among binary labels; for -1/+1 labels "
        'pass labels="signed".',
    ),
    "binary in signed": (
        lambda: s(X, Y, labels="signed"),
        ValueError,
        "multilabel_soft_margin_loss: target has 0 among signed labels; for 0/1 labels "
        'pass labels="binary".',
    ),
    "fraction": (
        lambda: m(X, Y + 0.5, labels="binary"),
        ValueError,
        "multilabel_margin_loss: target has 0.5 among binary labels; expected 0 or 1; "
        'for class numbers pass labels="indices".',
    ),
    "beyond 1": (
        lambda: s(X, Y + 1.5),
        ValueError,
        "multilabel_soft_margin_loss: target has 1.5 among binary labels; expected 0 "
        '... 1; for class numbers pass labels="indices".',
    ),
    "class numbers in binary": (
        lambda: m(X, Y + 3, labels="binary"),
        ValueError,
        "multilabel_margin_loss: target has 3 among binary labels; expected 0 or 1; "
        'for class numbers pass labels="indices".',
    ),
    "nan": (
        lambda: s(X, Y * np.nan),
        ValueError,
        "multilabel_soft_margin_loss: target has nan among binary labels; expected 0 "
        '... 1; for class numbers pass labels="indices".',
    ),
    "no num_classes": (
        lambda: mlloss.to_binary(T, labels="indices"),
        TypeError,
        "to_binary: num_classes must be an int; got None.",
    ),
    "num_classes 0": (
        lambda: mlloss.to_binary(T, labels="indices", num_classes=0),
        ValueError,
        "to_binary: num_classes must be at least 1; got 0.",
    ),
    "other num_classes": (
        lambda: mlloss.to_signed(Y, labels="binary", num_classes=5),
        ValueError,
        "to_signed: num_classes must be the 4 classes of target; got 5.",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_message(case: str):
    call, error, message = MESSAGES[case]
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message
