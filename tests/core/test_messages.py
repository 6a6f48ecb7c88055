"""Invalid calls that are refused before any value is read: error type and message, the same in
every framework and for every loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS, Framework

import mlloss
from examples import LOSSES, SPECS, WEIGHTED, each_loss

NAMES = "numpy, torch, jax, paddle, mindspore"
CONVENTIONS = 'must be one of "indices", "binary", "signed"'
FLOATS = "float16, bfloat16, float32 or float64"
INDICES = (
    "integers (class numbers, ended by -1); got {}. "
    'For one label a class pass labels="binary" or labels="signed".'
)
BINARY = "bool, integers or floats (0 or 1 for each class)"
SIGNED = "signed integers or floats (-1 or +1 for each class)"


class Zeros:
    """Makes arrays of zeros of one framework; `x` and `t` have shape (2, 3)."""

    def __init__(self, framework: Framework) -> None:
        self._framework = framework
        self.x, self.t = self(2, 3), self(2, 3, dtype="int32")

    def __call__(self, *shape: int, dtype: str = "float32") -> Any:
        return self._framework.array(np.zeros(shape), dtype)


Invalid = Callable[[Any, Zeros], Any]  # of a loss and the maker of its arrays

# the invalid call and the message behind "LOSS: "
KINDS: list[tuple[Invalid, str]] = [
    (
        lambda f, z: f([[1.0]], z.t),
        f"input must be an array of one of the frameworks {NAMES}; got list.",
    ),
    (
        lambda f, z: f(None, z.t),
        f"input must be an array of one of the frameworks {NAMES}; got NoneType.",
    ),
    (
        lambda f, z: f(1.0, z.t),
        f"input must be an array of one of the frameworks {NAMES}; got float.",
    ),
    (
        lambda f, z: f(z.x, [[0]]),
        f"target must be an array of one of the frameworks {NAMES}; got list.",
    ),
    (
        lambda f, z: f(z.x, None),
        f"target must be an array of one of the frameworks {NAMES}; got NoneType.",
    ),
    (lambda f, z: f(z.t, z.t), f"input must be {FLOATS}; got int32."),
    (lambda f, z: f(z(2, 3, dtype="bool"), z.t), f"input must be {FLOATS}; got bool."),
    (lambda f, z: f(z.x, z.x, labels="indices"), f"target must be {INDICES.format('float32')}"),
    (
        lambda f, z: f(z.x, z(2, 3, dtype="bool"), labels="indices"),
        f"target must be {INDICES.format('bool')}",
    ),
    (
        lambda f, z: f(z.x, z(2, 3, dtype="uint8"), labels="signed"),
        f"target must be {SIGNED}; got uint8.",
    ),
    (
        lambda f, z: f(z.x, z(2, 3, dtype="bool"), labels="signed"),
        f"target must be {SIGNED}; got bool.",
    ),
    (lambda f, z: f(z.x, z.t, axis=1.0), "axis must be an int; got 1.0."),
    (lambda f, z: f(z.x, z.t, axis=None), "axis must be an int; got None."),
    (lambda f, z: f(z.x, z.t, validate="yes"), "validate must be None, True or False; got 'yes'."),
    (lambda f, z: f(z.x, z.t, validate=1), "validate must be None, True or False; got 1."),
]
VALUES: list[tuple[Invalid, str]] = [
    (
        lambda f, z: f(z.x, z.t, reduction="avg"),
        'reduction must be one of "none", "mean", "sum"; got \'avg\'.',
    ),
    (lambda f, z: f(z.x, z.t, labels="onehot"), f"labels {CONVENTIONS}; got 'onehot'."),
    (lambda f, z: f(z(), z()), "input must have a class axis; got shape ()."),
    (lambda f, z: f(z.x, z.t, axis=2), "axis 2 is out of range for input of shape (2, 3)."),
    (lambda f, z: f(z.x, z.t, axis=-3), "axis -3 is out of range for input of shape (2, 3)."),
    (
        lambda f, z: f(z(2, 0), z(2, 0)),
        "input must have at least one class; got shape (2, 0), with 0 classes on axis 1.",
    ),
    (
        lambda f, z: f(z(0, 0), z(0, 1)),
        "input must have at least one class; got shape (0, 0), with 0 classes on axis 1.",
    ),
    (lambda f, z: f(z.x, z(1, 3), labels="binary"), "target must have shape (2, 3); got (1, 3)."),
    (lambda f, z: f(z.x, z(3), labels="binary"), "target must have shape (2, 3); got (3,)."),
    (lambda f, z: f(z.x, z(2, 2), labels="binary"), "target must have shape (2, 3); got (2, 2)."),
    (lambda f, z: f(z.x, z(3, 2), labels="signed"), "target must have shape (2, 3); got (3, 2)."),
    (
        lambda f, z: f(z.x, z(1, 3, dtype="int32"), labels="indices"),
        "target must have shape (2, L) (input's, with any width for L on axis 1); got (1, 3).",
    ),
    (
        lambda f, z: f(z.x, z(2, dtype="int32"), labels="indices"),
        "target must have shape (2, L) (input's, with any width for L on axis 1); got (2,).",
    ),
    (
        lambda f, z: f(z(3, 2), z.t, labels="indices", axis=0),
        "target must have shape (L, 2) (input's, with any width for L on axis 0); got (2, 3).",
    ),
]
PLAIN = "{w} must be None, a number or an array of input's framework; got {got}."
# of a loss with binary labels and that one weight
WEIGHT_KINDS: list[tuple[Invalid, str]] = [
    (lambda f, z: f(z.x, z.x, [1.0]), PLAIN.format(w="{w}", got="list")),
    (lambda f, z: f(z.x, z.x, "mean"), PLAIN.format(w="{w}", got="str")),
    (lambda f, z: f(z.x, z.x, True), PLAIN.format(w="{w}", got="bool")),
    (lambda f, z: f(z.x, z.x, 1j), PLAIN.format(w="{w}", got="complex")),
    (lambda f, z: f(z.x, z.x, z(3, dtype="bool")), "{w} must be floats or integers; got bool."),
]
SHAPE = (
    "{{w}} must be a number, one number a class ({},), or broadcast to input's shape {}; "
    "got shape {}."
)
WEIGHT_VALUES: list[tuple[Invalid, str]] = [
    (lambda f, z: f(z.x, z.x, 10**400), "{w} must be a number that a float holds."),
    *(
        (lambda f, z, x=x, w=w: f(z(*x), z(*x), z(*w)), SHAPE.format(x[1], x, w))
        for x, w in [
            ((2, 3), (4,)),  # C + 1
            ((2, 3), (2,)),  # N
            ((2, 3), (4, 2, 3)),  # would enlarge
            ((2, 3), (1, 2, 3)),  # an axis too many
            ((2, 1), (3,)),  # many classes for one
            ((1, 3), (2, 1)),  # many rows for one
        ]
    ),
]

CALLS = [(TypeError, *case) for case in KINDS] + [(ValueError, *case) for case in VALUES]
WEIGHT_CALLS = [(TypeError, *case) for case in WEIGHT_KINDS]
WEIGHT_CALLS += [(ValueError, *case) for case in WEIGHT_VALUES]


each_call, each_weight_call = (
    pytest.mark.parametrize(
        ("error", "invalid", "message"), calls, ids=[message[:50] for *_, message in calls]
    )
    for calls in (CALLS, WEIGHT_CALLS)
)


def check_refused(framework: Framework, loss: Any, error: type, invalid: Invalid, message: str):
    with pytest.raises(error) as caught:
        invalid(loss, Zeros(framework))
    assert caught.type is error
    assert str(caught.value) == message


@each_call
@each_loss
def test_refused(framework: Framework, loss: str, error: type, invalid: Invalid, message: str):
    check_refused(framework, getattr(mlloss, loss), error, invalid, f"{loss}: {message}")


@each_weight_call
@pytest.mark.parametrize(("loss", "weight"), WEIGHTED)
def test_weight_refused(
    framework: Framework, loss: str, weight: str, error: type, invalid: Invalid, message: str
):
    def call(x: Any, target: Any, value: Any) -> Any:
        return getattr(mlloss, loss)(x, target, **{weight: value}, labels="binary")

    check_refused(framework, call, error, invalid, f"{loss}: {message.format(w=weight)}")


ARGUMENTS = [(loss, name) for loss in LOSSES for name in ("input", "target", *SPECS[loss].weights)]


@pytest.mark.parametrize(("loss", "argument"), ARGUMENTS)
def test_mixed_frameworks(differentiating: Framework, loss: str, argument: str):
    own = {"input": "float32", "target": "float32"} | dict.fromkeys(SPECS[loss].weights, "float32")
    own = {name: differentiating.array(np.ones((2, 3)), dtype) for name, dtype in own.items()}
    own[argument] = np.ones((2, 3), np.float32)
    with pytest.raises(TypeError, match=f"^{loss}: .*one framework") as caught:
        getattr(mlloss, loss)(**own, labels="binary")
    for name in ("numpy", differentiating.name):
        assert name in str(caught.value)


@each_loss
def test_refused_before_anything_is_computed(loss: str):
    """A petabyte of scores that take no memory until they are read."""
    vast, f = np.broadcast_to(np.float32(0), (10**9, 10**6)), getattr(mlloss, loss)
    with pytest.raises(ValueError, match="target"):
        f(vast, np.zeros((2, 3), int))
    with pytest.raises(ValueError, match="reduction"):
        f(vast, vast, reduction="avg")
    for name in SPECS[loss].weights:
        with pytest.raises(ValueError, match=name):
            f(vast, vast, **{name: np.zeros(5)}, labels="binary")


@each_loss
def test_options_are_keywords(loss: str):
    x = np.zeros((2, 3))
    with pytest.raises(TypeError, match="positional"):
        getattr(mlloss, loss)(x, x, None, "mean")


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_masked_arrays_and_blocked_modules_are_refused(name: str, monkeypatch: pytest.MonkeyPatch):
    loss = getattr(mlloss, LOSSES[0])
    masked = np.ma.masked_array(np.ones((1, 3)), mask=True)
    with pytest.raises(TypeError, match="input must be an array"):
        loss(masked, np.array([[0]]))
    monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(TypeError, match="input must be an array"):
        loss([[0.0]], [[0]])
