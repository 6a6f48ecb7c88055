"""The multi-label margin loss."""

from __future__ import annotations

from mlloss.core.arrays import ArrayLike, ArrayT
from mlloss.core.kernel_types import PiecewiseLinear
from mlloss.core.label_formats import DenseLabels, IndexLabels, to_index_labels
from mlloss.core.ops import Array, Ops
from mlloss.core.pipeline import compute
from mlloss.core.registry import register
from mlloss.core.spec import Labels, Reduction
from mlloss.losses._pairwise_hinges import hinges


def _kernel(ops: Ops, x: Array, labels: IndexLabels | DenseLabels) -> PiecewiseLinear:
    """Return the hinges of each class that is no target against every target of its row."""
    if isinstance(labels, DenseLabels):
        labels = to_index_labels(ops, labels, ops.shape(x)[1])
    return PiecewiseLinear(hinges, (x, labels.index, labels.listed))


def multilabel_margin_loss(
    input: ArrayT,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    labels: Labels = "indices",
    axis: int = -1,
    validate: bool | None = None,
) -> ArrayT:
    """Multi-label hinge loss: every target class should lead every other class by 1.

        loss(x, J) = sum over j in J, i not in J of max(0, 1 - (x[j] - x[i])) / C

    J is the row's list of targets, C the number of classes.

    Notes:
        - A class listed twice counts twice. A list ends at the first -1; what follows is ignored.
          Binary and signed labels list each class once.
        - No targets, or every class a target: 0.
        - Which pairs are active is decided as in exact arithmetic. Where 1 - (x[j] - x[i]) is
          exactly 0, the derivative is 0. The second derivative is 0.
        - Infinite scores follow IEEE arithmetic: a class at -inf that is no target costs nothing,
          a target at -inf costs inf, inf - inf is nan.
        - nan in a row of input makes the loss and the gradient of that row nan, and of no other.

    Args:
        input: floating scores of C classes, (..., C); any number of leading axes, also none.
        target: with labels="indices" integers, (..., L) for any L: class indices, then -1. With
            "binary" or "signed" one label a class, in input's shape.
        reduction: "none": one number a row; "sum": their sum; "mean": the sum divided by the
            number of rows.
        labels: "indices": class indices, ended by -1; "binary": {0, 1} a class; "signed":
            {-1, +1} a class.
        axis: the class axis of input and target; for index lists, the list axis of target.
        validate: None: check label values where they can be read, else make the rows of invalid
            labels nan. True: always check. False: neither; positive labels (signed: above -1) are
            targets, and a class index out of range ends the list.

    Returns:
        An array of input's framework, device and dtype: input's shape without the class axis for
        "none", a scalar for "mean" and "sum".

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: targets 3 and 0 lead by (0.8-0.2, 0.8-0.4) and (0.1-0.2, 0.1-0.4). The hinges are
        0.4 + 0.6 + 1.1 + 1.3 = 3.4, over 4 classes.

        >>> import numpy as np
        >>> scores = np.array([[0.1, 0.2, 0.4, 0.8]])
        >>> target = np.array([[3, 0, -1, 1]])
        >>> round(float(multilabel_margin_loss(scores, target)), 6)
        0.85

    References:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
        https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelMarginLoss_en.html
        https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_margin_loss.html
    """
    return compute("multilabel_margin_loss", input, target, reduction, labels, axis, validate)


register(multilabel_margin_loss, class_name="MultiLabelMarginLoss", kind="row", kernel=_kernel)
