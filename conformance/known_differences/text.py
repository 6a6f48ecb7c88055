"""When a known difference holds, what comes then and since when, in plain English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.specifiers import SpecifierSet

from mlloss.conformance.known_differences.effects import BOUNDS
from mlloss.conformance.known_differences.phrases import Phrase, bounded, counted, named, whether

LISTS = {
    "": "where there are no index lists",
    "as classes": "where index lists have as many slots as there are classes",
    "narrower": "where index lists have fewer slots than there are classes",
    "wider": "where index lists have more slots than there are classes",
    ("narrower", "wider"): "where index lists have fewer or more slots than there are classes",
    ("", "as classes"): "where index lists, if any, have as many slots as there are classes",
}
LABELS = {"indices": "index lists", "binary": "0/1 labels", "signed": "-1/+1 labels"}
ASKED = {"vmap": "value under vmap", "vmap gradient": "gradient under vmap"}
LONE = "the unreduced value of a row without a batch"

# Every word of features.py, in the order in which they are said.
CONDITIONS: Mapping[str, Phrase] = {
    "mistake": named("in a call with {}", {"": "no mistake in it"}),
    "area": named("among {}"),
    "page": named("on the page {}"),
    "ask": named("for the {}", ASKED),
    "reduction": named("with reduction {}", {"": "of no name"}),
    "labels": named("for {}", LABELS),
    "target_dtype": named("for {} labels"),
    "lists": named("{}", LISTS),
    "padded": whether("where a list is padded with -1", "where no list is padded"),
    "twice": whether("where a class is listed twice", "where no class is listed twice"),
    "junk": whether(
        "where a list has a number of no class in it", "where lists have classes and -1 only"
    ),
    "none_listed": whether("where no row lists a class", "where some row lists a class"),
    "some_unlisted": whether("where a row lists no class", "where every row lists a class"),
    "dtype": named("for {} scores"),
    "axes": counted("for scores of {}", "axis", "axes"),
    "classes": counted("for {}", "class", "classes", "for scores without an axis"),
    "rows": counted("for {}", "row", "rows"),
    "lone_row": whether(f"for {LONE}", f"unless it is {LONE}"),
    "largest": bounded("where the largest |score| is {}"),
    "nan": whether("where a score is nan", "where no score is nan"),
    "subnormal": whether("where a score is subnormal", "where no score is subnormal"),
    "weight_dtype": named("with {} weights", {"": "no", "number": "plain number"}),
    "weight_axes": counted("with weights of {}", "axis", "axes", "without weights"),
}
READ = {
    "formula": "puts the labels as they are through the formula for {0, 1}",
    "indices": "takes the labels for class numbers",
    "binary": "takes the labels for 0/1 labels",
    "signed": "takes the labels for -1/+1 labels",
}
# Every word of instead.py.
INSTEAD: Mapping[str, Phrase] = {
    "raises": named("raises {}"),
    "message": named('saying "{}"'),
    "gives": named("gives {}"),
    "dies": named("is killed by {}"),
    "labels": named("{}", READ),
    "reduction": named("reduces by {}"),
    "bools": named("{}", {"numbers": "takes bools for 0 and 1"}),
    "missing_lists": named("{}", {"no targets": "takes rows without a list to have no targets"}),
    "negatives": named("{}", {"from the end": "counts negative class numbers from the end"}),
    "hinge": named("works out a pair as {}"),
    "padding": named("{}", {"class 0": "counts every slot from the first -1 on as class 0"}),
    "terms": named("works out a class as the negative of {}"),
    "broadcasts": named("has the arguments broadcast {}"),
    "dtype": named("gives {}"),
    "row_axis": named("{}", {"kept": "keeps an axis of one row"}),
    "relative": lambda bound: f"{bound:g} of the number",
    "absolute": lambda bound: f"{bound:g}",
}
VERSIONS = {
    "==": "only in {}",
    ">=": "since {}",
    ">": "after {}",
    "~=": "since {}, of that series",
    "<=": "until {}",
    "<": "before {}",
    "!=": "but not in {}",
}


def condition_in_words(when: Mapping[str, Any]) -> str:
    """For float16 scores, where a list is padded; nothing where there is no condition."""
    return ", ".join(_said(CONDITIONS, when, when))


def instead_in_words(instead: Mapping[str, Any]) -> str:
    """Raises ValueError, saying "pointer is nullptr"; is off by up to 0.006 of the number."""
    bounds = [word for word in instead if word in BOUNDS]
    said = _said(INSTEAD, instead, [word for word in instead if word not in BOUNDS])
    near = "give or take" if said else "is off by up to"
    slack = [f"{near} {' or '.join(_said(INSTEAD, instead, bounds))}"] if bounds else []
    return ", ".join(said + slack)


def versions_in_words(versions: SpecifierSet) -> str:
    """Since 2.4, before 2.14; nothing where all are meant."""
    order = sorted(versions, key=lambda one: list(VERSIONS).index(one.operator))
    return ", ".join(VERSIONS[one.operator].format(one.version) for one in order)


def _said(
    phrases: Mapping[str, Phrase], told: Mapping[str, Any], words: Iterable[str]
) -> list[str]:
    """In the order of the phrases; a word that is new comes as it is, and fails a test."""
    new = [word for word in words if word not in phrases]
    known = [word for word in phrases if word in words]
    return [phrases[word](told[word]) for word in known] + [f"{word} {told[word]}" for word in new]
