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
from classes import CALLS, KINDS, NATIVE, class_of, kinds, made
from frameworks import FRAMEWORKS, Framework
from processes import python

import mlloss
from examples import SPECS, X, call, each_loss, each_weight
from mlloss.backends import load
from mlloss.core.spec import CONVENTIONS


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


SIMPLE = [
    name for name in CALLS if not name.endswith(("-signed", "-axis", "-number", "-unchecked"))
]
ELSEWHERE = ("inductor", "cell")  # the latter in test_graph_mode.py


@pytest.mark.parametrize(
    ("name", "compiler"),
    [(f.name, c) for f in FRAMEWORKS.values() for c in f.compilers if c not in ELSEWHERE],
)
@pytest.mark.parametrize("own", [False, True], ids=["free", "native"])
@pytest.mark.parametrize("call", SIMPLE)
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
@each_loss
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
@each_loss
def test_mistakes_are_refused_at_once_in_the_words_of_the_function(
    name: str, own: bool, loss: str, mistake: str, require_framework: Any
):
    require_framework(name)
    kind, options = class_of(name, own, loss), MISTAKES[mistake]
    arrays = call(loss).arrays(FRAMEWORKS[name], "float32")

    refused(lambda: kind(**options), lambda: getattr(mlloss, loss)(*arrays, **options))


@kinds
@pytest.mark.parametrize("mistake", WEIGHT_MISTAKES)
@each_weight
def test_so_are_mistaken_weights(
    name: str, own: bool, loss: str, weight: str, mistake: str, require_framework: Any
):
    require_framework(name)
    framework, value = FRAMEWORKS[name], WEIGHT_MISTAKES[mistake]
    if value == "bool":
        value = framework.array([True] * X.shape[1], "bool")
    arrays, given = call(loss).arrays(framework, "float32"), {weight: value}

    refused(
        lambda: class_of(name, own, loss)(**given),
        lambda: getattr(mlloss, loss)(*arrays, **given),
    )


def refused(made: Callable[[], Any], called: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as asked:
        called()
    with pytest.raises(type(asked.value)) as early:
        made()
    assert str(early.value) == str(asked.value)


@pytest.mark.parametrize("name", NATIVE)
@each_weight
def test_a_framework_takes_no_weight_of_another(
    name: str, loss: str, weight: str, require_framework: Any
):
    require_framework(name)
    arrays = call(loss).arrays(FRAMEWORKS[name], "float32")
    given = {weight: np.ones(X.shape[1], np.float32)}

    refused(
        lambda: class_of(name, True, loss)(**given),
        lambda: getattr(mlloss, loss)(*arrays, **given),
    )


@kinds
@each_loss
def test_it_shows_what_is_no_default(name: str, own: bool, loss: str, require_framework: Any):
    require_framework(name)
    kind, shown = class_of(name, own, loss), SPECS[loss].class_name
    other = next(labels for labels in CONVENTIONS if labels != SPECS[loss].default_labels)
    options = {"reduction": "sum", "labels": other, "axis": 0, "validate": False}
    array = FRAMEWORKS[name].array([1.0, 2.0], "float32")

    assert repr(kind()) == f"{shown}()"
    wanted = ", ".join(f"{key}={value!r}" for key, value in options.items())
    assert repr(kind(**options)) == f"{shown}({wanted})"
    for weight in SPECS[loss].weights:
        assert repr(kind(**{weight: 2.5})) == f"{shown}({weight}=2.5)"
        assert repr(kind(**{weight: array})) == f"{shown}({weight}=<array of shape (2,)>)"


COPIED = [name for name in CALLS if name.endswith(("-signed", "-number", "-weight"))]


@kinds
@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
@pytest.mark.parametrize("call", COPIED)
def test_copies_compute_the_same(name: str, own: bool, way: str, call: str, require_framework: Any):
    require_framework(name)
    loss, function, x, target = made(name, own, CALLS[call])
    copied = copy.deepcopy(loss) if way == "deepcopy" else pickle.loads(pickle.dumps(loss))

    same(FRAMEWORKS[name], copied(x, target), function(x, target))
    assert repr(copied) == repr(loss)


@pytest.mark.parametrize(("name", "own"), [k for k in KINDS if not k[1] or k[0] == "jax"])
@each_weight
def test_without_a_state_it_never_changes_and_is_equal_to_its_like(
    name: str, own: bool, loss: str, weight: str, require_framework: Any
):
    require_framework(name)
    kind, array = class_of(name, own, loss), FRAMEWORKS[name].array([1.0, 2.0], "float32")

    def made(value: Any, **options: Any) -> Any:
        return kind(**{weight: value}, **options)

    one, like = made(array, reduction="sum"), made(array, reduction="sum")
    for change in (lambda: setattr(one, "axis", 0), lambda: setattr(one, "scale", 1)):
        with pytest.raises(AttributeError, match=f"{SPECS[loss].class_name} cannot be changed"):
            change()
    with pytest.raises(AttributeError, match="cannot be changed"):
        delattr(one, weight)
    assert one == like
    assert len({one, like, made(array), made(2.5), made(2.5)}) == 3
    assert one not in (made(copy.deepcopy(array), reduction="sum"), made(array), kind(), "loss")
    others = [class_of(name, own, other)() for other in SPECS if other != loss]
    assert made(2) == made(2.0)
    assert made(2) not in others


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
    loss = next(iter(SPECS.values())).class_name
    code = f"from mlloss.backends.{name} import {loss} as loss; print(loss.__name__)"
    assert python(code, tmp_path) == f"{loss}\n"
