"""A page for somebody who ports the losses from one framework to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import expected
from mlloss.conformance.frameworks.natives import native_absence
from mlloss.conformance.frameworks.registry import FRAMEWORKS
from mlloss.conformance.known_differences.demonstrations import contradicts
from mlloss.conformance.known_differences.effects import predict
from mlloss.conformance.known_differences.model import known_differences
from mlloss.conformance.losses import find
from mlloss.conformance.porting.code.call import written_call
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.porting.entries import Entry, entries
from mlloss.conformance.porting.signatures import Row, signature_rows
from mlloss.conformance.porting.transition import Comparison, compare
from mlloss.conformance.reports.text import definition_text, prediction_text
from mlloss.core.registry import LOSSES

TITLES = {name: f.title for name, f in FRAMEWORKS.items() if name != "numpy"}
PAIRS = tuple(permutations(TITLES, 2))


@dataclass(frozen=True)
class Block:
    """Code, and what comes of it: "gives [0.85, 0.3125]"; no code where there is nothing to run."""

    title: str
    code: str
    comes: str


@dataclass(frozen=True)
class Loss:
    """How a loss is called in both frameworks."""

    name: str
    signatures: tuple[Row, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Porting:
    """All that a page says."""

    source: str
    goal: str
    losses: tuple[Loss, ...]
    groups: Mapping[str, Sequence[Entry]]


def porting(source: str, goal: str) -> Porting:
    """What somebody needs to know who has code of `source` and is to have code of `goal`."""
    found = tuple(_loss(name, source, goal) for name in LOSSES)
    return Porting(TITLES[source], TITLES[goal], found, _groups(compare(source, goal, _entries())))


def _groups(compared: Comparison) -> dict[str, Sequence[Entry]]:
    source, goal = TITLES[compared.source], TITLES[compared.goal]
    both = dict.fromkeys(other for _, other in compared.staying)  # an entry is what it is
    return {
        f"New after porting: only in {goal}": compared.coming,
        f"Gone after porting: only in {source}": compared.going,
        "In both": tuple(both),
    }


@cache
def _entries() -> tuple[Entry, ...]:
    return entries(known_differences(), all_cases())


def _loss(name: str, source: str, goal: str) -> Loss:
    shown = f"{find(name).prefix}/value/plain/float32"
    case = next(case for case in all_cases() if case.id == shown)
    blocks = (_own(case, source), _own(case, goal), _ported(case, source, goal))
    return Loss(name, tuple(signature_rows(name, source, goal)), blocks)


def _own(case: Case, framework: str) -> Block:
    """By the framework's own function."""
    title = TITLES[framework]
    if reason := native_absence(framework, case.loss):
        return Block(title, "", reason)
    rows = [
        row for row in known_differences() if framework in row.targets and contradicts(row, case)
    ]
    deviating = [row for row in rows if not row.is_tolerance_only()]
    comes = prediction_text(predict(case, deviating[0].instead)) if deviating else _right(case)
    why = "".join(f" ({row.id}: {row.why})" for row in rows)
    return Block(title, _bare(reproduction(case, framework, "native")), comes + why)


def _ported(case: Case, source: str, goal: str) -> Block:
    """The source's call on the goal's arrays: import lines are all that differs."""
    code = _bare(reproduction(case, goal, "mlloss"))
    title = f"{TITLES[goal]}, with mlloss"
    if (dialect := FRAMEWORKS[source].dialect) and not native_absence(source, case.loss):
        module, alias = f"mlloss.dialects.{source}.{dialect.functions}", dialect.alias
        call = written_call(case, source, "native").value
        theirs = alias + "." + call[: call.index("(")].rpartition(".")[2] + call[call.index("(") :]
        code = code.replace(written_call(case, goal, "mlloss").value, theirs)
        code = code.replace("import mlloss\n", f"import {module} as {alias}\n")
        title = f"{title}, called as in {TITLES[source]}"
    return Block(title, code, _right(case))


def _right(case: Case) -> str:
    return f"gives {definition_text(expected(case))}"


def _bare(script: str) -> str:
    """Without the comments that say which case it is."""
    return "\n".join(_lines_of_code(script)).strip() + "\n"


def _lines_of_code(script: str) -> Iterator[str]:
    return (line for line in script.splitlines() if not line.startswith("#"))
