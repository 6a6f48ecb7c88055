"""What is measured: sizes, and scores and labels of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mlloss.core.registry import LOSSES

Scores = Literal["random", "trained"]
Lists = Literal["full", "compact"]
Grows = Literal["classes", "targets"]
SCORES: tuple[Scores, ...] = get_args(Scores)


@dataclass(frozen=True)
class Point:
    """A size: N rows of C classes, and T targets in each row where labels are lists."""

    rows: int
    classes: int
    targets: int = 0

    def __str__(self) -> str:
        sizes = (self.rows, self.classes, self.targets)
        return f"({', '.join(str(size) for size in sizes if size)})"

    def pairs(self) -> int:
        """Return N x T x C."""
        return self.rows * self.classes * self.targets


OF_LISTS = (  # losses of index lists
    Point(8, 5, 2),
    Point(32, 20, 3),
    Point(128, 80, 5),
    Point(256, 1000, 10),
    Point(64, 10_000, 50),
    Point(16, 100_000, 100),
    Point(4, 100_000, 5000),
)
OF_DENSE = (  # losses of a label for each class
    Point(32, 20),
    Point(128, 80),
    Point(256, 1000),
    Point(1024, 1024),
    Point(64, 100_000),
)
LISTS_TO_DENSE = Point(64, 100_000, 20)  # index lists for a loss of dense labels
MEMORY_OF_LISTS, MEMORY_OF_DENSE = Point(64, 20_000, 20), OF_DENSE[-1]
GROWTH: dict[Grows, tuple[Point, ...]] = {  # of losses of index lists
    "classes": tuple(Point(8, 10**n, 10) for n in range(2, 7)),
    "targets": tuple(Point(4, 100_000, 10**n) for n in range(5)),
}


def takes_lists(loss: str) -> bool:
    """Return whether the labels of a loss are index lists by default."""
    return LOSSES[loss].default_labels == "indices"


def scores(point: Point, kind: Scores, targets: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return scores, (N, C).

    Args:
        point: the size.
        kind: "random": normally distributed; "trained": targets about 3, others about -5.
        targets: the targets of each row.
    """
    x = np.random.default_rng(0).normal(size=(point.rows, point.classes)).astype(np.float32)
    if kind == "trained":
        x -= 5
        np.put_along_axis(x, targets, np.take_along_axis(x, targets, 1) + 8, 1)
    return x


def targets(point: Point) -> NDArray[np.int64]:
    """Return T different classes for each row, (N, T)."""
    draw = np.random.default_rng(1)
    rows = [draw.choice(point.classes, point.targets, replace=False) for _ in range(point.rows)]
    return np.array(rows, np.int64)


def lists(point: Point, form: Lists, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return targets padded with -1 to (N, C), as PyTorch and Paddle need, or as they are."""
    if form == "compact":
        return targets
    full = np.full((point.rows, point.classes), -1, np.int64)
    full[:, : point.targets] = targets
    return full


def binary(point: Point) -> NDArray[np.float32]:
    """Return 0 or 1 for each class, three in a hundred 1."""
    drawn = np.random.default_rng(2).random((point.rows, point.classes)) < 0.03
    return drawn.astype(np.float32)


def dense(point: Point, targets: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return lists as 0 or 1 for each class."""
    y = np.zeros((point.rows, point.classes), np.float32)
    np.put_along_axis(y, targets, 1, 1)
    return y


def short_name(loss: str) -> str:
    """Return "soft margin" for multilabel_soft_margin_loss."""
    return loss.removeprefix("multilabel_").removesuffix("_loss").replace("_", " ")
