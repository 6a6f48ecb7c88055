"""The classes of the dialects: plain objects, and all of it under compilers."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from dialect_names import CLASSES, LISTS, SCORES, TRUTH, T, X, Y, found
from frameworks import FRAMEWORKS, Framework

import mlloss
import mlloss.dialects.mindspore as mindspore_nn
import mlloss.dialects.paddle as paddle_nn
import mlloss.dialects.paddle.functional as paddle_functional
import mlloss.dialects.torch as torch_nn
import mlloss.dialects.torch.functional as torch_functional
from mlloss.dialects.mindspore import ops as mindspore_ops


@pytest.mark.parametrize(("place", "name"), CLASSES)
def test_instances_are_plain_objects(place: str, name: str):
    loss = found(place, name)(reduction="none")
    assert loss.reduction == "none"
    assert re.fullmatch(rf"{name}\(.*reduction='none'.*\)", repr(loss))
    for other in (pickle.loads(pickle.dumps(loss)), copy.deepcopy(loss)):
        assert type(other) is type(loss)
        assert repr(other) == repr(loss)
    again = eval(repr(loss), {name: found(place, name)})
    assert vars(again) == vars(loss)


@pytest.mark.parametrize("nn", [torch_nn, paddle_nn, mindspore_nn])
def test_a_weight_is_kept_as_it_is(nn: Any, framework: Framework):
    weight = framework.array([1.0, 0.5, 2.0, 0.0], "float32")
    loss = nn.MultiLabelSoftMarginLoss(weight)
    assert loss.weight is weight
    arrays = framework.array(X, "float32"), framework.array(Y, "float32")
    got = framework.numpy(copy.deepcopy(loss)(*arrays))
    want = mlloss.multilabel_soft_margin_loss(X, Y, np.array([1.0, 0.5, 2.0, 0.0]))
    np.testing.assert_allclose(got, want, rtol=1e-6)
    loss.reduction = "sum"
    np.testing.assert_allclose(framework.numpy(loss(*arrays)), 2 * want, rtol=1e-6)


def test_a_subclass_computes_what_it_says():
    class Doubled(torch_nn.MultiLabelMarginLoss):
        def forward(self, input: Any, target: Any) -> Any:
            return 2 * super().forward(input, target)

    class Halved(mindspore_nn.MultilabelMarginLoss):
        def construct(self, x: Any, target: Any) -> Any:
            return super().construct(x, target) / 2

    plain = mlloss.multilabel_margin_loss(X, T)
    assert Doubled()(X, T) == pytest.approx(2 * plain)
    assert Halved()(X, T) == pytest.approx(plain / 2)


COMPILERS = [(f.name, c) for f in FRAMEWORKS.values() for c in f.compilers if c != "inductor"]
TORCH_SOFT, PADDLE_SOFT = (
    torch_nn.MultiLabelSoftMarginLoss(2.0),
    paddle_nn.MultiLabelSoftMarginLoss(),
)
PRIMITIVE = mindspore_ops.MultilabelMarginLoss("none")


@pytest.mark.parametrize(("name", "compiler"), COMPILERS)
def test_compiled(name: str, compiler: str, require_framework: Callable[[str], None]):
    """A call of each dialect, and labels that nobody can look at."""
    require_framework(name)
    framework = FRAMEWORKS[name]
    lists = framework.array(LISTS, framework.index_dtype)
    x, y = framework.array(SCORES, "float32"), framework.array(TRUTH, "float32")
    signed = framework.array(Y * 2 - 1, "float32")

    def functions(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        one = torch_functional.multilabel_margin_loss(x, lists, reduction="sum")
        two = mindspore_ops.multilabel_soft_margin_loss(x, y, reduction="sum")
        return one + two

    def classes(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        return TORCH_SOFT(x, y) + PRIMITIVE(x, lists)[0]

    def meanings(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        one = paddle_functional.multi_label_soft_margin_loss(x, signed, labels="unchecked")
        return one + paddle_functional.multi_label_soft_margin_loss(x, signed, labels="signed")

    def wrong(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        return PADDLE_SOFT(x, signed)

    for function in (functions, classes, meanings):
        got = framework.numpy(framework.compile(function, compiler)(x, lists, y, signed))
        np.testing.assert_allclose(got, function(X, T, Y, Y * 2 - 1), rtol=1e-6)
    if compiler == "sot":  # which breaks the graph where a value is needed
        with pytest.raises(ValueError, match="label has -1"):
            framework.compile(wrong, compiler)(x, lists, y, signed)
    else:
        assert np.isnan(framework.numpy(framework.compile(wrong, compiler)(x, lists, y, signed)))
