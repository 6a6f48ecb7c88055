"""Write a run as a badge, for https://shields.io/badges/endpoint-badge."""

from __future__ import annotations

import json

from mlloss.conformance.results.counts import by_target
from mlloss.conformance.runner.session import Run


def badge(run: Run) -> str:
    """Return the JSON of a badge, red for a run that did not pass."""
    message, color = _message(run)
    shown = {"schemaVersion": 1, "label": "conformance", "message": message, "color": color}
    return json.dumps(shown, indent=2) + "\n"


def _message(run: Run) -> tuple[str, str]:
    """Return text and colour: "mlloss right in 25012 of 25012", or what failed."""
    if run.failures():
        judged = sum(verdict.kind != "absent" for verdict in run.verdicts)
        return f"{len(run.failures())} of {judged} failed", "red"
    if not run.passed():
        return "nothing compared" if not run.compared() else f"{len(run.missing)} missing", "red"
    implementation = (
        "mlloss" if "mlloss" in run.selection.implementations else run.selection.implementations[0]
    )
    tallies = [tally for (_, who), tally in by_target(run).items() if who == implementation]
    right, compared = sum(t["agrees"] for t in tallies), sum(t.compared() for t in tallies)
    return f"{implementation} right in {right} of {compared} on {_targets(run)}", "brightgreen"


def _targets(run: Run) -> str:
    ran = len(run.versions)
    return f"{ran} target{'s' if ran != 1 else ''}"
