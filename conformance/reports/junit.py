"""Write a run as JUnit XML: a test case for each verdict, a suite for each target."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import groupby

from mlloss.conformance.cases.model import Case
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.counts import outcome_lines, tally
from mlloss.conformance.results.failures import Group
from mlloss.conformance.results.judge import FAILURES, Verdict
from mlloss.conformance.runner.session import Run


def junit(run: Run) -> str:
    """Return the XML, which has a failure exactly if the run failed."""
    root = ET.Element("testsuites", name="mlloss conformance")
    cases = {case.id: case for case in run.selection.cases}
    by_target = sorted(run.verdicts, key=lambda verdict: verdict.target)
    for target, some in groupby(by_target, key=lambda verdict: verdict.target):
        root.append(_suite(target, run.versions.get(target, ""), list(some), cases))
    root.append(_run_itself(run))
    for count in ("tests", "failures", "skipped"):
        root.set(count, str(sum(int(suite.get(count, 0)) for suite in root)))
    ET.indent(root, " ")
    return ET.tostring(root, "unicode", xml_declaration=True) + "\n"


def _suite(
    target: str, version: str, verdicts: Sequence[Verdict], cases: dict[str, Case]
) -> ET.Element:
    counts = tally(verdicts)
    suite = _element("testsuite", name=target, tests=len(verdicts), failures=counts.failures())
    suite.set("skipped", str(counts["absent"]))
    suite.set("errors", "0")
    ET.SubElement(suite, "properties").append(_element("property", name="version", value=version))
    suite.extend(_test(verdict, cases.get(verdict.case)) for verdict in verdicts)
    return suite


def _test(verdict: Verdict, case: Case | None) -> ET.Element:
    """Return a test case: passed, skipped with a reason, or failed with a script."""
    area = case.area.replace(" ", "-") if case else "differences"
    test = _element(
        "testcase",
        classname=f"{verdict.target}.{verdict.implementation}.{area}",
        name=verdict.case or verdict.difference,
    )
    if verdict.kind == "absent":
        test.append(_element("skipped", message=verdict.explanation))
    elif verdict.kind in FAILURES:
        test.append(_failure(verdict, case))
    elif verdict.kind == "known":
        test.append(_element("system-out", f"{verdict.difference}: {verdict.explanation}"))
    return test


def _failure(verdict: Verdict, case: Case | None) -> ET.Element:
    tried = ", ".join(verdict.differences())
    row = f" (tried: {tried})" if tried else ""
    text = f"{verdict.explanation}{row}\n\n{Group((verdict,), case).script()}"
    return _element("failure", text, message=verdict.explanation, type=verdict.kind)


def _run_itself(run: Run) -> ET.Element:
    """Return a suite for what no verdict shows: something is missing, or nothing was compared."""
    trouble = [*run.missing] if run.missing or run.compared() else ["no number was compared"]
    suite = _element("testsuite", name="run", tests=1, failures=int(bool(trouble)), errors=0)
    test = ET.SubElement(suite, "testcase", classname="run", name="nothing is missing")
    if trouble:
        test.append(_element("failure", "\n".join(trouble), message=trouble[0], type="missing"))
    test.append(_element("system-out", "\n".join(outcome_lines(run))))
    return suite


def _element(tag: str, text: str | None = None, **attributes: str | int) -> ET.Element:
    """Return an element; characters that XML forbids are escaped."""
    escaped = {name: printable(str(value)) for name, value in attributes.items()}
    element = ET.Element(tag, escaped)
    element.text = printable(text) if text else None
    return element
