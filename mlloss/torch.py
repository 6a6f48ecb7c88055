"""The losses as PyTorch's own kind of module."""

from __future__ import annotations

from mlloss.backends.torch.module import TorchLoss
from mlloss.core.classes import loss_classes

NOTE = "A `torch.nn.Module`; a weight that is a tensor is a buffer, as in `torch.nn`."
CLASSES = loss_classes(
    __name__, (TorchLoss,), array="torch.tensor", imported="import torch", note=NOTE
)
globals().update(CLASSES)
__all__ = list(CLASSES)
