"""Conditions, what comes instead, and versions, in words; and that no word is without a phrase."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.known_differences.effects import WORDS
from mlloss.conformance.known_differences.matching import features
from mlloss.conformance.known_differences.model import known_differences
from mlloss.conformance.known_differences.text import (
    CONDITIONS,
    INSTEAD,
    condition_in_words,
    instead_in_words,
    versions_in_words,
)


def test_every_word_of_a_condition_has_a_phrase() -> None:
    assert CONDITIONS.keys() == features(all_cases()[0]).keys()


def test_every_word_of_what_comes_instead_has_a_phrase() -> None:
    assert INSTEAD.keys() == WORDS.keys()


def test_no_value_is_left_as_code() -> None:
    """Words that stand for themselves, such as formulas and dtypes, may come as they are."""
    short = {
        (word, value)
        for word, values in WORDS.items()
        for value in values or ()
        if INSTEAD[word](value) == value
    }
    assert short == set()


def test_every_row_can_be_said() -> None:
    for row in known_differences():
        said = f"{condition_in_words(row.when)} {instead_in_words(row.instead)}"
        assert "{}" not in said
        assert "_" not in condition_in_words(row.when), row.id
        assert "[" not in condition_in_words(row.when), row.id


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({}, ""),
        ({"padded": True}, "where a list is padded with -1"),
        ({"padded": False, "labels": "indices"}, "for index lists, where no list is padded"),
        ({"dtype": ["float16", "bfloat16"]}, "for float16 or bfloat16 scores"),
        ({"largest": {"above": 88.7}}, "where the largest |score| is above 88.7"),
        (
            {"largest": {"above": 44, "below": 1e37}},
            "where the largest |score| is above 44 and below 1e+37",
        ),
        ({"axes": 1}, "for scores of 1 axis"),
        ({"axes": {"below": 3}}, "for scores of at most 2 axes"),
        ({"axes": [1, 3, 4]}, "for scores of 1, 3 or 4 axes"),
        ({"rows": {"above": 0}, "ask": "value"}, "for the value, for at least 1 row"),
        ({"weight_axes": -1}, "without weights"),
        ({"weight_dtype": ""}, "with no weights"),
        ({"ask": ["gradient", "vmap"]}, "for the gradient or value under vmap"),
        (
            {"lists": ["narrower", "wider"]},
            "where index lists have fewer or more slots than there are classes",
        ),
        ({"mistake": ["label 2", "label -1"]}, "in a call with label 2 or label -1"),
        ({"colour": "red", "twice": True}, "where a class is listed twice, colour red"),
    ],
)
def test_conditions(when: dict[str, Any], said: str) -> None:
    assert condition_in_words(when) == said


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"raises": "TypeError", "message": "no {}"}, 'raises TypeError, saying "no {}"'),
        ({"gives": "nan"}, "gives nan"),
        ({"labels": "formula"}, "puts the labels as they are through the formula for {0, 1}"),
        ({"reduction": "sum"}, "reduces by sum"),
        ({"absolute": 1e-7, "relative": 0.006}, "is off by up to 0.006 of the number or 1e-07"),
        ({"dtype": "float64", "relative": 1e-6}, "gives float64, give or take 1e-06 of the number"),
        ({"colour": "red"}, "colour red"),
    ],
)
def test_instead(instead: dict[str, Any], said: str) -> None:
    assert instead_in_words(instead) == said


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ("", ""),
        ("<2.14,>=2.4", "since 2.4, before 2.14"),
        ("==2.13.0", "only in 2.13.0"),
        ("!=2.12,<=3", "until 3, but not in 2.12"),
    ],
)
def test_versions(versions: str, said: str) -> None:
    assert versions_in_words(SpecifierSet(versions)) == said
