"""What somebody's backend is known to do otherwise: rows like ours, with `subject = "mlloss"`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path

from mlloss.conformance.known_differences.model import Difference, parse_differences

Departure = Difference | str | PathLike[str]


def departures(given: Iterable[Departure], backend: str, target: str) -> tuple[Difference, ...]:
    """Rows and the rows of TOML files, all of them about this backend; ids are unique."""
    if isinstance(given, Difference | str | PathLike):
        raise TypeError(f"known_differences must be several rows or paths; got {given!r}")
    rows = [row for some in given for row in _rows(some)]
    ids = [row.id for row in rows]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids of differences must be unique; got {sorted(ids)}")
    return tuple(_bound(row, backend, target) for row in rows)


def _rows(given: Departure) -> tuple[Difference, ...]:
    if isinstance(given, Difference):
        return (given,)
    return parse_differences([Path(given).read_text("utf-8")])


def _bound(row: Difference, backend: str, target: str) -> Difference:
    """The row, speaking of the target that the backend is in this run."""
    if not {backend, target} & set(row.targets):
        raise ValueError(f"{row.id}: targets must have {backend!r}; got {list(row.targets)}")
    return replace(row, targets=(target,))
