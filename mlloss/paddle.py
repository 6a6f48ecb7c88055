"""The losses as PaddlePaddle's own kind of module."""

from __future__ import annotations

from mlloss.backends.paddle.module import PaddleLoss
from mlloss.core.classes import loss_classes

NOTE = "A `paddle.nn.Layer`."
CLASSES = loss_classes(
    __name__, (PaddleLoss,), array="paddle.to_tensor", imported="import paddle", note=NOTE
)
globals().update(CLASSES)
__all__ = list(CLASSES)
