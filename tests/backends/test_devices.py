"""Nothing assumes host memory: results stay where their arguments are, with the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import Call
from closeness import assert_close
from frameworks import FRAMEWORKS
from processes import python

import mlloss
from examples import LOSSES, TARGETS, X

every = pytest.mark.parametrize("labels", TARGETS)
both = pytest.mark.parametrize("loss", LOSSES)


@pytest.fixture(params=["meta", "cuda"])
def torch_device(request: pytest.FixtureRequest, require_framework: Any) -> str:
    """meta is a device without values: whoever looks at them, or makes arrays elsewhere, fails."""
    require_framework("torch")
    import torch

    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device, or a PyTorch without CUDA")
    return str(request.param)


def examples(loss: str, labels: str) -> list[Call]:
    """Few comparisons; a matrix of many blocks, and lists that are sorted."""
    wide = np.random.default_rng(0).normal(size=(40, 3000))
    lists = np.argsort(wide)[:, ::7].copy()
    truth = mlloss.to_binary(lists, labels="indices", num_classes=3000)
    options = {"labels": labels, "reduction": "none"}
    targets = {"indices": lists, "binary": truth, "signed": truth * 2 - 1}
    pairs = ((X, TARGETS[labels]), (wide, targets[labels]))
    return [Call(loss, x, target, options=options) for x, target in pairs]


@every
@both
def test_torch(torch_device: str, loss: str, labels: str):
    import torch

    f = FRAMEWORKS["torch"]
    for call in examples(loss, labels):
        x, target = (a.to(torch_device) for a in call.arrays(f, "float32"))
        x.requires_grad_()
        rows = call.function(f)(x, target)
        (slope,) = torch.autograd.grad(rows.sum(), x, create_graph=True)
        bend = torch.autograd.grad(slope.sum(), x)[0]
        for got, shape in ((rows, x.shape[:1]), (slope, x.shape), (bend, x.shape)):
            assert (got.device.type, got.dtype, got.shape) == (torch_device, torch.float32, shape)
        if torch_device != "meta":
            _compare(call.seen(f, "float32"), f.numpy(rows), f.numpy(slope))


def _compare(seen: Call, rows: Any, slope: Any) -> None:
    assert_close(rows, seen.expected("value"), seen.tolerance("value", "float32"), "float32")
    reach = seen.tolerance("gradient", "float32")
    assert_close(slope, seen.expected("gradient"), reach, "float32")


@both
def test_torch_halves_weights_and_labels(torch_device: str, loss: str):
    import torch

    x = torch.zeros(2, 5, dtype=torch.bfloat16, device=torch_device)
    lists = torch.zeros(2, 3, dtype=torch.int64, device=torch_device)
    got = getattr(mlloss, loss)(x, lists, labels="indices")
    assert (got.device.type, got.dtype) == (torch_device, torch.bfloat16)
    for weight in (2.0, torch.ones(5, device=torch_device)):
        loss_of_weights = mlloss.multilabel_soft_margin_loss(x, lists, weight, labels="indices")
        assert loss_of_weights.device.type == torch_device
    for convert in (mlloss.to_indices, mlloss.to_binary, mlloss.to_signed):
        for dtype in (torch.int64, torch.uint16, torch.uint32, torch.uint64):
            got = convert(lists.to(dtype), labels="indices", num_classes=5)
            assert got.device.type == torch_device


@every
def test_torch_by_chunks(torch_device: str, labels: str):
    import torch

    scores = torch.zeros(len(X), X.shape[1], device=torch_device, requires_grad=True)
    loss = mlloss.chunked_multilabel_soft_margin_loss(
        lambda start, stop: scores[:, start:stop],
        torch.tensor(TARGETS[labels]).to(torch_device),
        chunk_size=3,
        num_classes=X.shape[1],
        labels=labels,
    )
    loss.backward()
    assert loss.device.type == scores.grad.device.type == torch_device


@every
@both
@pytest.mark.parametrize("host", ["input", "target"])
def test_torch_on_two_devices(torch_device: str, host: str, loss: str, labels: str):
    f = FRAMEWORKS["torch"]
    x, target = examples(loss, labels)[0].arrays(f, "float32")
    places = ("cpu", torch_device) if host == "input" else (torch_device, "cpu")
    moved = [array.to(place) for array, place in zip((x, target), places, strict=True)]
    with pytest.raises(RuntimeError, match="device"):
        getattr(mlloss, loss)(*moved, labels=labels)


def test_torch_checks_no_labels_that_it_would_have_to_wait_for(torch_device: str):
    import torch

    lists = torch.zeros(2, 3, dtype=torch.int64, device=torch_device)
    with pytest.raises(ValueError, match="not at hand here"):
        mlloss.check_labels(lists, labels="indices", num_classes=5)


SECOND_DEVICE = """
import jax, jax.numpy as jnp, mlloss, sys
sys.path.insert(0, {tests!r})
from examples import TARGETS, X
first, second = jax.devices()
place = lambda a: jax.device_put(jnp.asarray(a), second)
x = place(X.astype("float32"))
for loss in (mlloss.multilabel_margin_loss, mlloss.multilabel_soft_margin_loss):
    for labels, target in TARGETS.items():
        f = lambda x, t: loss(x, t, labels=labels)
        target = place(target)
        results = (f(x, target), jax.grad(f)(x, target))
        assert all(got.devices() == {{second}} for got in results), (loss, labels)
        home = [jax.device_put(a, first) for a in (x, target)]
        assert jnp.allclose(jax.device_put(results[0], first), f(*home), rtol=1e-6)
        try:
            f(x, home[1])
        except ValueError as error:
            assert "incompatible devices" in str(error), error
        else:
            raise AssertionError("two devices passed for one")
lists = place(TARGETS["indices"])
by_chunks = lambda x: mlloss.chunked_multilabel_soft_margin_loss(
    lambda start, stop: x[:, start:stop], lists, chunk_size=3, num_classes=x.shape[1]
)
for f in (by_chunks, jax.jit(jax.grad(by_chunks))):
    assert f(x).devices() == {{second}}
print("stayed")
"""


def test_jax_on_its_second_device(
    tmp_path: Path, require_framework: Any, monkeypatch: pytest.MonkeyPatch
):
    require_framework("jax")
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    code = SECOND_DEVICE.format(tests=str(Path(__file__).parents[1] / "helpers"))
    assert python(code, tmp_path) == "stayed\n"


@every
@both
def test_paddle_on_a_gpu(loss: str, labels: str, require_framework: Any):
    require_framework("paddle")
    import paddle

    if not (paddle.is_compiled_with_cuda() and paddle.device.cuda.device_count()):
        pytest.skip("no CUDA device, or a PaddlePaddle without CUDA")
    f = FRAMEWORKS["paddle"]
    for call in examples(loss, labels):
        x, target = (a.cuda() for a in call.arrays(f, "float32"))
        rows, slope = call.function(f)(x, target), f.gradient(call.function(f), x, target)
        assert rows.place.is_gpu_place()
        assert slope.place.is_gpu_place()
        _compare(call.seen(f, "float32"), f.numpy(rows), f.numpy(slope))
