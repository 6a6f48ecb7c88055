"""Transformations of JAX that others do not have: pmap, checkpoint, donated buffers, scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from closeness import assert_close
from forms import forms, made, seen
from processes import python

from examples import each_loss


@pytest.fixture
def jax(require_framework: Callable[[str], None]) -> Any:
    require_framework("jax")
    import jax

    return jax


def check_slope(loss: str, slope: Any, dtype: str = "float32") -> None:
    call = seen("jax", loss, dtype)
    reach = call.tolerance("gradient", dtype)
    assert_close(slope, call.expected("gradient"), reach, dtype, f"slope of {loss}")


@pytest.mark.parametrize("policy", [None, "everything_saveable", "nothing_saveable"])
@forms
def test_checkpoint(loss: str, form: str, policy: str | None, jax: Any):
    f, x, target = made("jax", loss, form)
    kept = policy and getattr(jax.checkpoint_policies, policy)
    again = jax.checkpoint(f, policy=kept)

    check_slope(loss, jax.grad(again)(x, target))
    check_slope(loss, jax.jit(jax.grad(again))(x, target))


@forms
def test_donated_scores(loss: str, form: str, jax: Any):
    """The gradient may be written where the scores stood."""
    f, x, target = made("jax", loss, form)
    scores = x.copy()
    slope = jax.jit(jax.grad(f), donate_argnums=0)(scores, target)

    assert scores.is_deleted()
    check_slope(loss, slope)


@forms
def test_bfloat16(loss: str, form: str, jax: Any):
    f, x, target = made("jax", loss, form, "bfloat16")
    value, slope = jax.jit(jax.value_and_grad(f))(x, target)
    call = seen("jax", loss, "bfloat16")

    assert value.dtype == slope.dtype == "bfloat16"
    value = value.astype("float32")
    reach = call.tolerance("value", "bfloat16")
    assert_close(value, call.expected("value"), reach, "bfloat16", loss)
    check_slope(loss, slope.astype("float32"), "bfloat16")


@forms
def test_scan_over_batches(loss: str, form: str, jax: Any):
    f, x, target = made("jax", loss, form)
    batches = x.reshape(3, 2, -1), target.reshape(3, 2, -1)
    total, _ = jax.lax.scan(lambda total, batch: (total + f(*batch), None), 0.0, batches)

    np.testing.assert_allclose(total / 3, f(x, target), rtol=1e-6)


@pytest.mark.parametrize("transform", ["vmap", "vmap of grad", "jvp", "hessian"])
@each_loss
def test_a_module_transforms_as_the_function_does(loss: str, transform: str, jax: Any):
    """Which test_transforms.py holds against the oracle."""
    (module, x, target), (function, *_) = made("jax", loss, "module"), made("jax", loss, "function")

    def transformed(f: Any, x: Any, target: Any) -> Any:
        if transform == "jvp":
            return jax.jvp(lambda x: f(x, target), (x,), (jax.numpy.ones_like(x),))
        if transform == "hessian":
            return jax.hessian(lambda x: f(x, target))(x)
        return jax.vmap(f if transform == "vmap" else jax.grad(f))(x, target)

    got = jax.tree.leaves(jax.jit(transformed)(module, x, target))
    want = jax.tree.leaves(transformed(function, x, target))
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


PMAP = """
import jax
jax.config.update("jax_num_cpu_devices", 2)
import jax.numpy as jnp, numpy as np, mlloss.backends.jax as ours
x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 5)), "float32")
margin, soft = ours.MultiLabelMarginLoss(), ours.MultiLabelSoftMarginLoss(jnp.arange(5.0))
lists = jnp.asarray([[[0, 1], [2, -1], [4, 3]]] * 2)
for loss, target in ((margin, lists), (soft, (x > 0.5).astype("int32"))):
    many = jax.pmap(lambda f, x, t: f(x, t), in_axes=(None, 0, 0))(loss, x, target)
    slopes = jax.pmap(jax.grad(loss))(x, target)
    for n in range(2):
        np.testing.assert_allclose(many[n], loss(x[n], target[n]), rtol=1e-6)
        np.testing.assert_allclose(slopes[n], jax.grad(loss)(x[n], target[n]), rtol=1e-6, atol=1e-8)
    print(len(many.sharding.device_set), len(slopes.sharding.device_set))
"""


def test_pmap_over_two_devices(jax: Any, tmp_path: Path):
    """In a process of its own, where the processor passes for two."""
    assert python(PMAP, tmp_path) == "2 2\n2 2\n"
