"""What the oracle gives for a case, and for a case read as a known difference reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlloss.conformance import oracle
from mlloss.conformance.case import Case, Floats

SENTENCES = ({"labels", "reduction"}, {"padding"}, {"raises", "message"})


@dataclass(frozen=True)
class Raises:
    """An error of this type with this in its message."""

    type: str
    message: str


Expected = Floats | Raises


def check_instead(instead: Mapping[str, Any]) -> None:
    """Only what this file can recompute; a word that it overlooked would excuse too much."""
    if not instead or not any(set(instead) <= words for words in SENTENCES):
        raise ValueError(f"instead must be words of one of {SENTENCES}; got {sorted(instead)}")
    if "message" in instead and "raises" not in instead:
        raise ValueError("instead has a message, but does not say what raises it")
    if instead.get("padding", "class 0") != "class 0":
        raise ValueError(f'padding must be "class 0"; got {instead["padding"]!r}')


def expected(case: Case, instead: Mapping[str, Any] | None = None) -> Expected:
    """The definition's numbers, or those that `instead` says come in their place."""
    instead = instead or {}
    if "raises" in instead:
        return Raises(instead["raises"], instead.get("message", ""))
    if "padding" in instead:
        return _padding_as_class_0(case)
    return _oracle(case, instead.get("labels", case.labels), instead.get("reduction"))


def _oracle(case: Case, labels: str, reduction: str | None) -> Floats:
    weight = None if case.weight is None else case.weight.rounded()
    return oracle.loss(
        case.loss,
        case.input.rounded(),
        case.target.rounded(),
        weight,
        reduction=reduction or case.reduction,
        labels=labels,
    )


def _padding_as_class_0(case: Case) -> Floats:
    """Each slot from the first -1 on counts as a target with the score of class 0."""
    scores = np.atleast_2d(case.input.rounded()).astype(np.float64)
    lists = np.atleast_2d(case.target.rounded())
    rows = [_row_with_twins(case.loss, x, t.tolist()) for x, t in zip(scores, lists, strict=True)]
    if case.reduction == "none":
        return np.array(rows)
    return np.asarray(np.sum(rows) / (len(rows) if case.reduction == "mean" else 1))


def _row_with_twins(loss: str, scores: Floats, listed: list[int]) -> float:
    """As one class more, a twin of class 0: class 0 itself stays a non-target if it was one."""
    if -1 not in listed:
        return float(oracle.loss(loss, scores, np.array(listed)))
    classes, end = len(scores), listed.index(-1)
    twins = listed[:end] + [classes] * (len(listed) - end)
    value = oracle.loss(loss, np.append(scores, scores[0]), np.array(twins))
    return float(value) * (classes + 1) / classes
