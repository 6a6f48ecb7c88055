"""What PyTorch's deprecated arguments say of the reduction."""

from __future__ import annotations

import warnings
from typing import Any

from mlloss.core import validation
from mlloss.core.spec import Reduction


def reduction_of(
    caller: str, size_average: bool | None, reduce: bool | None, reduction: Any
) -> Reduction:
    """The reduction; where it is told in a deprecated way a UserWarning, of the caller's caller.

    Either flag overrules `reduction`; of the two, one that is not given is True.
    """
    if size_average is None and reduce is None:
        if reduction != "elementwise_mean":
            return reduction  # type: ignore[no-any-return]  # checked by whoever computes
        told = "reduction='elementwise_mean' is"
    else:
        told = "size_average and reduce are"
        validation.flag(caller, "size_average", size_average)
        validation.flag(caller, "reduce", reduce)
    meant = _meant(size_average, reduce)
    warnings.warn(f'{told} deprecated: pass reduction="{meant}" instead.', stacklevel=3)
    return meant


def _meant(size_average: bool | None, reduce: bool | None) -> Reduction:
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"
