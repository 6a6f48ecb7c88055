"""What the options of the command choose."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer
from invented import STALE, invented

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cli.names import completer, names, one_of
from mlloss.conformance.cli.selection import Choice
from mlloss.conformance.frameworks.registry import IMPLEMENTATIONS, TARGETS
from mlloss.conformance.known_differences.model import known_differences


def test_nothing_chosen_is_all() -> None:
    selection = Choice().selection()
    assert list(selection.cases) == list(all_cases())
    assert [row.id for row in selection.known] == [row.id for row in known_differences()]
    assert (selection.targets, tuple(selection.implementations)) == (list(TARGETS), IMPLEMENTATIONS)
    assert selection.required == []
    assert Choice().is_none()
    assert not Choice().is_part()


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (None, []),
        ([], []),
        (["b"], ["b"]),
        (["c,a"], ["a", "c"]),
        (["c", " a ,b"], ["a", "b", "c"]),
        (["all"], ["a", "b", "c"]),
        (["b", "all"], ["a", "b", "c"]),
    ],
)
def test_names_come_in_the_order_that_is_known(given: list[str] | None, chosen: list[str]) -> None:
    assert names(given, ["a", "b", "c"]) == chosen


def test_a_name_that_is_not_known_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="expected some of a, b; got d"):
        names(["a,d"], ["a", "b"])


@pytest.mark.parametrize(
    ("name", "near"),
    [("pytorch", "torch"), ("troch", "torch"), ("PaddlePaddle", "paddle"), ("jax-jti", "jax-jit")],
)
def test_a_misspelt_name_gets_the_nearest_one(name: str, near: str) -> None:
    for choose in (lambda: names([name], TARGETS), lambda: one_of(name, TARGETS, "--from")):
        with pytest.raises(typer.BadParameter, match=rf"; did you mean {near}\?$"):
            choose()


def test_no_name_is_suggested_for_one_that_is_near_none() -> None:
    with pytest.raises(typer.BadParameter, match=r"got 'tensorflow'$"):
        one_of("tensorflow", TARGETS, "--from")


def test_the_last_name_of_a_list_is_completed() -> None:
    complete = completer(["torch", "torch-compile", "jax"])
    assert complete("to") == ["torch", "torch-compile"]
    assert complete("torch,j") == ["torch,jax"]
    assert complete("torch,x") == []


def test_ids_and_quick_choose_cases_together() -> None:
    chosen = Choice(ids=["margin/value/*", "soft/empty/*"], quick=True).selection().cases
    prefixes = ("margin/value/", "soft/empty/")
    assert list(chosen) == [c for c in all_cases() if c.quick and c.id.startswith(prefixes)]
    assert chosen


def test_a_glob_is_about_the_whole_id_and_its_case() -> None:
    for pattern in ("margin/value", "MARGIN/*"):
        with pytest.raises(typer.BadParameter, match="no case has an id like"):
            Choice(ids=[pattern]).selection()


@pytest.mark.parametrize("part", [Choice(quick=True), Choice(ids=["documented/*"])])
def test_only_of_all_cases_a_row_must_be_needed(part: Choice) -> None:
    right = invented(documented_cases())
    stale = replace(right, verdicts=[*right.verdicts, STALE])
    assert Choice(targets=["torch"]).settled(stale) is stale
    assert not stale.passed()
    assert part.settled(stale).passed()
    failing = invented(documented_cases(), broken={("torch", "native"): "stale"})
    assert not part.settled(failing).passed()
