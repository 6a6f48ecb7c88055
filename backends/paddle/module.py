"""The base class of the losses as layers of PaddlePaddle."""

from __future__ import annotations

from typing import Any

import paddle

from mlloss.core.classes import LossObject


class PaddleLoss(LossObject, paddle.nn.Layer):  # type: ignore[misc]
    """A loss as a `paddle.nn.Layer`.

    A weight that is a tensor moves with the layer and is no part of `state_dict`, as in
    `paddle.nn`: a checkpoint of a model with the one loads into a model with the other.
    """

    _framework = "paddle"
    forward = LossObject._evaluate
    extra_repr = LossObject._shown

    def _keep_weight(self, name: str, weight: Any) -> None:
        if isinstance(weight, paddle.Tensor) and not isinstance(weight, paddle.nn.Parameter):
            self.register_buffer(name, weight, persistable=False)
        else:
            setattr(self, name, weight)
