"""Write a run as one HTML page that fetches nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from mlloss.conformance.frameworks.registry import find_target
from mlloss.conformance.known_differences.model import PAGE, SEVERITIES
from mlloss.conformance.reports.html.data import page_data
from mlloss.conformance.reports.text import printable, toml_text
from mlloss.conformance.results.counts import MEANINGS, SYMBOLS, Tally, by_target
from mlloss.conformance.results.failures import failure_groups
from mlloss.conformance.results.judge import FAILURES, KINDS
from mlloss.conformance.results.matrix import area_rows
from mlloss.conformance.runner.session import Run

FAILING = "failing"
FEW = 50  # groups of failures that are listed above the cases
Context = dict[str, Any]


def page(head: Context, run: Run) -> str:
    """Return the page of a run: the same bytes for the same record.

    Args:
        head: the header of the record, with its times.
        run: the run. Messages of frameworks may hold anything; control characters are escaped.
    """
    verdicts = [replace(v, explanation=printable(v.explanation)) for v in run.verdicts]
    run = replace(run, verdicts=verdicts)
    context = _matrix(run) | _sums(run) | _lists(run) | _assets(run)
    template = _environment().get_template("page.html")
    return template.render(head=head, run=run, versions=_versions(run), **context)


def _versions(run: Run) -> list[tuple[str, str]]:
    """Return frameworks with their versions; empty for a mode that did not start."""
    found = run.versions.items()
    return list(dict.fromkeys((find_target(name).framework, version) for name, version in found))


def _matrix(run: Run) -> Context:
    return {
        "targets": run.selection.targets,
        "implementations": run.selection.implementations,
        "areas": area_rows(run),
        "totals": by_target(run),
        "groups": _groups,
        "page_target": PAGE,
    }


def _groups(tally: Tally) -> list[tuple[str, str, int]]:
    """Return name, symbol and count of the groups of a cell; all failures are one group."""
    counts: dict[str, int] = {
        "agrees": tally["agrees"],
        "known": tally["known"],
        FAILING: tally.failures(),
        "absent": tally["absent"],
    }
    symbols: dict[str, str] = {kind: symbol for kind, (symbol, _) in SYMBOLS.items()}
    symbols |= {FAILING: SYMBOLS["differs"][0]}
    return [(name, symbols[name], count) for name, count in counts.items() if count]


def _sums(run: Run) -> Context:
    """Return how many verdicts of each kind there are, by implementation."""
    found = {verdict.implementation for verdict in run.verdicts}
    names = (*run.selection.implementations, "printed")
    return {
        "kinds": [
            (kind, SYMBOLS[kind][0], MEANINGS[kind], FAILING if kind in FAILURES else kind)
            for kind in KINDS
        ],
        "counted": Counter((verdict.kind, verdict.implementation) for verdict in run.verdicts),
        "judged": [name for name in names if name in found],
    }


def _lists(run: Run) -> Context:
    """Return the failures, and the known differences by severity."""
    known = {name: [d for d in run.selection.known if d.severity == name] for name in SEVERITIES}
    return {
        "failures": failure_groups(run),
        "few": FEW,
        "differences": [(name, some) for name, some in known.items() if some],
        "needed": Counter(v.difference for v in run.verdicts if v.kind == "known"),
        "toml": toml_text,
        "symbols": {kind: symbol for kind, (symbol, _) in SYMBOLS.items()},
    }


def _assets(run: Run) -> Context:
    """Return style, script and data. Base64 has nothing that HTML could take for markup."""
    style, script = _file("page.css"), _file("page.js")
    text = json.dumps(page_data(run), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return {
        "policy": _policy(style, script),
        "style": style,
        "script": script,
        "data": base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    }


def _policy(style: str, script: str) -> str:
    """Return a content security policy: nothing fetched, and only this style and script."""
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
