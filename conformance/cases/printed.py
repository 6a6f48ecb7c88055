"""Numbers as a page prints them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PrintedResult:
    """To be trusted to half a unit of their last digit."""

    text: str

    def values(self) -> NDArray[np.float64]:
        """The numbers, with as many digits as there are."""
        return np.array(self._digits()).astype(np.float64)

    def half_units(self) -> NDArray[np.float64]:
        """How far each of them may be from what was rounded."""
        digits = np.array(self._digits())
        units = [_half_unit(text) for text in digits.reshape(-1).tolist()]
        return np.array(units).reshape(digits.shape)

    def _digits(self) -> Any:
        return json.loads(self.text, parse_float=str, parse_int=str)


def _half_unit(text: str) -> float:
    return 0.5 * 10.0 ** int(Decimal(text).as_tuple().exponent)
