"""A multi-label problem of real data: what is true of a handwritten digit, from its picture."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import mlloss
from mlloss.core.registry import LOSSES

MARGIN = "multilabel_margin_loss"
SOFT = "multilabel_soft_margin_loss"
ATTRIBUTES = {  # every digit has some of them and lacks some
    "even": {0, 2, 4, 6, 8},
    "prime": {2, 3, 5, 7},
    "above four": {5, 6, 7, 8, 9},
    "closed loop": {0, 4, 6, 8, 9},
    "square": {0, 1, 4, 9},
    "multiple of three": {0, 3, 6, 9},
    "power of two": {1, 2, 4, 8},
    "straight strokes": {1, 4, 7},
}
HELD_OUT, ROWS, HIDDEN = 397, 64, 32  # pictures to test on, pictures a batch, units

Array = np.ndarray[Any, Any]
Pair = tuple[Array, Array]  # pictures (N, 64) in [0, 1], and their labels


class Problem(NamedTuple):
    """The same in every framework, to the last bit."""

    weights: list[Array]  # w, b, v, c of the scores relu(x @ w + b) @ v + c
    batches: list[Pair]
    held_out: Pair


def problem(loss: str, steps: int, bias: float) -> Problem:
    """Labels are in the convention that is the default of the loss.

    `bias` is what the first class's score starts with.
    """
    rng = np.random.default_rng(0)
    pictures, truth = _digits(rng)
    lists = LOSSES[loss].default_labels == "indices"
    labels = _lists(truth) if lists else truth.astype(np.float32)
    weights = _weights(rng)
    weights[-1][0] = bias
    train = np.arange(HELD_OUT, len(truth))
    rows = [rng.choice(train, ROWS, replace=False) for _ in range(steps)]
    batches = [(pictures[some], labels[some]) for some in rows]
    return Problem(weights, batches, (pictures[:HELD_OUT], labels[:HELD_OUT]))


def _digits(rng: np.random.Generator) -> Pair:
    """All 1797 pictures in a fixed order, and what is true of each as 0/1, (1797, 8)."""
    from sklearn.datasets import load_digits

    pictures, digits = load_digits(return_X_y=True)
    order = rng.permutation(len(digits))
    has = np.array([[n in those for those in ATTRIBUTES.values()] for n in range(10)])
    return (pictures[order] / 16).astype(np.float32), has[digits[order]]


def _lists(truth: Array) -> Array:
    """Index lists as wide as there are classes: PyTorch's own loss takes no others."""
    lists = mlloss.to_indices(truth, labels="binary")
    unused = ((0, 0), (0, truth.shape[1] - lists.shape[1]))
    return np.pad(lists, unused, constant_values=-1)


def _weights(rng: np.random.Generator) -> list[Array]:
    classes = len(ATTRIBUTES)
    w, v = (rng.normal(size=size) / size[0] ** 0.5 for size in ((64, HIDDEN), (HIDDEN, classes)))
    return [a.astype(np.float32) for a in (w, np.zeros(HIDDEN), v, np.zeros(classes))]
