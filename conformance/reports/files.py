"""Write the report files of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import typer

from mlloss.conformance.reports.badge import badge
from mlloss.conformance.reports.html.report import page
from mlloss.conformance.reports.junit import junit
from mlloss.conformance.reports.markdown import check_marks, markdown, with_matrix
from mlloss.conformance.results.record_lines import Line
from mlloss.conformance.runner.session import Run


@dataclass(frozen=True)
class Outputs:
    """The paths of the reports; None for those that are not wanted."""

    record: Path | None = None
    markdown: Path | None = None
    junit: Path | None = None
    badge: Path | None = None
    html: Path | None = None
    readme: Path | None = None

    def is_none(self) -> bool:
        """Return whether no report is wanted."""
        return not any(getattr(self, field.name) for field in fields(self))

    def check(self) -> None:
        """Raise typer.BadParameter before the run for a path that cannot be written after it."""
        wanted = [path for field in fields(self) if (path := getattr(self, field.name))]
        troubles = [f"cannot write {path}: {why}" for path in wanted if (why := _trouble(path))]
        if len(set(wanted)) != len(wanted):
            troubles.append("two reports cannot go into one file")
        if troubles:
            raise typer.BadParameter("; ".join(troubles))
        if self.readme:
            _check_readme(self.readme)

    def write(self, head: Line, run: Run) -> list[str]:
        """Write all but the record, and return a line for each that could not be written."""
        return list(filter(None, (save(path, text) for path, text in self._texts(head, run))))

    def _texts(self, head: Line, run: Run) -> Iterator[tuple[Path, Callable[[], str]]]:
        if self.markdown:
            yield self.markdown, lambda: markdown(run)
        if self.junit:
            yield self.junit, lambda: junit(run)
        if self.badge:
            yield self.badge, lambda: badge(run)
        if self.html:
            yield self.html, lambda: page(head, run)
        if path := self.readme:
            yield path, lambda: with_matrix(path.read_text("utf-8"), run)


def save(path: Path, text: Callable[[], str]) -> str | None:
    """Write a file; return None, or a line that says why it could not be written."""
    content = text()
    try:
        path.write_text(content, "utf-8", newline="\n")
    except OSError as error:
        return unwritten(path, error)
    return None


def unwritten(path: Path, error: OSError) -> str:
    """Return "cannot write /dev/full: No space left on device"."""
    return f"cannot write {path}: {error.strerror or error}"


def _trouble(path: Path) -> str | None:
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return None if os.access(path if path.exists() else path.parent, os.W_OK) else "not allowed"


def _check_readme(path: Path) -> None:
    try:
        check_marks(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path}: {error}") from error
