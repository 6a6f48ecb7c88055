"""Known differences: what a framework gives instead of the definition, when, and since when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS, TARGETS, Implementation
from mlloss.conformance.known_differences.effects import BOUNDS, check_instead
from mlloss.conformance.known_differences.matching import features, meets
from mlloss.conformance.losses import loss_folders
from mlloss.core.registry import LOSSES

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
    """A known difference: an expected failure whose result is predicted and compared.

    Attributes:
        id: a unique name.
        targets: the targets that show it, or "page" for a documentation page.
        loss: the name of the loss.
        instead: what is predicted, in the words of `effects.WORDS` and of the loss's emulation.
        severity: one of `SEVERITIES`.
        why: one line that explains it.
        evidence: addresses of sources or issues.
        when: the condition, in the words of `matching.features`. Invalid calls are excluded
            unless it has `mistake`.
        versions: the versions of the framework that show it.
        implementation: "native", or "mlloss" for a third-party backend.
        example: the id of the case that demonstrates it; the first that matches if empty.
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
    example: str = ""

    def __post_init__(self) -> None:
        """Check every word: one that is misspelt would never match, and never be missed."""
        _require(self.id, "loss", [self.loss], LOSSES)
        check_instead(self.loss, self.instead)
        _require(self.id, "severity", [self.severity], SEVERITIES)
        _require(self.id, "subject", [self.implementation], DEFAULT_IMPLEMENTATIONS)
        self._check_targets()

    def _check_targets(self) -> None:
        ours = [PAGE, *TARGETS]
        if self.implementation == "native":
            _require(self.id, "targets", self.targets, ours)
        elif wrong := sorted(set(self.targets) & set(ours)):
            raise ValueError(
                f'{self.id}: subject = "mlloss" is for third-party backends only; '
                f"targets has {', '.join(wrong)}"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the line of a record, without the id."""
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
        """Return whether it is about this version of this target.

        Local parts (+cpu) and pre-releases count as the version that they belong to.
        """
        return target in self.targets and _contains(self.versions, version or "0")

    def is_tolerance_only(self) -> bool:
        """Return whether it only widens the tolerance, and predicts nothing else."""
        return set(self.instead) <= BOUNDS

    def matches(self, case: Case, target: str, version: str) -> bool:
        """Return whether its condition holds for a case on a target."""
        if case.loss != self.loss or not self.applies_to(target, version):
            return False
        _require(self.id, "when", self.when, features(case))
        return meets(case, {"mistake": "", **self.when})

    def of_all_versions(self) -> Difference:
        """Return the same for any version of its targets."""
        return replace(self, versions=SpecifierSet())


DifferenceSource = Difference | str | PathLike[str]


def known_differences() -> tuple[Difference, ...]:
    """Return the known differences of all losses, by framework and loss; ids are unique."""
    files = [
        (path, {"loss": f"{stem}_loss"})
        for stem, folder in loss_folders().items()
        for path in folder.files("known_differences")
    ]
    files.sort(key=lambda file: file[0].name)
    tables = [defaults | table for path, defaults in files for table in _tables(path)]
    return unique(parse_difference(table) for table in tables)


def third_party_differences(
    sources: Iterable[DifferenceSource], backend: str, target: str
) -> tuple[Difference, ...]:
    """Return the known differences of a third-party backend.

    Args:
        sources: known differences, or paths of TOML files that hold some.
        backend: the name of the backend's adapter.
        target: the name of the target that the backend is in this run.

    Raises:
        TypeError: `sources` is a single one.
        ValueError: one is not about the backend, or two have the same id.
    """
    if isinstance(sources, Difference | str | PathLike):
        raise TypeError(
            "known_differences must be an iterable of known differences and paths; "
            f"got {sources!r}: put it into a list"
        )
    found = unique(one for source in sources for one in _read(source))
    return tuple(_on_target(one, backend, target) for one in found)


def parse_difference(table: Mapping[str, Any]) -> Difference:
    """Return a known difference from a TOML table (key `id`) or a record line (`difference`)."""
    fields = {key: value for key, value in table.items() if key not in ("difference", "subject")}
    fields |= {"id": table.get("id") or table["difference"]}
    fields |= {key: tuple(table[key]) for key in ("targets", "evidence")}
    fields |= {"implementation": table["subject"]} if "subject" in table else {}
    return Difference(**fields | {"versions": SpecifierSet(table.get("versions", ""))})


def unique(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return the known differences; ValueError if two have the same id."""
    found = tuple(found)
    ids = [one.id for one in found]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise ValueError(f"ids of known differences must be unique; got {', '.join(twice)} twice")
    return found


def _read(source: DifferenceSource) -> Sequence[Difference]:
    if isinstance(source, Difference):
        return [source]
    return [parse_difference(table) for table in _tables(Path(source))]


def _tables(path: Path) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["difference"]
    return tables


def _on_target(one: Difference, backend: str, target: str) -> Difference:
    if not {backend, target} & set(one.targets):
        raise ValueError(f"{one.id}: targets must have {backend!r}; got {list(one.targets)}")
    return replace(one, targets=(target,))


@cache
def _contains(versions: SpecifierSet, version: str) -> bool:
    return versions.contains(version, prereleases=True)


def _require(id: str, what: str, given: Iterable[str], allowed: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        raise ValueError(f"{id}: {what} must be of {sorted(allowed)}; got {unknown}")
