"""What a module carries in a model: the weight, moved, saved and loaded as the native one's is."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

WEIGHT = [1.0, 2.0, 4.0]
NAME = "MultiLabelSoftMarginLoss"
Require = Callable[[str], None]
weighted = pytest.mark.parametrize("weighted", [True, False], ids=["weight", "none"])
directions = pytest.mark.parametrize("direction", ["to_ours", "to_theirs"])


def torch_model(loss: Any) -> Any:
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.loss = torch.nn.Linear(3, 3), loss

    return Model()


@weighted
@directions
@pytest.mark.parametrize("name", ["MultiLabelMarginLoss", NAME])
def test_a_checkpoint_of_torch_loads_both_ways(
    name: str, direction: str, weighted: bool, require_framework: Require
):
    require_framework("torch")
    import torch

    from mlloss.backends import torch as ours

    soft = name == NAME
    kinds = (getattr(torch.nn, name), getattr(ours, name))
    old, new = kinds if direction == "to_ours" else kinds[::-1]
    before = torch_model(old(torch.tensor(WEIGHT)) if soft and weighted else old())
    after = torch_model(new(torch.zeros(3)) if soft and weighted else new())
    file = io.BytesIO()
    torch.save(before.state_dict(), file)
    file.seek(0)
    after.load_state_dict(torch.load(file, weights_only=True), strict=True)

    assert list(after.state_dict()) == list(before.state_dict())
    assert ("loss.weight" in after.state_dict()) == (soft and weighted)
    if soft and weighted:
        x, target = torch.randn(2, 3), torch.eye(3)[:2]
        torch.testing.assert_close(after.loss(x, target), before.loss(x, target))


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_a_weight_of_torch_moves_with_the_model_as_the_native_one(
    dtype: str, require_framework: Require
):
    require_framework("torch")
    import torch

    from mlloss.backends.torch import MultiLabelSoftMarginLoss

    native = torch_model(torch.nn.MultiLabelSoftMarginLoss(torch.tensor(WEIGHT)))
    model = torch_model(MultiLabelSoftMarginLoss(torch.tensor(WEIGHT)))
    wide, x, target = getattr(torch, dtype), torch.tensor([[0.5, -1, 2]]), torch.eye(3)[:1]
    native.to(wide), model.to(wide)

    assert model.loss.weight.dtype == native.loss.weight.dtype == wide
    assert model.loss(x.to(wide), target).dtype == wide
    torch.testing.assert_close(model.loss(x, target).double(), native.loss(x, target).double())
    assert model.to("meta").loss.weight.is_meta


def test_a_number_of_torch_stays_one(require_framework: Require):
    require_framework("torch")
    import torch

    from mlloss.backends.torch import MultiLabelSoftMarginLoss

    model = torch_model(MultiLabelSoftMarginLoss(2.5)).double()
    x, target = torch.zeros(1, 3), torch.eye(3)[:1]

    assert not any("loss" in key for key in model.state_dict())
    assert model.loss.weight == 2.5
    assert model.loss(x, target).item() == pytest.approx(2.5 * np.log(2))


def test_options_of_a_torch_module_may_be_changed_as_those_of_the_native_one(
    require_framework: Require,
):
    require_framework("torch")
    import torch

    from mlloss.backends.torch import MultiLabelMarginLoss

    loss, x = MultiLabelMarginLoss(), torch.zeros(2, 3)
    loss.reduction = "none"

    assert loss(x, torch.tensor([[0], [1]])).shape == (2,)
    loss.reduction = "avg"
    with pytest.raises(ValueError, match="multilabel_margin_loss: reduction must be one of"):
        loss(x, torch.tensor([[0], [1]]))


def paddle_model(loss: Any) -> Any:
    import paddle

    class Model(paddle.nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.loss = paddle.nn.Linear(3, 3), loss

    return Model()


@pytest.mark.parametrize("weight", ["none", "tensor", "parameter"])
@directions
def test_a_checkpoint_of_paddle_loads_both_ways(
    direction: str, weight: str, tmp_path: Path, require_framework: Require
):
    """Its native class keeps a tensor out of the checkpoint, and a parameter in it."""
    require_framework("paddle")
    import paddle

    from mlloss.backends.paddle import MultiLabelSoftMarginLoss

    kinds = (paddle.nn.MultiLabelSoftMarginLoss, MultiLabelSoftMarginLoss)
    old, new = kinds if direction == "to_ours" else kinds[::-1]

    def model(kind: Any, values: list[float]) -> Any:
        made = paddle.to_tensor(values)
        if weight == "parameter":
            made = paddle.create_parameter([3], "float32", attr=paddle.nn.initializer.Assign(made))
        return paddle_model(kind(None if weight == "none" else made))

    before, after = model(old, WEIGHT), model(new, [0.0, 0, 0] if weight == "parameter" else WEIGHT)
    paddle.save(before.state_dict(), str(tmp_path / "model.pdparams"))
    missing = after.set_state_dict(paddle.load(str(tmp_path / "model.pdparams")))

    assert missing == ([], [])
    assert list(after.state_dict()) == list(before.state_dict())
    assert ("loss.weight" in after.state_dict()) == (weight == "parameter")
    x, target = paddle.randn([2, 3]), paddle.eye(3)[:2]
    want = before.loss(x, target).item()
    assert after.loss(x, target).item() == pytest.approx(want, rel=1e-6)


def test_a_weight_of_paddle_moves_with_the_model(require_framework: Require):
    require_framework("paddle")
    import paddle

    from mlloss.backends.paddle import MultiLabelSoftMarginLoss

    model = paddle_model(MultiLabelSoftMarginLoss(paddle.to_tensor(WEIGHT))).to(dtype="float64")

    assert model.loss.weight.dtype == paddle.float64
    x = paddle.zeros([1, 3], "float64")
    assert model.loss(x, paddle.eye(3)[:1]).item() == pytest.approx(np.log(2) * 7 / 3, rel=1e-12)


@pytest.mark.parametrize("parameter", [False, True])
@directions
def test_a_checkpoint_of_mindspore_loads_both_ways(
    direction: str, parameter: bool, tmp_path: Path, require_framework: Require
):
    require_framework("mindspore")
    import mindspore
    from mindspore import nn

    from mlloss.backends.mindspore import MultiLabelSoftMarginLoss

    class Model(nn.Cell):
        def __init__(self, loss: Any) -> None:
            super().__init__()
            self.layer, self.loss = nn.Dense(3, 3), loss

    def model(kind: Any, values: list[float]) -> Any:
        weight = mindspore.Tensor(values, mindspore.float32)
        return Model(kind(mindspore.Parameter(weight, "weight") if parameter else weight))

    kinds = (nn.MultiLabelSoftMarginLoss, MultiLabelSoftMarginLoss)
    old, new = kinds if direction == "to_ours" else kinds[::-1]
    before, after = model(old, WEIGHT), model(new, [0.0, 0, 0])
    path = str(tmp_path / "model.ckpt")
    mindspore.save_checkpoint(before, path)

    unused = mindspore.load_param_into_net(after, mindspore.load_checkpoint(path), True)
    assert unused == ([], [])
    assert list(after.parameters_dict()) == list(before.parameters_dict())
    if parameter:
        assert after.loss.weight.asnumpy().tolist() == WEIGHT


def test_a_weight_of_mindspore_may_be_learnt(require_framework: Require):
    require_framework("mindspore")
    import mindspore
    from mindspore import Parameter, Tensor

    from mlloss.backends.mindspore import MultiLabelSoftMarginLoss

    loss = MultiLabelSoftMarginLoss(Parameter(Tensor(WEIGHT, mindspore.float32), "weight"))
    x, target = Tensor([[0.0, 0, 0]], mindspore.float32), Tensor([[1, 0, 0]], mindspore.int32)
    step = mindspore.value_and_grad(loss, None, loss.trainable_params())

    assert step(x, target)[1][0].asnumpy() == pytest.approx([np.log(2) / 3] * 3, rel=1e-6)
