"""Models in a file of its own: MindSpore's rewriter reads it."""

from __future__ import annotations

from typing import Any

from mindspore import jit, nn


class WithLoss(nn.Cell):
    """A layer and a loss."""

    def __init__(self, classes: int, loss: Any):
        super().__init__()
        self.layer = nn.Dense(classes, classes)
        self.loss = loss

    def construct(self, x, target):
        return self.loss(self.layer(x), target)


class Plain(nn.Cell):
    """A loss inside a Cell."""

    def __init__(self, loss: Any):
        super().__init__()
        self.loss = loss

    def construct(self, input, target):
        return self.loss(input, target)


class Compiled(Plain):
    """The same, compiled."""

    @jit
    def construct(self, input, target):
        return self.loss(input, target)
