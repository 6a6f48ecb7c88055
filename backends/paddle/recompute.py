"""One call's memory at a time: a backward pass that runs a function anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import paddle
from paddle.autograd import saved_tensors_hooks

from mlloss.core.ops import Array


class Recomputed:
    """A function whose backward pass has it run once more, for the arrays that it works with.

    Paddle's own `recompute` forgets the strides of these: of a slice it takes other numbers.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function, self.random = function, paddle.get_rng_state()
        self.dtypes: list[Any] = []
        self.saved: dict[int, Array] = {}

    def result(self) -> Any:
        with saved_tensors_hooks(self._forget, self._recall):
            return self.function()

    def _forget(self, x: Array) -> int:
        self.dtypes.append(x.dtype)
        return len(self.dtypes) - 1

    def _recall(self, number: int) -> Array:
        if not self.saved:
            self._run()
        return self.saved.pop(number)

    def _run(self) -> None:
        saved: list[Array] = []
        now = paddle.get_rng_state()
        paddle.set_rng_state(self.random)
        with paddle.enable_grad(), saved_tensors_hooks(lambda x: saved.append(x.detach()), _same):
            self.function()
        paddle.set_rng_state(now)
        if [x.dtype for x in saved] != self.dtypes:
            raise RuntimeError(
                "in its backward pass the function of the scores did not do the same again; "
                "auto_cast, if any, has to stand inside of it"
            )
        self.saved = dict(enumerate(saved))


def _same(x: Any) -> Any:
    return x
