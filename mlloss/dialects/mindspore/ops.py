"""`mindspore.ops`: the multi-label losses, on arrays of any framework."""

from __future__ import annotations

from mlloss.backends.compiler_boundary import opaque
from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects.call import MARGIN, SOFT, call
from mlloss.dialects.criterion import Criterion
from mlloss.labels import to_binary

__all__ = ["MultilabelMarginLoss", "multilabel_margin_loss", "multilabel_soft_margin_loss"]


def multilabel_margin_loss(input: Array, target: Array, reduction: Reduction = "mean") -> Array:
    """`mlloss.multilabel_margin_loss` of index lists, as MindSpore is asked for it.

    Args:
        input: floating scores, (..., C); any leading axes, where MindSpore has one or none.
        target: class numbers, (..., L), of any integer dtype and any width L; -1 ends a list.
        reduction: "none", "mean" (over rows) or "sum".

    Returns:
        An array of input's framework, device and dtype: (...) for "none", a scalar otherwise.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        >>> import numpy as np
        >>> x = np.array([[0.1, 0.2, 0.4, 0.8], [0.2, 0.3, 0.5, 0.7]])
        >>> print(multilabel_margin_loss(x, np.array([[1, 2, 0, 3], [2, 3, -1, 1]])).round(6))
        0.325

    Reference: https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_margin_loss.html
    """
    spelling = "multilabel_margin_loss(input, target)"
    return call(spelling, MARGIN, reduction, "indices", None, input, target)


def multilabel_soft_margin_loss(
    input: Array,
    target: Array,
    weight: Array | float | None = None,
    reduction: Reduction = "mean",
) -> Array:
    """`mlloss.multilabel_soft_margin_loss` of {0, 1} labels, as MindSpore is asked for it.

    Args:
        input: floating scores, (..., C), any leading axes.
        target: one label a class in input's shape, any number in [0, 1].
        weight: None, a number, one number a class (C,), or what broadcasts to input's shape.
        reduction: "none", "mean" (over rows) or "sum".

    Returns:
        An array of input's framework, device and dtype: (...) for "none", a scalar otherwise.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: sigmoid(0) is 1/2 for both classes, so that each costs log 2 = 0.693147.

        >>> import numpy as np
        >>> x = np.array([[0.0, 0.0]])
        >>> print(multilabel_soft_margin_loss(x, np.array([[1, 0]])).round(6))
        0.693147

    Reference: https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_soft_margin_loss.html
    """
    spelling = "multilabel_soft_margin_loss(input, target)"
    return call(spelling, SOFT, reduction, "binary", None, input, target, weight)


class MultilabelMarginLoss(Criterion):
    """The primitive: `multilabel_margin_loss` with its option, and which classes are targets.

    Args:
        reduction: "none", "mean" (over rows) or "sum".

    Called with x (..., C) and target (..., L); returns a pair, the loss, (...) for "none" and a
    scalar otherwise, and 1 for each class that is a target and 0 for the others, (..., C) in
    target's dtype.

    Raises:
        ValueError: a reduction that there is not.

    Example:
        >>> import numpy as np
        >>> x = np.array([[0.1, 0.2, 0.4, 0.8], [0.2, 0.3, 0.5, 0.7]])
        >>> loss, is_target = MultilabelMarginLoss()(x, np.array([[1, 2, 0, 3], [2, 3, -1, 1]]))
        >>> print(loss.round(6), is_target.tolist())
        0.325 [[1, 1, 1, 1], [0, 0, 1, 1]]

    Reference: https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.MultilabelMarginLoss.html
    """

    def __call__(self, x: Array, target: Array) -> tuple[Array, Array]:
        return _with_targets(self.reduction, x, target)


@opaque
def _with_targets(reduction: Reduction, x: Array, target: Array) -> tuple[Array, Array]:
    spelling = "MultilabelMarginLoss(x, target)"
    loss = call(spelling, MARGIN, reduction, "indices", None, x, target)
    return loss, to_binary(target, labels="indices", num_classes=x.shape[-1])
