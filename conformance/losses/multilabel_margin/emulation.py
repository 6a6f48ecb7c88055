"""How frameworks compute the multi-label margin loss where they depart from the definition.

Overflow, infinities, nan and the kink are emulated exactly. The last digits are not; a known
difference that needs them states a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.cases.model import Case, Floats
from mlloss.conformance.expected.dtypes import rounded
from mlloss.conformance.known_differences.emulation import requested

Round = Callable[[Any], Any]


@dataclass(frozen=True)
class Hinge:
    """One way of computing a hinge.

    Attributes:
        gap: the argument of max(0, .), from the scores of target and other class.
        gradient_at_0: the derivative of the hinge at the kink.
        skips_nan: whether a nan gap counts as inactive.
        divided: whether each hinge is divided by C before the sum, so that no sum overflows.
    """

    gap: Callable[[Any, Any, Round], Any]
    gradient_at_0: float = 0.0
    skips_nan: bool = False
    divided: bool = False

    def gradient(self, gap: Any) -> float:
        """Return the derivative of the hinge: 0 or 1, `gradient_at_0` at the kink, 0 for nan."""
        return self.gradient_at_0 if gap == 0 else float(gap > 0)


def _target_first(j: Any, i: Any, round: Round) -> Any:
    return round(round(1 - j) + i)


HINGES = {
    "(1 - x[j]) + x[i] if > 0": Hinge(_target_first, skips_nan=True),
    "max(0, (1 - x[j]) + x[i]) / C": Hinge(_target_first, divided=True),
    "max(0, (1 - x[j]) + x[i]) / C, slope 1 at 0": Hinge(_target_first, 1.0, divided=True),
    "max(0, (1 - x[j]) + x[i]), slope 1/2 at 0": Hinge(_target_first, 0.5),
}
WORDS = {"hinge": tuple(HINGES), "padding": ("class 0",)}


def check(instead: Mapping[str, Any]) -> None:
    """Check words of `instead` that belong together.

    Raises:
        ValueError: `padding` without a `hinge`.
    """
    if "padding" in instead and "hinge" not in instead:
        raise ValueError(f"instead: padding needs a hinge to be worked out; got {dict(instead)}")


def emulate(case: Case, instead: Mapping[str, Any]) -> Floats | None:
    """Return the case's quantity, each operation rounded to the dtype of input.

    Args:
        case: a call with index lists.
        instead: the words of a known difference. `hinge` names one of `HINGES`; with `padding` as
            "class 0" every slot from the first -1 on is a target with the score of class 0.

    Returns:
        The numbers; None without a `hinge`.
    """
    if "hinge" not in instead:
        return None
    hinge, padding = HINGES[instead["hinge"]], bool(instead.get("padding"))
    x, lists, dtype = case.input.rounded(), case.target.rounded(), case.input.dtype
    count = x.size // x.shape[-1]
    pairs = zip(x.reshape(count, x.shape[-1]), lists.reshape(count, lists.shape[-1]), strict=True)
    with np.errstate(all="ignore"):
        rows = [_row(hinge, dtype, scores, *_listed(row, padding)) for scores, row in pairs]
    losses = np.array([loss for loss, _ in rows])
    gradient = np.array([gradient for _, gradient in rows]).reshape(x.shape)
    return requested(case, losses, gradient, gradient * 0)


def _listed(row: NDArray[Any], padding: bool) -> tuple[list[int], list[int]]:
    """Return the classes that count as targets, and those that are listed."""
    numbers = [int(number) for number in row.tolist()]
    end = numbers.index(-1) if -1 in numbers else len(numbers)
    return numbers[:end] + [0] * (len(numbers) - end if padding else 0), numbers[:end]


def _row(
    hinge: Hinge, dtype: str, x: Floats, targets: list[int], listed: list[int]
) -> tuple[float, Floats]:
    """Return the loss of a row and its gradient."""
    others = [i for i in range(len(x)) if i not in listed]
    total, gradient = 0.0, np.zeros(len(x))
    for j, i in ((j, i) for j in targets for i in others):
        gap = hinge.gap(x[j], x[i], lambda value: rounded(value, dtype))
        if gap < 0 or (hinge.skips_nan and not gap > 0):
            continue
        total += float(gap) / (len(x) if hinge.divided else 1)
        gradient[i] += hinge.gradient(gap)
        gradient[j] -= hinge.gradient(gap)  # j may be i
    if not hinge.divided:
        total = float(rounded(total, dtype)) / len(x)
    return total, gradient / len(x)
