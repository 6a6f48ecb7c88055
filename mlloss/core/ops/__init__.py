"""What a kernel may use of a framework: the protocol that each backend implements.

It has three groups: `CoreOps` for all, `LogisticOps` for losses of log(sigmoid(x)), `PairwiseOps`
for losses that compare classes of a row. A helper of kernels names the groups that it uses; `Ops`
has all of them.
"""

from __future__ import annotations

from typing import Protocol

from mlloss.core.ops.core import CoreOps
from mlloss.core.ops.elementwise import LINEAR, Array, Elementwise
from mlloss.core.ops.logistic import LogisticOps
from mlloss.core.ops.pairwise import PairwiseOps

__all__ = ["LINEAR", "Array", "CoreOps", "Elementwise", "LogisticOps", "Ops", "PairwiseOps"]


class Ops(CoreOps, LogisticOps, PairwiseOps, Protocol):
    """All operations of the kernels, on arrays of one framework."""
