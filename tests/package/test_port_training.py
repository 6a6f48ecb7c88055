"""The same training gives the same loss curve in every framework; examples/ says how."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from curves import TOLERANCE, Run, agree, distances, train
from digits import ATTRIBUTES, MARGIN, SOFT, problem
from trainers import COMPILED, NATIVE, OURS, SIGNED, TRAINERS

from mlloss.core.registry import LOSSES

STEPS = 25


@cache
def curve(run: Run, bias: float = 0.0) -> list[float]:
    answer = train(run, STEPS, bias)
    assert not isinstance(answer, str), f"{run}: {answer}"
    return answer


@pytest.mark.parametrize("loss", LOSSES)
def test_curves_agree(
    loss: str, require_framework: Callable[[str], None], capsys: pytest.CaptureFixture[str]
):
    for framework in TRAINERS:
        require_framework(framework)
    trained = {run: curve(run) for run in (Run(name, loss, OURS) for name in TRAINERS)}
    first, *others = trained.values()
    far = max(max(distances(other, first)) for other in others)
    with capsys.disabled():
        print(f"\n{loss}: {far:.1e} apart in {STEPS} steps ", end="")
    assert agree(trained), f"{far} apart"
    assert first[-2] < 0.9 * first[0], "nothing was learnt"


def test_a_small_difference_is_seen():
    first = [1.0, 0.8, 0.5]
    for other in ([1.0, 0.8 * (1 + 1e-3), 0.5], [1.0, float("nan"), 0.5], "RuntimeError: no"):
        assert not agree({Run("torch", SOFT, OURS): first, Run("jax", SOFT, OURS): other})
    near = [number * (1 + 0.9 * TOLERANCE) for number in first]
    assert agree({Run("torch", SOFT, OURS): first, Run("jax", SOFT, OURS): near})


@pytest.mark.parametrize(
    ("framework", "loss", "way"), [("torch", MARGIN, COMPILED), ("paddle", SOFT, SIGNED)]
)
def test_natives_that_part(
    framework: str, loss: str, way: str, require_framework: Callable[[str], None]
):
    require_framework(framework)
    apart = distances(curve(Run(framework, loss, way)), curve(Run(framework, loss, OURS)))
    assert max(apart) > 0.1


@pytest.mark.parametrize(
    ("framework", "reason"), [("jax", "neither JAX nor Optax"), ("mindspore", "Unsupported op")]
)
def test_natives_that_are_not_there(
    framework: str, reason: str, require_framework: Callable[[str], None]
):
    require_framework(framework)
    answer = train(Run(framework, MARGIN, NATIVE), STEPS)
    assert isinstance(answer, str)
    assert reason in answer


def test_a_confident_network(require_framework: Callable[[str], None]):
    """MindSpore's own soft margin is nan where a score is beyond 88; ours trains on."""
    require_framework("mindspore")
    own, ours = (curve(Run("mindspore", SOFT, way), bias=100.0) for way in (NATIVE, OURS))
    assert np.isnan(own).all()
    assert ours[-2] < 0.9 * ours[0]


def test_every_picture_has_targets_and_others():
    for loss, spec in LOSSES.items():
        pictures, labels = problem(loss, 1, 0.0).held_out
        targets = ((labels >= 0) if spec.default_labels == "indices" else labels).sum(-1)
        assert pictures.shape == (397, 64)
        assert targets.min() >= 1
        assert targets.max() < len(ATTRIBUTES)
