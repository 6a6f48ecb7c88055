"""docs/conformance.md is of the cases, known differences and versions that there are."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.frameworks.registry import CERTIFIED, FRAMEWORKS, TARGETS
from mlloss.conformance.known_differences.model import PAGE, known_differences

TEXT = (Path(__file__).parents[3] / "docs" / "conformance.md").read_text("utf-8")
RENEW = "out of date: run `make docs`"
VERSIONS = {
    name: CERTIFIED[FRAMEWORKS[target.framework].distribution] for name, target in TARGETS.items()
}


def test_it_is_of_a_run_that_passed() -> None:
    assert TEXT.startswith("**Nothing unexplained in ")


def test_its_counts_are_those_of_the_cases() -> None:
    counts = Counter(case.area for case in all_cases())
    table = {area: int(n) for area, n in re.findall(r"^\| ([a-z ]+) \| (\d+) \|", TEXT, re.M)}
    assert table == counts, RENEW


def test_its_versions_are_the_certified_ones() -> None:
    for target, version in VERSIONS.items():
        assert re.search(rf"\b{target} {re.escape(version)}[+,.]", TEXT), (target, RENEW)


def test_it_lists_the_known_differences_of_these_versions() -> None:
    listed = set(re.findall(r"^\| `([^`]+)` \|", TEXT, re.M))
    versions = VERSIONS | {PAGE: ""}
    there_are = {
        one.id
        for one in known_differences()
        if any(one.applies_to(target, versions[target]) for target in one.targets)
    }
    assert listed == there_are, RENEW
