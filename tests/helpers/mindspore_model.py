"""Models in a file of its own: MindSpore's rewriter reads it."""

from __future__ import annotations

from typing import Any

from mindspore import grad, jit, nn

import mlloss


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

    def construct(self, *args):
        return self.loss(*args)


class Slope(nn.Cell):
    """The sum of squares of a loss's gradient."""

    def __init__(self, loss: Any):
        super().__init__()
        self.gradient = grad(loss)

    def construct(self, x, target):
        return (self.gradient(x, target) ** 2).sum()


class Binary(nn.Cell):
    """Lists of class numbers, of seven classes, as one label a class."""

    def construct(self, target):
        return mlloss.to_binary(target, labels="indices", num_classes=7)


class Compiled(Plain):
    """The same, compiled."""

    @jit
    def construct(self, input, target):
        return self.loss(input, target)
