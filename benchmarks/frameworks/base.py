"""The shape of a framework's contenders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mlloss.benchmarks.points import Lists, Point

Step = Callable[[], object]
Maker = Callable[[Any, Any], Step]  # of scores and labels
MARGIN, SOFT = "multilabel_margin_loss", "multilabel_soft_margin_loss"
OURS = "mlloss"
HOST = "cpu"  # the device of arrays in host memory


class Contenders(Protocol):
    """One framework: its arrays, and for each loss in each mode what there is to be run."""

    modes: tuple[str, ...]
    weighed: tuple[str, ...]  # those whose peak memory is that of a step
    lists: tuple[Lists, ...]  # forms of index lists; the other contenders take the first

    def prepare(self, threads: int, device: str) -> str:
        """Settle on so many threads and the device, and return the framework's version."""
        ...

    def affords(self, point: Point, mode: str) -> bool:
        """Whether the others have the memory and the patience for a margin loss of this size."""
        ...

    def array(self, numbers: Any) -> Any:
        """An array in the framework's usual dtype for such numbers."""
        ...

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        """Makers of a step, forward and backward if there is one, waited for: of (x, labels).

        The first is what ours is measured against, others show what a pass over the arrays costs.
        """
        ...

    def listed(self, mode: str) -> Maker:
        """Such a step of our soft margin loss, of (x, index lists)."""
        ...
