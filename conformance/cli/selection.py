"""The cases, targets and known differences that the options of a command choose."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path

import typer

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cli.names import names
from mlloss.conformance.frameworks.adapters import find_host
from mlloss.conformance.frameworks.registry import FRAMEWORKS, IMPLEMENTATIONS, TARGETS
from mlloss.conformance.known_differences.model import (
    Difference,
    known_differences,
    third_party_differences,
)
from mlloss.conformance.runner.session import Run, Selection

Given = Sequence[str] | None


@dataclass(frozen=True)
class Choice:
    """The options of `mlloss conformance` that choose; one that is not given chooses all."""

    targets: Given = None
    implementations: Given = None
    required: Given = None
    ids: Given = None
    quick: bool = False
    backend: str | None = None
    known: Sequence[Path] | None = None

    def selection(self) -> Selection:
        """Return what the options choose; typer.BadParameter for a wrong one."""
        others, rows = backend_rows(self.backend, self.known or ())
        chosen = names(self.implementations or ["all"], IMPLEMENTATIONS, "--subject")
        return Selection(
            self._cases(),
            [*known_differences(), *rows],
            [*names(self.targets or ([] if others else ["all"]), TARGETS, "--target"), *others],
            [name for name in IMPLEMENTATIONS if name in chosen],
            names(self.required, FRAMEWORKS, "--require"),
        )

    def is_none(self) -> bool:
        """Return whether no option was given."""
        return not any(getattr(self, field.name) for field in fields(self))

    def is_part(self) -> bool:
        """Return whether cases are left out, so that a known difference may match none."""
        return self.quick or bool(self.ids)

    def settled(self, run: Run) -> Run:
        """Return the run; if cases were left out, without stale known differences of no case."""
        needed = [verdict for verdict in run.verdicts if verdict.case]
        return replace(run, verdicts=needed) if self.is_part() else run

    def _cases(self) -> list[Case]:
        cases = [case for case in all_cases() if case.quick or not self.quick]
        found = [case for case in cases if not self.ids or _matches(case.id, self.ids)]
        if not found:
            text = f"no case has an id like {', '.join(self.ids or ())}"
            raise typer.BadParameter(text, param_hint="--case")
        return found


def backend_rows(backend: str | None, known: Sequence[Path]) -> tuple[list[str], list[Difference]]:
    """Return a third-party backend as a list of targets, and its known differences.

    Args:
        backend: the address of its host, `module:attr`, or None.
        known: TOML files.

    Raises:
        typer.BadParameter: there is no such host, or a file is wrong.
    """
    if backend is None and known:
        raise typer.BadParameter("--known-differences needs --backend")
    if backend is None:
        return [], []
    sys.path.append(os.getcwd())  # last, so that it hides nothing
    try:
        host = find_host(backend)
        return [backend], list(third_party_differences(known, host.name, backend))
    except (ValueError, OSError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error


def _matches(id: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(id, pattern) for pattern in patterns)
