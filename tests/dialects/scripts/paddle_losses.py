"""Losses as a Paddle user writes them; arrays come from outside. Only its imports name Paddle."""

import paddle.nn as nn
import paddle.nn.functional as F


def losses(scores, lists, labels, weight):
    """Everything that can be said of the two losses, by name."""
    found = {
        "hinge": nn.MultiLabelMarginLoss()(scores, lists),
        "hinge, named": nn.MultiLabelMarginLoss("sum", "hinge").forward(scores, lists),
        "entropy": nn.MultiLabelSoftMarginLoss()(input=scores, label=labels),
        "weighted": nn.MultiLabelSoftMarginLoss(weight, "none", name="entropy")(scores, labels),
        "through nn": nn.functional.multi_label_margin_loss(input=scores, label=lists),
    }
    for reduction in ("none", "mean", "sum"):
        found[f"hinge {reduction}"] = F.multi_label_margin_loss(scores, lists, reduction)
        found[f"entropy {reduction}"] = F.multi_label_soft_margin_loss(
            scores, labels, weight, reduction, "entropy"
        )
    return found
