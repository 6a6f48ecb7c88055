"""Losses as a MindSpore user writes them; arrays come from outside. Only its imports name it."""

from mindspore import nn, ops


def hinges(scores, lists):
    """The margin loss by all its names; MindSpore's own has no CPU kernel."""
    return {
        "cell": nn.MultilabelMarginLoss()(scores, lists),
        "construct": nn.MultilabelMarginLoss("none").construct(x=scores, target=lists),
        "function": ops.multilabel_margin_loss(scores, lists, "sum"),
        "primitive": ops.MultilabelMarginLoss("none")(scores, lists)[0],
        "targets": ops.MultilabelMarginLoss()(scores, lists)[1],
    }


def losses(scores, labels, weight):
    """The soft margin loss by all its names."""
    return {
        "cell": nn.MultiLabelSoftMarginLoss()(scores, labels),
        "weighted": nn.MultiLabelSoftMarginLoss(weight, "none")(x=scores, target=labels),
        "by a number": nn.MultiLabelSoftMarginLoss(weight=2.0)(scores, labels),
        "function": ops.multilabel_soft_margin_loss(scores, labels),
        "in order": ops.multilabel_soft_margin_loss(scores, labels, weight, "sum"),
        "by name": ops.multilabel_soft_margin_loss(
            input=scores, target=labels, weight=weight, reduction="none"
        ),
    }
