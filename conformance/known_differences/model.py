"""Known differences: what a framework does instead of the definition, where, and since when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from packaging.specifiers import SpecifierSet

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.registry import BOTH, TARGETS, Implementation
from mlloss.conformance.known_differences.effects import BOUNDS, check_instead
from mlloss.conformance.known_differences.matching import features, meets

PAGE = "page"  # the printed documentation itself, judged as if it were a target
SEVERITIES = (
    "crash",
    "silently wrong value",
    "silently wrong gradient",
    "error",
    "cosmetic",
)


@dataclass(frozen=True, eq=False)
class Difference:
    """A statement that the judge recomputes: under these conditions, `instead` is what comes.

    It is about right calls, unless `when` names mistakes.
    """

    id: str
    targets: tuple[str, ...]
    loss: str
    instead: Mapping[str, Any]
    severity: str
    why: str
    evidence: tuple[str, ...]
    when: Mapping[str, Any] = field(default_factory=dict)
    versions: SpecifierSet = field(default_factory=SpecifierSet)
    implementation: Implementation = "native"

    def __post_init__(self) -> None:
        """Refuse words that nothing here understands."""
        check_instead(self.instead)
        _require(self.id, "severity", [self.severity], SEVERITIES)
        _require(self.id, "subject", [self.implementation], BOTH)
        self._check_targets()

    def _check_targets(self) -> None:
        """Natives are the frameworks'; of mlloss only somebody else's backend may depart."""
        ours = [PAGE, *TARGETS]
        if self.implementation == "native":
            _require(self.id, "targets", self.targets, ours)
        elif excused := sorted(set(self.targets) & set(ours)):
            raise ValueError(f"{self.id}: mlloss has no excuse on {', '.join(excused)}")

    def told(self) -> dict[str, Any]:
        """All but the id, as JSON has it."""
        return {
            "targets": list(self.targets),
            "subject": self.implementation,
            "loss": self.loss,
            "when": dict(self.when),
            "instead": dict(self.instead),
            "severity": self.severity,
            "versions": str(self.versions),
            "why": self.why,
            "evidence": list(self.evidence),
        }

    def applies_to(self, target: str, version: str) -> bool:
        """Local parts (+cpu) and pre-releases count as the version they are of."""
        return target in self.targets and _is_in(self.versions, version or "0")

    def is_tolerance_only(self) -> bool:
        """Whether it says how far off a number may be, and not what comes."""
        return set(self.instead) <= BOUNDS

    def matches(self, case: Case, target: str, version: str) -> bool:
        """Whether the row speaks of this case there."""
        if case.loss != self.loss or not self.applies_to(target, version):
            return False
        _require(self.id, "when", self.when, features(case))
        return meets(case, {"mistake": "", **self.when})


@cache
def _is_in(versions: SpecifierSet, version: str) -> bool:
    return versions.contains(version, prereleases=True)


def known_differences() -> tuple[Difference, ...]:
    """All rows of differences/*.toml, their ids unique."""
    folder = files("mlloss.conformance") / "known_differences"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in found if file.name.endswith(".toml")]
    return parse_differences(texts)


def parse_differences(texts: Iterable[str]) -> tuple[Difference, ...]:
    """The rows of these files."""
    rows = [row for text in texts for row in tomllib.loads(text)["difference"]]
    ids = [row["id"] for row in rows]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids of differences must be unique; got {sorted(ids)}")
    return tuple(parse_difference(row) for row in rows)


def parse_difference(row: Mapping[str, Any]) -> Difference:
    """One row, of a file here (`id`) or of a record (`difference`)."""
    told = {name: value for name, value in row.items() if name not in ("difference", "subject")}
    told |= {"id": row.get("id") or row["difference"]}
    told |= {name: tuple(row[name]) for name in ("targets", "evidence")}
    told |= {"implementation": row["subject"]} if "subject" in row else {}
    return Difference(**told | {"versions": SpecifierSet(row.get("versions", ""))})


def _require(id: str, what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """A misspelt row would never match, and so never be missed."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{id}: {what} must be of {sorted(known)}; got {unknown}")
