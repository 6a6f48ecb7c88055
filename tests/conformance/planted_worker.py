"""The real worker with a bug planted in mlloss: `python planted_worker.py BUG TARGET`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import mlloss
from mlloss.conformance.expected import reference
from mlloss.conformance.runner import worker
from mlloss.core.registry import LOSSES

margin, soft = mlloss.multilabel_margin_loss, mlloss.multilabel_soft_margin_loss
Loss = Callable[..., Any]


def definition(name: str) -> Loss:
    """Right by construction."""

    def loss(input: Any, target: Any, *weight: Any, validate: Any = None, **options: Any) -> Any:
        try:
            return reference.loss(name, input, target, *weight, **options).astype(input.dtype)[()]
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error

    return loss


def _listed(target: Any) -> list[list[int]]:
    rows = np.asarray(target).reshape(-1, np.shape(target)[-1]).tolist()
    return [row[: row.index(-1)] if -1 in row else row for row in rows]


def _twice(target: Any) -> bool:
    return any(len(set(row)) < len(row) for row in _listed(target))


def counts_once(input: Any, target: Any, **options: Any) -> Any:
    """Wrong for duplicates only."""
    result = margin(input, target, **options)
    indices = options["labels"] == "indices" and not options.get("axis")
    return result / 2 if indices and _twice(target) else result


def dies(input: Any, target: Any, **options: Any) -> Any:
    """Where a score is negative."""
    if (input < 0).any():
        os._exit(3)
    return margin(input, target, **options)


def hangs(input: Any, target: Any, **options: Any) -> Any:
    """Where a score is negative."""
    if (input < 0).any():
        time.sleep(600)
    return margin(input, target, **options)


def forgets(input: Any, target: Any, weight: Any = None, **options: Any) -> Any:
    """The weight, where it is a number."""
    return soft(input, target, None if isinstance(weight, float) else weight, **options)


BUGS: dict[str, dict[str, Loss]] = {
    "none": {name: definition(name) for name in LOSSES},
    "duplicates": {"multilabel_margin_loss": counts_once},
    "dies": {"multilabel_margin_loss": dies},
    "hangs": {"multilabel_margin_loss": hangs},
    "two": {"multilabel_margin_loss": counts_once, "multilabel_soft_margin_loss": forgets},
}


if __name__ == "__main__":
    bug = sys.argv.pop(1)
    if bug == "never starts":
        raise SystemExit("ImportError: libfake.so")
    for name, loss in BUGS[bug].items():
        setattr(mlloss, name, loss)
    worker.main()
