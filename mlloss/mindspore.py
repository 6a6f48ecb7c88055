"""The losses as MindSpore's own kind of module."""

from __future__ import annotations

from mlloss.backends.mindspore.module import MindSporeLoss
from mlloss.core.classes import loss_classes

NOTE = "A `mindspore.nn.Cell`."
CLASSES = loss_classes(
    __name__, (MindSporeLoss,), array="mindspore.Tensor", imported="import mindspore", note=NOTE
)
globals().update(CLASSES)
__all__ = list(CLASSES)
