"""The base class of the losses as modules of PyTorch."""

from __future__ import annotations

from numbers import Real
from typing import Any

import torch

from mlloss.core.classes import LossObject


class TorchLoss(LossObject, torch.nn.Module):  # type: ignore[misc]
    """A loss as a `torch.nn.Module`; a weight that is a tensor is a buffer, as in `torch.nn`."""

    _framework = "torch"
    forward = LossObject._evaluate
    extra_repr = LossObject._shown

    def _keep_weight(self, name: str, weight: Any) -> None:
        if isinstance(weight, Real):
            setattr(self, name, weight)
        else:
            self.register_buffer(name, weight)
