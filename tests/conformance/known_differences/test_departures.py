"""What somebody else's backend is known to do otherwise: rows like ours, and as strictly kept."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from third_party import NO_DOUBLES

from mlloss.conformance import Difference, Host, all_cases, check_backend

MARGIN = "multilabel_margin_loss"
FEW = tuple(case for case in all_cases() if re.match(r"margin/(value|dtypes)/", case.id))


def known(**changes: Any) -> Difference:
    """A backend without doubles, which says so."""
    row: dict[str, Any] = {
        "id": "no-doubles",
        "targets": ("tinyarray",),
        "implementation": "mlloss",
        "loss": MARGIN,
        "when": {"dtype": "float64"},
        "instead": {"raises": "TypeError", "message": "no doubles"},
        "severity": "error",
        "why": "tiny arrays are for tiny machines",
        "evidence": ("https://x",),
    }
    return Difference(**row | changes)


@pytest.fixture
def without_doubles(tiny: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    backend = importlib.import_module("tinyarray.mlloss_backend").TinyBackend
    take = backend.take

    def refuse(ops: Any, x: Any, index: Any) -> Any:
        if ops.dtype(x) == "float64":
            raise TypeError("no doubles")
        return take(ops, x, index)

    monkeypatch.setattr(backend, "take", refuse)
    return tiny


def test_what_it_is_known_for_is_no_failure(without_doubles: Host, tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(NO_DOUBLES)
    with pytest.raises(AssertionError, match="raises TypeError: no doubles"):
        check_backend(without_doubles, cases=FEW)
    for row in (known(), path, str(path)):
        run = check_backend(without_doubles, cases=FEW, known_differences=[row])
        assert run.counts()["known"] > 10


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (known(), r"margin/\S+ \(no-doubles\): stale: gives"),
        (known(instead={"reduction": "sum"}, when={}), r"\(no-doubles\): stale: gives"),
    ],
)
def test_a_stale_row_fails(tiny: Host, row: Difference, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_backend(tiny, cases=FEW, known_differences=[row])


def test_a_row_that_no_case_needs_fails(tiny: Host) -> None:
    row = known(when={"mistake": "no such mistake"})
    with pytest.raises(AssertionError, match=r"no case \(no-doubles\): stale: no case needs it"):
        check_backend(tiny, known_differences=[row])
    assert check_backend(tiny, known_differences=[row], cases=FEW).passed(), "a part only"


def test_a_row_of_another_version_is_not_asked_for(tiny: Host) -> None:
    row = replace(known(), versions=SpecifierSet(">=2"))
    assert check_backend(tiny, known_differences=[row], cases=FEW).passed()


@pytest.mark.parametrize("target", ["torch", "numpy", "page"])
def test_of_us_there_are_no_known_differences(target: str) -> None:
    with pytest.raises(ValueError, match=f"third-party backends only; targets has {target}"):
        known(targets=(target,))


def test_a_row_must_be_about_the_backend(tiny: Host) -> None:
    with pytest.raises(ValueError, match="targets must be of"):
        known(implementation="native")
    with pytest.raises(ValueError, match="targets must have 'tinyarray'; got"):
        check_backend(tiny, known_differences=[known(targets=("tinyaray",))])
    with pytest.raises(ValueError, match="ids of known differences must be unique"):
        check_backend(tiny, known_differences=[known(), known()])
    with pytest.raises(TypeError, match="must be an iterable of known differences"):
        check_backend(tiny, known_differences=known())  # type: ignore[arg-type]
