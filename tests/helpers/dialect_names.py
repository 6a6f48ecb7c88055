"""Where the dialects are, what is in them, and a call to try on it."""

from __future__ import annotations

from typing import Any

import numpy as np

import mlloss.dialects.mindspore as mindspore_nn
import mlloss.dialects.paddle as paddle_nn
import mlloss.dialects.paddle.functional as paddle_functional
import mlloss.dialects.torch as torch_nn
import mlloss.dialects.torch.functional as torch_functional
from mlloss.dialects.mindspore import ops as mindspore_ops

PLACES = {
    "torch.nn": torch_nn,
    "torch.nn.functional": torch_functional,
    "paddle.nn": paddle_nn,
    "paddle.nn.functional": paddle_functional,
    "mindspore.nn": mindspore_nn,
    "mindspore.ops": mindspore_ops,
}
NAMES = [(place, name) for place in PLACES for name in PLACES[place].__all__ if "oss" in name]
CLASSES = [(place, name) for place, name in NAMES if name[0].isupper()]
SCORES = [[0.1, 0.2, 0.4, 0.8], [-1.0, 2.0, 0.0, 0.5]]
LISTS = [[3, 0, -1, 1], [1, -1, 0, 0]]
TRUTH = [[1, 0, 0, 1], [0, 1, 0, 0]]

X, T, Y = np.array(SCORES), np.array(LISTS), np.array(TRUTH)


def found(place: str, name: str) -> Any:
    return getattr(PLACES[place], name)
