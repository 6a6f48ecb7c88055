"""Losses as a PyTorch user writes them; arrays come from outside. Only its imports name PyTorch."""

import torch.nn as nn
import torch.nn.functional as F


class Criterion:
    """The sum of two losses, as in training code."""

    def __init__(self, weight, reduction="mean"):
        self.hinge = nn.MultiLabelMarginLoss(reduction=reduction)
        self.entropy = nn.MultiLabelSoftMarginLoss(weight=weight, reduction=reduction)

    def __call__(self, scores, lists, labels):
        return self.hinge(scores, lists) + 0.5 * self.entropy(scores, labels)


def losses(scores, lists, labels, weight):
    """Everything that can be said of the two losses, by name."""
    found = {
        "hinge": nn.MultiLabelMarginLoss()(scores, lists),
        "entropy": nn.MultiLabelSoftMarginLoss()(scores, labels),
        "weighted": nn.MultiLabelSoftMarginLoss(weight)(input=scores, target=labels),
        "criterion": Criterion(weight)(scores, lists, labels),
        "through nn": nn.functional.multilabel_margin_loss(scores, lists),
        "forward": nn.MultiLabelMarginLoss(reduction="sum").forward(scores, lists),
        "first row": F.multilabel_margin_loss(scores[0], lists[0]),
        "old flags": F.multilabel_margin_loss(scores, lists, False),
        "old flags of a class": nn.MultiLabelSoftMarginLoss(weight, None, False)(scores, labels),
        "overruled": F.multilabel_soft_margin_loss(
            scores, labels, weight, size_average=True, reduction="sum"
        ),
        "elementwise_mean": F.multilabel_margin_loss(scores, lists, reduction="elementwise_mean"),
    }
    for reduction in ("none", "mean", "sum"):
        found[f"hinge {reduction}"] = F.multilabel_margin_loss(scores, lists, reduction=reduction)
        found[f"entropy {reduction}"] = F.multilabel_soft_margin_loss(
            scores, labels, weight=weight, reduction=reduction
        )
        found[f"criterion {reduction}"] = Criterion(weight, reduction)(scores, lists, labels)
    return found
