"""A run as one HTML page: nothing is fetched, and what matters can be read without its script."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from mlloss.conformance.frameworks.registry import find_target
from mlloss.conformance.known_differences.model import PAGE, SEVERITIES
from mlloss.conformance.reports.html.data import page_data
from mlloss.conformance.reports.printable import printable
from mlloss.conformance.results.areas import area_rows
from mlloss.conformance.results.counts import Tally, by_target
from mlloss.conformance.results.failures import failure_groups
from mlloss.conformance.results.judge import FAILURES, KINDS
from mlloss.conformance.results.matrix import MEANINGS, SYMBOLS
from mlloss.conformance.runner.session import Run

FAILING = "failing"
FEW = 50  # groups of failures that are told before the list
Told = dict[str, Any]


def page(head: Told, run: Run) -> str:
    """The same bytes for the same record."""
    said = [replace(v, explanation=printable(v.explanation)) for v in run.verdicts]
    run = replace(run, verdicts=said)
    told = _matrix(run) | _sums(run) | _lists(run) | _own(run)
    template = _environment().get_template("page.html")
    return template.render(head=head, run=run, versions=_versions(run), **told)


def _versions(run: Run) -> list[tuple[str, str]]:
    """Once for all modes of a framework; a mode that did not start has none."""
    found = run.versions.items()
    return list(dict.fromkeys((find_target(name).framework, version) for name, version in found))


def _matrix(run: Run) -> Told:
    """Areas that have cases, by targets; with symbols for what a cell counts."""
    return {
        "targets": run.selection.targets,
        "subjects": run.selection.implementations,
        "areas": area_rows(run),
        "totals": by_target(run),
        "groups": _groups,
        "page_target": PAGE,
    }


def _groups(tally: Tally) -> list[tuple[str, str, int]]:
    """Name, symbol and number of what there is: all that fails is one."""
    counts = {
        "agrees": tally["agrees"],
        "known": tally["known"],
        FAILING: tally.failures(),
        "absent": tally["absent"],
    }
    symbols = {kind: symbol for kind, (symbol, _) in SYMBOLS.items()} | {FAILING: _failing()}
    return [(name, symbols[name], count) for name, count in counts.items() if count]


def _failing() -> str:
    return SYMBOLS["differs"][0]


def _sums(run: Run) -> Told:
    """How many verdicts of each kind there are on whom."""
    asked = {verdict.implementation: None for verdict in run.verdicts}
    return {
        "kinds": [(kind, SYMBOLS[kind][0], MEANINGS[kind], _class(kind)) for kind in KINDS],
        "counted": Counter((verdict.kind, verdict.implementation) for verdict in run.verdicts),
        "asked": [who for who in (*run.selection.implementations, "printed") if who in asked],
    }


def _class(kind: str) -> str:
    return FAILING if kind in FAILURES else kind


def _lists(run: Run) -> Told:
    """What failed, and what was known, by severity."""
    rows = {name: [r for r in run.selection.rows if r.severity == name] for name in SEVERITIES}
    return {
        "failures": failure_groups(run),
        "few": FEW,
        "differences": [(name, some) for name, some in rows.items() if some],
        "needed": Counter(v.difference for v in run.verdicts if v.kind == "known"),
        "in_words": _in_words,
        "symbols": {kind: symbol for kind, (symbol, _) in SYMBOLS.items()},
    }


def _in_words(value: Any) -> str:
    """float16 or bfloat16; above 2; true."""
    if isinstance(value, Mapping):
        return " and ".join(f"{name} {_in_words(some)}" for name, some in value.items())
    if isinstance(value, list | tuple):
        return " or ".join(map(_in_words, value))
    return str(value).lower() if isinstance(value, bool) else str(value) or "none"


def _own(run: Run) -> Told:
    """All that another page would fetch. Base64 has nothing that HTML could take for its own."""
    style, script = _file("page.css"), _file("page.js")
    text = json.dumps(page_data(run), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return {
        "policy": _policy(style, script),
        "style": style,
        "script": script,
        "data": base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    }


def _policy(style: str, script: str) -> str:
    """Nothing from elsewhere, and of what is here only what this file put here."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _environment() -> Environment:
    return Environment(
        autoescape=True,
        loader=FunctionLoader(_file),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _file(name: str) -> str:
    return (files("mlloss.conformance.reports.html") / name).read_text("utf-8")
