"""The losses as objects that keep their arguments, for arrays of any framework."""

from __future__ import annotations

from mlloss.arguments import Arguments, Margin, SoftMargin, is_plain
from mlloss.core.ops import Array


class Frozen(Arguments):
    """Nothing but its arguments, which never change: equal to another that has the same.

    The same array, that is, and not one of the same numbers: those may not be at hand.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self) or name not in self._defaults():
            raise AttributeError(f"{type(self).__name__} cannot be changed: make another.")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed: make another.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown()})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def _key(self) -> tuple[object, ...]:
        values = (getattr(self, name) for name in self._defaults())
        return tuple(value if is_plain(value) else ("array", id(value)) for value in values)


class MultiLabelMarginLoss(Frozen, Margin):
    """Multi-label hinge loss: every target class should lead every other class by 1.

        loss(x, J) = sum over j in J, i not in J of max(0, 1 - (x[j] - x[i])) / C

    `mlloss.multilabel_margin_loss` with its arguments given beforehand. For a model,
    `mlloss.backends.torch` and the others have it as their framework's own kind of module.

    Args:
        reduction: "none", "mean" (over rows) or "sum".
        labels: how target is written: "indices" (class numbers, ended by -1), "binary" ({0, 1}) or
            "signed" ({-1, +1}).
        axis: the class axis of input and target.
        validate: whether label values are checked; None: where they are at hand.

    Returns:
        A function of input, (..., C), and target: (..., L) class numbers or a label a class. Its
        result is input's shape without the class axis for "none", a scalar otherwise.

    Raises:
        TypeError, ValueError: an argument that the function would refuse.

    Example:
        By hand: targets 3 and 0 have the hinges 0.4 + 0.6 + 1.1 + 1.3 = 3.4, over 4 classes.

        >>> import numpy as np
        >>> loss = MultiLabelMarginLoss(reduction="sum")
        >>> loss
        MultiLabelMarginLoss(reduction='sum')
        >>> print(loss(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])).round(6))
        0.85

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
    """

    def __call__(self, input: Array, target: Array) -> Array:
        return self._evaluate(input, target)


class MultiLabelSoftMarginLoss(Frozen, SoftMargin):
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

        loss(x, y) = mean over c of
            weight[c] * -(y[c] * log(sigmoid(x[c])) + (1 - y[c]) * log(sigmoid(-x[c])))

    `mlloss.multilabel_soft_margin_loss` with its arguments given beforehand. For a model,
    `mlloss.backends.torch` and the others have it as their framework's own kind of module.

    Args:
        weight: None, a number, one number a class (C,), or an array that broadcasts to input's
            shape.
        reduction: "none", "mean" (over rows) or "sum".
        labels: how target is written: "binary" ([0, 1]), "signed" ({-1, +1}) or "indices" (class
            numbers, ended by -1).
        axis: the class axis of input and target.
        validate: whether label values are checked; None: where they are at hand.

    Returns:
        A function of input, (..., C), and target: a label a class or (..., L) class numbers. Its
        result is input's shape without the class axis for "none", a scalar otherwise.

    Raises:
        TypeError, ValueError: an argument that the function would refuse.

    Example:
        By hand: sigmoid(0) is 1/2 for both classes, so that each costs log 2, twice.

        >>> import numpy as np
        >>> loss = MultiLabelSoftMarginLoss(2.0)
        >>> loss
        MultiLabelSoftMarginLoss(weight=2.0)
        >>> print(loss(np.array([[0.0, 0.0]]), np.array([[1, 0]])).round(6))
        1.386294

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """

    def __call__(self, input: Array, target: Array) -> Array:
        return self._evaluate(input, target)
