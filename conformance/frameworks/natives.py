"""The frameworks' own functions and classes, read from conformance/losses/<loss>/natives.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from importlib.util import find_spec
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from mlloss.conformance.frameworks.registry import FRAMEWORKS, Implementation
from mlloss.conformance.losses import find
from mlloss.core.registry import LOSSES
from mlloss.dialects.runtime import options_of_labels

if TYPE_CHECKING:
    from mlloss.conformance.cases.model import Case


@dataclass(frozen=True)
class Native:
    """One framework's implementation of one loss: a table of natives.toml.

    Exactly one of `function` and `expression` is given. All fields are strings as in the file.

    Attributes:
        function: dotted path of the function.
        expression: Python expression for the terms of the loss, one a class, where the framework
            has no function: of the names `input`, `target` and the options. Weights multiply it;
            frameworks.composed applies the reduction.
        signature: parameters of the function. The first two are input and target, the others are
            passed by name.
        class_, class_signature, class_call: the class, the parameters of its constructor and of
            its call, if these are not the function's first two.
        primitive: a class like `class_` with two results: the loss and the 0/1 targets.
        page, class_page, primitive_page: addresses of the documentation.
        target_dtype: the only integer dtype that the function takes as target.
        needs: package, beside the framework, that has the function.
        labels: values of the dialect's own `labels` argument, the default first. Empty: none.
        lacks: arguments of mlloss's function that an expression does not take.
    """

    signature: str
    page: str
    function: str = ""
    expression: str = ""
    class_: str = ""
    class_signature: str = ""
    class_call: str = ""
    class_page: str = ""
    primitive: str = ""
    primitive_page: str = ""
    target_dtype: str = ""
    needs: str = ""
    labels: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def call_names(self) -> tuple[str, str]:
        """Return the names of input and target in a call of the class."""
        first, second, *_ = parameters(self.class_call or self.signature)
        return first, second

    def documentation(self) -> dict[str, tuple[str, str]]:
        """Return path and page of the function, the class and the primitive, as far as given."""
        found = {
            "function": (self.function, self.page),
            "class": (self.class_, self.class_page),
            "primitive": (self.primitive, self.primitive_page),
        }
        return {kind: place for kind, place in found.items() if place[0]}


@dataclass(frozen=True)
class Missing:
    """The framework has no such loss; `reason` stands in reports."""

    reason: str


@dataclass(frozen=True)
class Example:
    """A call with the loss's default options, for generated docstrings."""

    input: list[Any]
    target: list[Any]
    result: str


@dataclass(frozen=True)
class Table:
    """One natives.toml."""

    example: Example
    natives: Mapping[str, Native | Missing]


def read_table(text: str, where: str) -> Table:
    """Parse a natives.toml.

    Args:
        text: content of the file.
        where: its path, for messages.

    Raises:
        ValueError: an unknown framework or key, a value of the wrong type, or a missing key.
    """
    data = tomllib.loads(text)
    example = _record(Example, data.pop("example", {}), f"{where}: [example]")
    for framework in data:
        if framework not in FRAMEWORKS:
            known = ", ".join(FRAMEWORKS)
            raise ValueError(f"{where}: [{framework}] must be one of {known}")
    return Table(example, {name: _native(row, f"{where}: [{name}]") for name, row in data.items()})


def _native(row: dict[str, Any], where: str) -> Native | Missing:
    if "missing" in row:
        missing: Missing = _record(Missing, {"reason": row.pop("missing"), **row}, where)
        return missing
    native: Native = _record(
        Native, {"class_" if k == "class" else k: v for k, v in row.items()}, where
    )
    if bool(native.function) == bool(native.expression):
        raise ValueError(f"{where} must have one of function, expression, missing")
    for text in (native.signature, native.class_signature, native.class_call):
        parameters(text, where)
    return native


def _record(kind: type[Any], row: Mapping[str, Any], where: str) -> Any:
    """Make a dataclass of a table, checked for unknown keys, missing keys and types."""
    types = {field.name: str(field.type) for field in fields(kind)}
    for key, value in row.items():
        if key not in types:
            raise ValueError(f"{where} has the unknown key {key.removesuffix('_')!r}")
        if isinstance(value, str) != (types[key] == "str"):
            raise ValueError(f"{where} {key.removesuffix('_')} must be {types[key]}; got {value!r}")
    lists = {k: tuple(v) for k, v in row.items() if types[k].startswith("tuple")}
    try:
        return kind(**{**row, **lists})
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from None


def parameters(text: str, where: str = "signature") -> Mapping[str, Parameter]:
    """Parse "input, target, reduction='mean'"; defaults are literals.

    Raises:
        ValueError: the text is not a list of parameters.
    """
    try:
        function = eval(f"lambda {text}: None", {"__builtins__": {}})
    except (NameError, SyntaxError) as error:
        raise ValueError(f"{where}: {text!r} is not a list of parameters: {error}") from None
    return signature(function).parameters


def _tables() -> Iterator[tuple[str, Table]]:
    for loss in LOSSES:
        file = find(loss).file("natives.toml")
        yield loss, read_table(file.read_text("utf-8"), f"{file.parent.name}/{file.name}")


TABLES: dict[str, Table] = dict(_tables())
NATIVES: dict[tuple[str, str], Native | Missing] = {
    (framework, loss): native
    for loss, table in TABLES.items()
    for framework, native in table.natives.items()
}
_THIRD_PARTY = Missing("this backend is an adapter: there is no native loss to compare with")


def native(framework: str, loss: str) -> Native | Missing:
    """Return the native of a framework; a third-party backend has none."""
    return NATIVES.get((framework, loss), _THIRD_PARTY)


def native_absence(framework: str, loss: str, arrays: Iterable[str] = ()) -> str | None:
    """Return why no native can be run with arrays of these names, or None."""
    row = native(framework, loss)
    if isinstance(row, Missing):
        return row.reason
    if row.needs and find_spec(row.needs) is None:
        return f"{framework} has no such loss, and {row.needs}, which has, is not installed"
    lacking = [name for name in arrays if name in row.lacks]
    return f"{row.function or row.expression} has no {lacking[0]}" if lacking else None


def native_of_dialect(framework: str, loss: str) -> Native | Missing:
    """Return where mlloss.dialects has a native: torch.nn.functional is in its torch.functional."""
    row = native(framework, loss)
    if isinstance(row, Missing) or framework not in DIALECTS:
        return Missing(f"mlloss.dialects has none of {framework}")
    function, class_ = _in_dialect(row.function), _in_dialect(row.class_)
    return replace(row, function=function, class_=class_, target_dtype="")


def _in_dialect(path: str) -> str:
    return f"mlloss.dialects.{path.replace('.nn.', '.', 1)}" if path else ""


DIALECTS = tuple(name for name, framework in FRAMEWORKS.items() if framework.dialect)


def native_of(implementation: Implementation, framework: str, loss: str) -> Native:
    """Return what is called for "native" or "dialect". The caller has checked that it exists."""
    found = (native_of_dialect if implementation == "dialect" else native)(framework, loss)
    assert isinstance(found, Native), f"{framework} has no {loss}"
    return found


def dialect_labels(
    framework: str, loss: str, labels: str, options: Mapping[str, Any]
) -> str | None:
    """Return the dialect's value of `labels` for a call of mlloss; "" for its default.

    None: the dialect cannot make such a call.
    """
    if labels == LOSSES[loss].default_labels:
        return ""
    row, meant = native(framework, loss), {"labels": labels, **options}
    words = row.labels if isinstance(row, Native) else ()
    return next((word for word in words if options_of_labels(word) == meant), None)


def dialect_absence(framework: str, mode: str, case: Case) -> str | None:
    """Return why the dialect is not run on a case, or None."""
    found = native_of_dialect(framework, case.loss)
    if isinstance(found, Missing):
        return found.reason
    if dialect_labels(framework, case.loss, case.labels, case.options) is None:
        return f"{framework}'s dialect has no word for labels that are not the formula's"
    return None if mode == "eager" else "dialects are run in eager mode, mlloss in every mode"
