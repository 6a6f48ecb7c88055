"""The source of the modules of mlloss.dialects, made from the natives' signatures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter, getdoc
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import mlloss
from mlloss.conformance.frameworks.natives import TABLES, Example, Native, parameters
from mlloss.conformance.frameworks.registry import FRAMEWORKS, Framework

DEPRECATED = ("size_average", "reduce")  # in PyTorch, they overrule `reduction`
IGNORED = ("name",)  # in Paddle, for its static graphs
TYPES = {
    **dict.fromkeys(("weight", "pos_weight"), "Array | float | None"),
    **dict.fromkeys(DEPRECATED, "bool | None"),
    "reduction": "Reduction",
    "name": "str | None",
}
ARGUMENTS = {  # arguments that mlloss's function does not have
    "size_average": (
        'size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".',
        "    Where either is given, `reduction` does not count.",
    ),
    "name": ("name: accepted for compatibility and ignored.",),
    "labels": (
        "labels: what the labels are: {}.",
        '    "unchecked" puts any number into the formula for 0 and 1.',
    ),
}


@dataclass(frozen=True)
class Member:
    """A function or class of a dialect, for the template."""

    loss: str
    native: Native
    example: Example
    path: str
    page: str
    method: str

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def is_function(self) -> bool:
        return self.path == self.native.function

    @property
    def is_primitive(self) -> bool:
        return self.path == self.native.primitive

    @property
    def base(self) -> str:
        """Name of the base class in the runtime."""
        return "Cell" if self.method == "construct" and not self.is_primitive else "Criterion"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.native.labels

    @property
    def summary(self) -> str:
        """First line of the docstring of mlloss's function."""
        return (getdoc(getattr(mlloss, self.loss)) or "").partition("\n")[0]

    @property
    def is_deprecated(self) -> bool:
        return DEPRECATED[0] in self._parameters()

    def _parameters(self) -> dict[str, Parameter]:
        """Return the parameters beside input and target."""
        if self.is_function:
            found = dict(list(parameters(self.native.signature).items())[2:])
        else:
            found = dict(parameters(self.native.class_signature))
        if self.labels:
            kind = Parameter.KEYWORD_ONLY
            found["labels"] = Parameter("labels", kind, default=self.labels[0])
        return found

    def names(self) -> tuple[str, str]:
        """Return the dialect's names of input and target."""
        if self.is_function:
            first, second, *_ = parameters(self.native.signature)
            return first, second
        return self.native.call_names()

    def typed_names(self) -> str:
        return ", ".join(f"{name}: Array" for name in self.names())

    def signature(self) -> str:
        """Return the parameters of the function or of the constructor."""
        arrays = [self.typed_names()] if self.is_function else []
        return ", ".join([*arrays, *self._typed()])

    def _typed(self) -> Iterator[str]:
        for name, parameter in self._parameters().items():
            if parameter.kind is Parameter.KEYWORD_ONLY:
                yield "*"
            words = f"Literal{list(self.labels)}" if name == "labels" else ""
            type_ = words or TYPES.get(name) or type(parameter.default).__name__
            yield f"{name}: {type_} = {parameter.default!r}"

    def meant(self) -> str:
        """Return the call that reads the deprecated arguments."""
        return f"runtime.reduction_of({self.name!r}, size_average, reduce, reduction)"

    def options(self) -> str:
        """Return the arguments of the base class's constructor."""
        values = {name: name for name in self._parameters() if name not in DEPRECATED}
        if self.is_deprecated:
            values["reduction"] = self.meant()
        return ", ".join(f"{name}={value}" for name, value in values.items())

    def call(self) -> str:
        """Return the arguments of `runtime.call`."""
        labels = ["labels=" + "|".join(self.labels)] if self.labels else []
        spelling = f"{self.name}({', '.join([*self.names(), *labels])})"
        passed = [n for n in self._parameters() if n not in (*DEPRECATED, *IGNORED)]
        values = passed if self.is_function else [f"self.{name}" for name in passed]
        strings = map(repr, (spelling, self.loss, " ".join(passed)))
        return ", ".join([*strings, *self.names(), *values])

    def shown(self) -> str:
        """Return the call of the example."""
        if self.is_function:
            return f"{self.name}(x, y)"
        return f"{self.name}()(x, y)" + ("[0]" if self.is_primitive else "")

    def argument_lines(self) -> list[str]:
        words = ", ".join(f'"{word}"' for word in self.labels)
        own = self._parameters()
        return [line.format(words) for name in ARGUMENTS if name in own for line in ARGUMENTS[name]]


def dialect_files() -> dict[str, str]:
    """Return the source of every generated module by its path below mlloss/dialects."""
    found = {}
    for framework in FRAMEWORKS.values():
        if framework.dialect:
            found[f"{framework.name}/__init__.py"] = _classes(framework)
            found[f"{framework.name}/{framework.dialect.functions}.py"] = _functions(framework)
    return found


def _members(framework: Framework, kinds: tuple[str, ...]) -> list[Member]:
    """Return the members of these kinds, keys of `Native.documentation`."""
    assert framework.dialect
    return [
        Member(loss, native, table.example, path, page, framework.dialect.method)
        for loss, table in TABLES.items()
        if isinstance(native := table.natives.get(framework.name), Native)
        for kind, (path, page) in native.documentation().items()
        if kind in kinds
    ]


def _functions(framework: Framework) -> str:
    members = _members(framework, ("function", "primitive"))
    place = members[0].path.rpartition(".")[0]
    text = f"`{place}` of {framework.title} for arrays of any framework."
    return _module(text, members, [], [])


def _classes(framework: Framework) -> str:
    assert framework.dialect
    module, functions = f"mlloss.dialects.{framework.name}", framework.dialect.functions
    text = (
        f"`{framework.name}.nn` of {framework.title} for arrays of any framework.\n\n"
        f"import {module} as nn\nimport {module}.{functions} as {framework.dialect.alias}\n"
    )
    line = f"from {module} import {functions} as {functions}"
    return _module(text, _members(framework, ("class",)), [functions], [line])


def _module(text: str, members: list[Member], more: list[str], imports: list[str]) -> str:
    loader = FileSystemLoader(Path(__file__).parent)
    page = Environment(
        loader=loader, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    ).get_template("dialect.py.jinja")
    names = sorted([member.name for member in members] + more)
    source = page.render(text=text, members=members, names=names, imports=imports)
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout
