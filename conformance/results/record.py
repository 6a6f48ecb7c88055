"""Write and read records: JSON lines of header, known differences, cases with verdicts, footer.

A file without its footer is not a record. `record.schema.json` is the schema of a line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mlloss.conformance.json_codec import parse_line
from mlloss.conformance.results.record_lines import (
    FORMAT,
    NAME,
    Line,
    footer,
    header,
    lines_of,
    run_of,
)
from mlloss.conformance.runner.session import Run, Selection

Write = Callable[[Line, Run], None]


class IncompleteRecord(ValueError):
    """Raised for a file that is not the record of a whole run; the message says why."""


class Clock:
    """Measures when a run began and how long it takes."""

    def __init__(self) -> None:
        """Start the clock."""
        self._began = datetime.now(UTC)

    def times(self) -> Line:
        """Return start and duration: all that differs between records of equal runs."""
        seconds = (datetime.now(UTC) - self._began).total_seconds()
        return {"started": self._began.isoformat(timespec="seconds"), "seconds": round(seconds, 1)}


@contextmanager
def recording(path: Path, selection: Selection) -> Iterator[Write]:
    """Open a record before the run, so that no older one is left in its place.

    Args:
        path: the file.
        selection: what is about to be run.

    Yields:
        A function that writes a run, with the header that holds its times.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        first = _text(header(selection))
        file.write(first)

        def write(head: Line, run: Run) -> None:
            texts = [first, *map(_text, lines_of(run))]
            last = {"footer": True} | _times(head) | footer(run) | {"sha256": digest(texts)}
            file.writelines([*texts[1:], _text(last)])
            file.flush()

        yield write


def read_record(path: Path) -> tuple[Line, Run]:
    """Read a record.

    Returns:
        The header, with the times of the footer, and the run.

    Raises:
        IncompleteRecord: the file is not the record of a whole run.
    """
    texts = [line + b"\n" for line in path.read_bytes().splitlines()]
    try:
        return _read([text.decode("utf-8", "replace") for text in texts])
    except _Unreadable as reason:
        raise IncompleteRecord(f"{path} {reason}") from reason


def digest(texts: Iterable[str]) -> str:
    """Return the digest of the lines above the footer: `head -n -1 record.jsonl | sha256sum`."""
    return hashlib.sha256("".join(texts).encode()).hexdigest()


class _Unreadable(ValueError):
    pass


def _read(texts: Sequence[str]) -> tuple[Line, Run]:
    lines = [_parsed(number, text) for number, text in enumerate(texts, 1)]
    _check_ends(lines)
    head, *body, foot = lines
    if digest(texts[:-1]) != foot.get("sha256"):
        raise _Unreadable("is not as it was written: its footer has the digest of other lines")
    try:
        run = run_of(head, body, foot)
    except (KeyError, TypeError, ValueError) as error:
        raise _Unreadable(f"cannot be read by this mlloss: {error!r}") from error
    _check_footer(foot, run)
    return head | _times(foot), run


def _times(line: Line) -> Line:
    return {name: line[name] for name in ("started", "seconds") if name in line}


def _parsed(number: int, text: str) -> Line:
    try:
        return parse_line(text)
    except (ValueError, RecursionError) as error:
        damage = f"is damaged, or its end is missing: line {number} is no JSON object"
        raise _Unreadable(damage) from error


def _check_ends(lines: Sequence[Line]) -> None:
    """Check header and footer."""
    if not lines:
        raise _Unreadable("is empty")
    head = lines[0]
    if head.get("record") != NAME:
        raise _Unreadable(f"is no record of {NAME}: it has no header")
    if head.get("format") != FORMAT:
        raise _Unreadable(f"is of format {head.get('format')!r}; this mlloss reads {FORMAT}")
    if not lines[-1].get("footer"):
        raise _Unreadable("has no footer: its run did not come to an end")


def _check_footer(foot: Line, run: Run) -> None:
    for name, found in footer(run).items():
        if foot.get(name) != found:
            text = f"it says {name} {foot.get(name)!r}, and has {found!r}"
            raise _Unreadable(f"contradicts its footer: {text}")


def _text(line: Line) -> str:
    return json.dumps(line, allow_nan=False) + "\n"
