"""Automatic mixed precision: half scores, losses rounded once, gradients that a scale saves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from closeness import assert_close
from forms import forms, made, seen

import mlloss
from examples import each_loss

Require = Callable[[str], None]


def check(name: str, loss: str, dtype: str, value: Any, slope: Any) -> None:
    """Of scores in `dtype`: the loss and the gradient of their definition, rounded once."""
    call = seen(name, loss, dtype)
    assert_close(value, call.expected("value"), call.tolerance("value", dtype), dtype, loss)
    reach = call.tolerance("gradient", dtype)
    assert_close(slope, call.expected("gradient"), reach, dtype, f"slope of {loss}")


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@forms
def test_autocast_of_torch(loss: str, form: str, compiled: bool, require_framework: Require):
    """A product under autocast gives bfloat16 scores, and takes a bfloat16 gradient."""
    require_framework("torch")
    import torch

    f, x, target = made("torch", loss, form)
    unit = torch.eye(x.shape[1], device=x.device)
    bias = torch.zeros_like(x, requires_grad=True)

    def step(x: Any, target: Any) -> tuple[Any, Any]:
        with torch.autocast(x.device.type, torch.bfloat16):
            scores = (x + bias) @ unit
            return scores, f(scores, target)

    torch._dynamo.reset()
    run = torch.compile(step, fullgraph=True, backend="aot_eager") if compiled else step
    scores, value = run(x, target)
    value.backward()
    assert scores.dtype == value.dtype == torch.bfloat16
    check("torch", loss, "bfloat16", value.detach().float().cpu(), bias.grad.cpu())


@forms
def test_autocast_of_torch_leaves_float32_scores_alone(
    loss: str, form: str, require_framework: Require
):
    require_framework("torch")
    import torch

    f, x, target = made("torch", loss, form)
    with torch.autocast(x.device.type, torch.bfloat16):
        assert torch.equal(f(x, target), f(x.clone(), target))
        value = f(x, target)
    assert value.dtype == torch.float32
    assert torch.equal(value, f(x, target))


@forms
def test_a_scaled_half_gradient_of_torch(loss: str, form: str, require_framework: Require):
    """Too large a scale is found out and made smaller; then the gradient is to the last digit."""
    require_framework("torch")
    import torch

    f, x, target = made("torch", loss, form, "float16")
    x = torch.nn.Parameter(x.float())
    start, optimizer = x.detach().clone(), torch.optim.SGD([x], 1.0)
    scaler = torch.amp.GradScaler(x.device.type, init_scale=2.0**16)  # what float16 does not hold
    scales = []
    for _ in range(2):
        optimizer.zero_grad()
        scaler.scale(f(x.half(), target)).backward()
        scaler.step(optimizer)
        scales.append(scaler.get_scale())
        scaler.update()
        moved = (start - x.detach()).abs().max().item()
        assert (moved > 0) == (len(scales) == 2)
    assert scales == [2.0**16, 2.0**15]
    call = seen("torch", loss, "float16")
    want = call.expected("gradient")
    np.testing.assert_allclose((start - x.detach()).cpu().numpy(), want, rtol=2e-3, atol=2e-7)


def test_a_scale_saves_gradients_that_half_does_not_hold(require_framework: Require):
    """1/2 over 2048 x 4096 numbers is 6e-8, where float16 ends."""
    require_framework("torch")
    import torch

    from mlloss.backends.torch import MultiLabelSoftMarginLoss

    x = torch.zeros(2048, 4096, dtype=torch.float16, requires_grad=True)
    loss = MultiLabelSoftMarginLoss(0.25)(x, torch.zeros(x.shape))
    scale = 2.0**15
    (slope,) = torch.autograd.grad(loss * torch.tensor(scale), x)

    assert slope.float().unique().tolist() == pytest.approx([0.125 / x.numel() * scale], rel=1e-3)


@contextmanager
def auto_cast(dtype: str) -> Iterator[None]:
    """Paddle's level O1, which `paddle.amp.auto_cast` leaves off on the CPU."""
    import paddle
    from paddle.amp.amp_lists import black_list, white_list

    tracer = paddle.base.framework._dygraph_tracer()
    before = tracer._amp_level, tracer._amp_dtype, tracer._get_amp_op_list()
    tracer._amp_level, tracer._amp_dtype = paddle.base.core.AmpLevel.O1, dtype
    tracer._set_amp_op_list(white_list()[dtype]["O1"], black_list()[dtype]["O1"])
    try:
        yield
    finally:
        tracer._amp_level, tracer._amp_dtype = before[:2]
        tracer._set_amp_op_list(*before[2])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@forms
def test_auto_cast_of_paddle(loss: str, form: str, dtype: str, require_framework: Require):
    require_framework("paddle")
    import paddle

    f, x, target = made("paddle", loss, form, dtype)
    x.stop_gradient = False
    with auto_cast(dtype):
        narrowed = paddle.exp(x)  # the list of those to be computed in float32
        value, wide = f(x, target), f(x.astype("float32"), target)
        (slope,) = paddle.grad(value, x)
    assert narrowed.dtype == paddle.float32
    assert wide.item() == f(x.astype("float32"), target).item()
    assert (value.dtype, slope.dtype, wide.dtype) == (x.dtype, x.dtype, paddle.float32)
    check("paddle", loss, dtype, value.astype("float32").item(), slope.astype("float32").numpy())


@forms
def test_auto_cast_in_a_static_graph_of_paddle(loss: str, form: str, require_framework: Require):
    require_framework("paddle")
    import paddle

    f, x, target = made("paddle", loss, form, "bfloat16")
    x.stop_gradient = False

    def step(x: Any, target: Any) -> Any:
        with paddle.amp.auto_cast(enable=True, level="O1", dtype="bfloat16"):
            return paddle.exp(x), f(x, target)

    narrowed, value = paddle.jit.to_static(step, full_graph=True)(x, target)
    (slope,) = paddle.grad(value, x)
    assert narrowed.dtype == paddle.float32
    assert (value.dtype, slope.dtype) == (x.dtype, x.dtype)
    check("paddle", loss, "bfloat16", value.astype("float32").item(), slope.astype("float32"))


@pytest.mark.parametrize("level", ["O1", "O2", "O3"])
@each_loss
def test_auto_mixed_precision_of_mindspore(
    loss: str, level: str, require_framework: Require, tmp_path: Path, monkeypatch: Any
):
    """O1 writes a model's classes anew, and leaves the folders of those it read in sys.path."""
    require_framework("mindspore")
    import mindspore
    from mindspore_model import WithLoss

    monkeypatch.chdir(tmp_path)  # for what it writes
    monkeypatch.setattr(sys, "path", [*sys.path])
    f, x, target = made("mindspore", loss, "module")
    net = mindspore.amp.auto_mixed_precision(WithLoss(x.shape[1], f), level, mindspore.float16)
    value = net(x, target)

    assert value.dtype == mindspore.float32
    plain = WithLoss(x.shape[1], f)
    for new, old in zip(plain.trainable_params(), net.trainable_params(), strict=True):
        new.set_data(old.astype(mindspore.float32))
    np.testing.assert_allclose(value.asnumpy(), plain(x, target).asnumpy(), rtol=5e-3)
    files = (mlloss.__file__, mlloss.backends.__file__, inspect.getfile(type(f)))
    assert not {Path(file).parent for file in files} & set(map(Path, sys.path))


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@forms
def test_to_float_of_mindspore(loss: str, form: str, compiled: bool, require_framework: Require):
    """A Cell that casts what each of its operations is given, to float16."""
    require_framework("mindspore")
    import mindspore
    from mindspore_model import Compiled, Plain

    f, x, target = made("mindspore", loss, form, "float16")
    net = (Compiled if compiled else Plain)(f).to_float(mindspore.float16)
    value, slope = net(x, target), mindspore.grad(net)(x, target)

    assert value.dtype == slope.dtype == mindspore.float16
    check("mindspore", loss, "float16", value.asnumpy(), slope.asnumpy())


@forms
def test_a_scaled_half_gradient_of_mindspore(loss: str, form: str, require_framework: Require):
    require_framework("mindspore")
    import mindspore

    f, x, target = made("mindspore", loss, form, "float16")
    x = x.astype(mindspore.float32)
    scaler = mindspore.amp.DynamicLossScaler(2**12, 2, 10)

    def scaled(x: Any) -> Any:
        return scaler.scale(f(x.astype(mindspore.float16), target))

    slope = scaler.unscale(mindspore.grad(scaled)(x))
    want = seen("mindspore", loss, "float16").expected("gradient")
    np.testing.assert_allclose(slope.asnumpy(), want, rtol=2e-3, atol=2e-7)
