"""The losses as objects that keep their arguments, for arrays of any framework.

There is a class of every registered loss, such as `MultiLabelMarginLoss`.
"""

from __future__ import annotations

from mlloss.core.classes import Frozen, loss_classes

NOTE = "`mlloss.torch`, `.jax`, `.paddle` and `.mindspore` have it as a module of the framework."
CLASSES = loss_classes(
    __name__, (Frozen,), array="np.array", imported="import numpy as np", note=NOTE
)
globals().update(CLASSES)
__all__ = list(CLASSES)
