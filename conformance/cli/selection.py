"""What a command line chooses of all that could be run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import typer

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters import find_host
from mlloss.conformance.frameworks.registry import FRAMEWORKS, SUBJECTS, TARGETS
from mlloss.conformance.known_differences.model import Difference, known_differences
from mlloss.conformance.known_differences.third_party import departures
from mlloss.conformance.runner.session import Run, Selection

LabelInput = Sequence[str] | None


@dataclass(frozen=True)
class Choice:
    """The options as they are given; what is not given is all."""

    targets: LabelInput = None
    implementations: LabelInput = None
    required: LabelInput = None
    ids: LabelInput = None
    quick: bool = False
    backend: str | None = None
    known: Sequence[Path] | None = None

    def selection(self) -> Selection:
        """What they stand for; typer.BadParameter if that is nothing."""
        others, rows = backend_rows(self.backend, self.known or ())
        return Selection(
            self._cases(),
            [*known_differences(), *rows],
            [*names(self.targets or ([] if others else ["all"]), TARGETS), *others],
            [name for name in SUBJECTS if name in names(self.implementations or ["all"], SUBJECTS)],
            names(self.required, FRAMEWORKS),
        )

    def is_none(self) -> bool:
        """Whether nothing was said of what is to be run."""
        what = (
            self.targets,
            self.implementations,
            self.required,
            self.ids,
            self.backend,
            self.known,
        )
        return not (any(what) or self.quick)

    def is_part(self) -> bool:
        """Whether cases are left out, so that a known difference need not show."""
        return self.quick or bool(self.ids)

    def settled(self, run: Run) -> Run:
        """The run, less the complaint of a part that some known difference was not needed."""
        needed = [verdict for verdict in run.verdicts if verdict.case]
        return replace(run, verdicts=needed) if self.is_part() else run

    def _cases(self) -> list[Case]:
        cases = [case for case in all_cases() if case.quick or not self.quick]
        found = [case for case in cases if not self.ids or _matches(case.id, self.ids)]
        if not found:
            raise typer.BadParameter(f"no case has an id like {', '.join(self.ids or ())}")
        return found


def names(given: LabelInput, known: Iterable[str]) -> list[str]:
    """`a,b` and repeated options alike, in the order of `known`; a name not known is an error."""
    known = list(known)
    found = [name.strip() for text in given or () for name in text.split(",") if name.strip()]
    if unknown := [name for name in found if name not in [*known, "all"]]:
        raise typer.BadParameter(f"expected some of {', '.join(known)}; got {', '.join(unknown)}")
    return known if "all" in found else [name for name in known if name in found]


def backend_rows(backend: str | None, known: Sequence[Path]) -> tuple[list[str], list[Difference]]:
    """Somebody's backend as a target, if there is one, and what it is known for."""
    if backend is None and known:
        raise typer.BadParameter("--known-differences are those of a --backend")
    if backend is None:
        return [], []
    sys.path.append(os.getcwd())  # last, so that it hides nothing
    try:
        host = find_host(backend)
        return [backend], list(departures(known, host.name, backend))
    except (ValueError, OSError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error


def _matches(id: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(id, pattern) for pattern in patterns)
