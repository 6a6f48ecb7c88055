"""The base class of the losses as cells of MindSpore."""

from __future__ import annotations

from mindspore import nn
from mindspore.rewrite.common.namespace import _subtree_black_list

from mlloss.backends.mindspore.source import made
from mlloss.core.classes import LossObject
from mlloss.core.pipeline import compute


class MindSporeLoss(LossObject, nn.Cell):  # type: ignore[misc]
    """A loss as a `mindspore.nn.Cell`."""

    _framework = "mindspore"
    extend_repr = LossObject._shown

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "_names" not in vars(cls):
            return
        # MindSpore (2.10) parses `construct`: each attribute has to be named there
        values = ", ".join(f"self.{name}" for name in cls._names)
        text = (
            "def construct(self, input, target):\n"
            f"    return compute({cls._loss!r}, input, target, {values})"
        )
        cls.construct = made(text, {"compute": compute})
        # `mindspore.amp` O1 writes Cells anew and puts the folders that they come from into
        # sys.path: here it finds nothing to do
        _subtree_black_list.append(cls)
