"""What the contenders of every framework have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from mlloss.benchmarks.baselines import baseline
from mlloss.benchmarks.points import Lists, Point
from mlloss.core.registry import LOSSES

Loss = Callable[..., Any]  # of scores and labels
Step = Callable[[], object]
Maker = Callable[[Any, Any], Step]  # of scores and labels
OURS = "mlloss"
ONE_PASS = "x - y"  # over arrays as large as the scores
HOST = "cpu"  # the device of arrays in host memory


class Contenders(ABC):
    """One framework: its arrays, and for each loss in each mode what there is to be run.

    Attributes:
        name: the framework.
        modes: how the framework runs a function.
        weighed: modes in which the peak memory is that of a step.
        lists: forms of index lists; baselines take the first.
    """

    name: ClassVar[str]
    modes: ClassVar[tuple[str, ...]]
    weighed: ClassVar[tuple[str, ...]]
    lists: ClassVar[tuple[Lists, ...]] = ("compact",)

    @abstractmethod
    def prepare(self, threads: int, device: str) -> str:
        """Set the number of threads and the device; return the framework's version."""

    @abstractmethod
    def affords(self, point: Point, mode: str) -> bool:
        """Return whether a baseline has the memory and the time for index lists of this size."""

    @abstractmethod
    def array(self, numbers: Any) -> Any:
        """Return an array in the framework's usual dtype for such numbers."""

    @abstractmethod
    def step(self, loss: Loss, x: Any, t: Any, mode: str, ours: bool) -> Step:
        """Return a forward and backward pass, finished on return; without derivatives, a forward.

        Args:
            loss: a function of scores and labels.
            x: the scores.
            t: the labels.
            mode: one of `modes`.
            ours: whether it is a loss of mlloss.
        """

    @abstractmethod
    def subtract(self, x: Any, t: Any) -> Step:
        """Return x - x as a step."""

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        """Return makers of a step by contender: the baseline, if there is one, mlloss, one pass."""
        makers: dict[str, Maker] = {}
        if found := baseline(self.name, loss):
            makers[found.name] = self._maker(found.function, mode, ours=False)
        makers[OURS] = self._maker(LOSSES[loss].function, mode, ours=True)
        makers[ONE_PASS] = self.subtract
        return makers

    def listed(self, loss: str, mode: str) -> Maker:
        """Return a maker of a step of mlloss from index lists."""
        return self._maker(self.of_lists(LOSSES[loss].function), mode, ours=True)

    def of_lists(self, function: Loss) -> Loss:
        """Return a loss with labels="indices"."""

        def listed(x: Any, t: Any) -> Any:
            return function(x, t, labels="indices")

        return listed

    def _maker(self, loss: Loss, mode: str, ours: bool) -> Maker:
        function = self.compiled(loss, mode, ours)
        return lambda x, t: self.step(function, x, t, mode, ours)

    def compiled(self, loss: Loss, mode: str, ours: bool) -> Loss:
        """Return the loss as the mode runs it, where that does not depend on the arrays."""
        return loss
