"""Every loss has every part, and cases are made of it."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from mlloss.conformance.cases.builders import Loss
from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.loss_cases import LossCases
from mlloss.conformance.expected import reference
from mlloss.conformance.expected.definitions import ClassTerms, sigmoid, softplus, times
from mlloss.conformance.expected.tolerance import tolerance
from mlloss.conformance.losses import MissingPart, find, loss_folders, loss_names
from mlloss.core.registry import LOSSES

LEAST = 300  # generated cases of a loss


@pytest.mark.parametrize("loss", loss_names())
def test_a_loss_has_a_definition_cases_and_natives(loss: str):
    definition = find(loss).reference.REFERENCE
    assert {(), ("input",)} <= set(definition.derivatives), "reference.py lacks a derivative"
    assert isinstance(find(loss).cases.CASES, LossCases)
    assert Loss(loss).cases.edge_cases
    assert find(loss).file("natives.toml").stat().st_size


@pytest.mark.parametrize("loss", loss_names())
def test_cases_are_made_of_every_loss(loss: str):
    made = [case for case in all_cases() if case.loss == loss and case.source is None]
    assert len(made) > LEAST
    areas = Counter(case.area for case in made)
    needed = {"values", "gradients", "dtypes", "shapes", "reductions", "conventions", "empty"}
    assert needed | {"transforms", "errors", "extremes"} <= set(areas)
    given = {name for case in made for name in case.weights()}
    assert set(Loss(loss).weights) <= given, "a weight that no case has"


def test_prefixes_are_unique_and_folders_are_of_losses():
    prefixes = [find(loss).prefix for loss in loss_names()]
    assert len(set(prefixes)) == len(prefixes)
    missing = [f"mlloss/losses/{stem}.py" for stem in set(loss_folders()) - {*map(_stem, LOSSES)}]
    assert not missing, f"folders of losses that lack {missing}"


def _stem(loss: str) -> str:
    return LOSSES[loss].stem


def test_what_is_missing_is_named():
    with pytest.raises(MissingPart, match="lacks the folder conformance/losses/tilted"):
        find("tilted_loss")
    with pytest.raises(MissingPart, match=r"lacks conformance/losses/\w+/origin\.toml"):
        find(loss_names()[0]).file("origin.toml")


def _term(x: float, y: float, pos_weight: float = 1.0) -> float:
    return float(times(pos_weight * y, softplus(-x)) + times(1 - y, softplus(x)))


def _gradient(x: float, y: float, pos_weight: float = 1.0) -> float:
    return (1 - y) * sigmoid(x) - pos_weight * y * sigmoid(-x)


CROSS_ENTROPY = ClassTerms(
    derivatives={
        (): _term,
        ("input",): _gradient,
        ("pos_weight",): lambda x, y, pos_weight: times(y, softplus(-x)),
    }
)


@pytest.fixture
def cross_entropy(monkeypatch: pytest.MonkeyPatch) -> str:
    """A loss of kind "class" with a factor and a weight inside of its terms."""
    spec = SimpleNamespace(
        kind="class",
        default_labels="binary",
        fractions=True,
        weights={"weight": "scale", "pos_weight": "kernel"},
    )
    folder = SimpleNamespace(reference=SimpleNamespace(REFERENCE=CROSS_ENTROPY))
    monkeypatch.setattr(reference, "spec_of", lambda name: spec)
    monkeypatch.setattr(reference, "find", lambda name: folder)
    return "cross_entropy"


def test_a_class_loss_is_reduced_over_all_classes(cross_entropy: str):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 3, 4)), rng.random((2, 3, 4))
    weight, positive = rng.random(4), rng.random((2, 1, 1))
    terms = weight * (positive * y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x))
    for reduction, want in (("none", terms), ("sum", terms.sum()), ("mean", terms.mean())):
        got = reference.loss(cross_entropy, x, y, weight, positive, reduction=reduction)
        np.testing.assert_allclose(got, want, rtol=1e-14)
    moved = [np.moveaxis(a, -1, 0) for a in (x, y)]
    got = reference.loss(cross_entropy, *moved, weight=weight, reduction="none", axis=0)
    plain = weight * (y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x))
    np.testing.assert_allclose(got, np.moveaxis(plain, -1, 0), rtol=1e-14)


@pytest.mark.parametrize("by", ["input", "weight", "pos_weight"])
def test_its_derivatives_agree_with_differences(cross_entropy: str, by: str):
    rng = np.random.default_rng(1)
    arrays = {"input": rng.normal(size=(3, 4)), "target": rng.random((3, 4))}
    arrays |= {"weight": rng.random((3, 1)), "pos_weight": rng.random(4)}
    got = reference.Call(cross_entropy, arrays).derivative(by)
    assert got.shape == arrays[by].shape
    for place in np.ndindex(got.shape):
        step = np.zeros(got.shape)
        step[place] = 1e-6
        high, low = (
            reference.Call(cross_entropy, arrays | {by: arrays[by] + s}).derivative()
            for s in (step, -step)
        )
        assert got[place] == pytest.approx((high - low) / 2e-6, rel=1e-6, abs=1e-10)
    allowed = tolerance(reference.Call(cross_entropy, arrays), "float32", (by,))
    assert allowed.shape == got.shape
    assert (allowed > 0).all()
