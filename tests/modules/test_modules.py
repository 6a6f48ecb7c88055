"""The losses as objects, mlloss's own and each framework's kind of module: all that they share."""

from __future__ import annotations

import copy
import doctest
import importlib
import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import Call
from frameworks import FRAMEWORKS, Framework
from processes import python

import mlloss
from examples import LISTS, TARGETS, TRUTH, WEIGHTS, X
from mlloss.backends import load
from mlloss.conformance.expected.reference import MARGIN, SOFT

CLASSES = {MARGIN: "MultiLabelMarginLoss", SOFT: "MultiLabelSoftMarginLoss"}
NATIVE = [name for name in FRAMEWORKS if name != "numpy"]
KINDS = [(name, own) for name in FRAMEWORKS for own in (False, True) if own <= (name in NATIVE)]
kinds = pytest.mark.parametrize(
    ("name", "own"), KINDS, ids=[f"{name}-{'native' if own else 'free'}" for name, own in KINDS]
)


def class_of(name: str, own: bool, loss: str) -> Any:
    """The class for arrays of any framework, or the framework's own."""
    module: Any = importlib.import_module(f"mlloss.backends.{name}") if own else mlloss
    return getattr(module, CLASSES[loss])


CALLS = {
    "margin": Call(MARGIN, X, LISTS),
    "margin-signed": Call(MARGIN, X, TARGETS["signed"], options={"labels": "signed"}),
    "margin-axis": Call(MARGIN, X.T, LISTS.T, options={"axis": 0, "reduction": "none"}),
    "soft": Call(SOFT, X, TRUTH),
    "soft-number": Call(SOFT, X, TRUTH, {"weight": 2.5}, options={"reduction": "sum"}),
    "soft-weight": Call(SOFT, X, TRUTH, {"weight": WEIGHTS["(C,)"]}, options={"reduction": "none"}),
    "soft-unchecked": Call(SOFT, X, TARGETS["signed"], options={"validate": False}),
}


def made(name: str, own: bool, call: Call) -> tuple[Any, Any, Any, Any]:
    """The object, the function with the same arguments, and two arrays."""
    x, target, *weight = call.arrays(FRAMEWORKS[name], "float32")
    function = getattr(mlloss, call.loss)

    def called(x: Any, target: Any) -> Any:
        return function(x, target, *weight, **call.options)

    return class_of(name, own, call.loss)(*weight, **call.options), called, x, target


def same(framework: Framework, got: Any, want: Any) -> None:
    assert framework.dtype(got) == framework.dtype(want)
    np.testing.assert_allclose(framework.numpy(got), framework.numpy(want), rtol=1e-6)


@kinds
@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_that_of_the_function(name: str, own: bool, call: str, require_framework: Any):
    require_framework(name)
    loss, function, x, target = made(name, own, CALLS[call])

    same(FRAMEWORKS[name], loss(x, target), function(x, target))


@kinds
@pytest.mark.parametrize("call", CALLS)
def test_so_is_the_gradient(name: str, own: bool, call: str, require_framework: Any):
    framework = FRAMEWORKS[name]
    require_framework(name)
    if not framework.differentiates:
        return
    loss, function, x, target = made(name, own, CALLS[call])

    def step(x: Any, target: Any) -> Any:  # mindspore.grad takes functions and Cells
        return loss(x, target)

    same(framework, framework.gradient(step, x, target), framework.gradient(function, x, target))


ELSEWHERE = ("inductor", "cell")  # the latter in test_graph_mode.py


@pytest.mark.parametrize(
    ("name", "compiler"),
    [(f.name, c) for f in FRAMEWORKS.values() for c in f.compilers if c not in ELSEWHERE],
)
@pytest.mark.parametrize("own", [False, True], ids=["free", "native"])
@pytest.mark.parametrize("call", ["margin", "soft-weight"])
def test_so_is_what_a_compiler_makes_of_it(
    name: str, compiler: str, own: bool, call: str, require_framework: Any
):
    require_framework(name)
    loss, function, x, target = made(name, own, CALLS[call])

    def step(x: Any, target: Any) -> Any:
        return loss(x, target)

    framework = FRAMEWORKS[name]
    compiled = framework.compile(step, compiler)
    same(framework, compiled(x, target), function(x, target))
    same(
        framework, framework.gradient(compiled, x, target), framework.gradient(function, x, target)
    )


@kinds
@pytest.mark.parametrize("loss", CLASSES)
def test_arguments_are_those_of_the_function(
    name: str, own: bool, loss: str, require_framework: Any
):
    require_framework(name)
    _, _, *parameters = inspect.signature(getattr(mlloss, loss)).parameters.values()

    assert list(inspect.signature(class_of(name, own, loss)).parameters.values()) == parameters


MISTAKES: dict[str, dict[str, Any]] = {
    "reduction": {"reduction": "avg"},
    "labels": {"labels": "onehot"},
    "validate": {"validate": 1},
    "axis": {"axis": 0.5},
}
WEIGHT_MISTAKES: dict[str, Any] = {
    "list": [1.0],
    "word": "mean",
    "truth": True,
    "huge": 10**400,
    "booleans": "bool",
}


@kinds
@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("loss", CLASSES)
def test_mistakes_are_refused_at_once_in_the_words_of_the_function(
    name: str, own: bool, loss: str, mistake: str, require_framework: Any
):
    require_framework(name)
    kind, options = class_of(name, own, loss), MISTAKES[mistake]
    arrays = Call(loss, X, LISTS if loss == MARGIN else TRUTH).arrays(FRAMEWORKS[name], "float32")

    refused(lambda: kind(**options), lambda: getattr(mlloss, loss)(*arrays, **options))


@kinds
@pytest.mark.parametrize("mistake", WEIGHT_MISTAKES)
def test_so_are_mistaken_weights(name: str, own: bool, mistake: str, require_framework: Any):
    require_framework(name)
    framework, weight = FRAMEWORKS[name], WEIGHT_MISTAKES[mistake]
    if weight == "bool":
        weight = framework.array([True] * X.shape[1], "bool")
    x, target = CALLS["soft"].arrays(framework, "float32")

    refused(
        lambda: class_of(name, own, SOFT)(weight),
        lambda: mlloss.multilabel_soft_margin_loss(x, target, weight),
    )


def refused(made: Callable[[], Any], called: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as asked:
        called()
    with pytest.raises(type(asked.value)) as early:
        made()
    assert str(early.value) == str(asked.value)


@pytest.mark.parametrize("name", NATIVE)
def test_a_framework_takes_no_weight_of_another(name: str, require_framework: Any):
    require_framework(name)
    x, target = CALLS["soft"].arrays(FRAMEWORKS[name], "float32")
    weight = np.ones(X.shape[1], np.float32)

    refused(
        lambda: class_of(name, True, SOFT)(weight),
        lambda: mlloss.multilabel_soft_margin_loss(x, target, weight),
    )


@kinds
def test_it_shows_what_is_no_default(name: str, own: bool, require_framework: Any):
    require_framework(name)
    margin, soft = class_of(name, own, MARGIN), class_of(name, own, SOFT)
    weight = FRAMEWORKS[name].array([1.0, 2.0], "float32")

    assert repr(margin()) == "MultiLabelMarginLoss()"
    shown = "MultiLabelMarginLoss(reduction='sum', labels='binary', axis=0, validate=False)"
    assert repr(margin(reduction="sum", labels="binary", axis=0, validate=False)) == shown
    assert repr(soft(2.5)) == "MultiLabelSoftMarginLoss(weight=2.5)"
    assert repr(soft(weight)) == "MultiLabelSoftMarginLoss(weight=<array of shape (2,)>)"


@kinds
@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
@pytest.mark.parametrize("call", ["margin-signed", "soft-number", "soft-weight"])
def test_copies_compute_the_same(name: str, own: bool, way: str, call: str, require_framework: Any):
    require_framework(name)
    loss, function, x, target = made(name, own, CALLS[call])
    copied = copy.deepcopy(loss) if way == "deepcopy" else pickle.loads(pickle.dumps(loss))

    same(FRAMEWORKS[name], copied(x, target), function(x, target))
    assert repr(copied) == repr(loss)


@pytest.mark.parametrize(("name", "own"), [k for k in KINDS if not k[1] or k[0] == "jax"])
def test_without_a_state_it_never_changes_and_is_equal_to_its_like(
    name: str, own: bool, require_framework: Any
):
    require_framework(name)
    kind, weight = class_of(name, own, SOFT), FRAMEWORKS[name].array([1.0, 2.0], "float32")
    loss = kind(weight, reduction="sum")

    for change in (lambda: setattr(loss, "axis", 0), lambda: setattr(loss, "scale", 1)):
        with pytest.raises(AttributeError, match="MultiLabelSoftMarginLoss cannot be changed"):
            change()
    with pytest.raises(AttributeError, match="cannot be changed"):
        del loss.weight
    assert loss == kind(weight, reduction="sum")
    assert len({loss, kind(weight, reduction="sum"), kind(weight), kind(2.5), kind(2.5)}) == 3
    assert loss not in (kind(copy.deepcopy(weight), reduction="sum"), kind(weight), kind(), "loss")
    assert kind(2) == kind(2.0) != class_of(name, own, MARGIN)()


@pytest.mark.parametrize("name", NATIVE)
def test_examples_of_a_frameworks_own(name: str, require_framework: Any):
    require_framework(name)
    load(name)
    result = doctest.testmod(importlib.import_module(f"mlloss.{name}"))

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", NATIVE)
def test_it_may_be_the_first_import_of_a_process(name: str, tmp_path: Path, require_framework: Any):
    require_framework(name)
    code = f"from mlloss.backends.{name} import MultiLabelMarginLoss as loss; print(loss.__name__)"
    assert python(code, tmp_path) == "MultiLabelMarginLoss\n"
