"""Single mutations of the kernels' source, each put in place of the code that it is of."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from types import CodeType
from typing import Any

import pytest
from mutations import changes

from mlloss.losses import kernels

TREE = ast.parse(inspect.getsource(kernels))
Definition = ast.FunctionDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True, eq=False)
class Mutant:
    """A function or table of the kernels with one thing changed, in source: old -> new."""

    owner: str
    line: int
    statement: str
    change: str
    code: CodeType

    def __str__(self) -> str:
        return f"kernels.py:{self.line}: {self.statement[:60]}: {self.change}"

    def is_like(self, change: str) -> bool:
        """Whether that is its change, * standing for anything; brackets are brackets."""
        return fnmatchcase(self.change, change.replace("[", "[[]"))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """A function changes its code and stays the object that others hold already."""
        made, holder, name = self._made(), kernels, self.owner
        if isinstance(definitions()[self.owner], ast.FunctionDef):
            made, holder, name = made.__code__, getattr(kernels, self.owner), "__code__"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(holder, name, made)
            yield

    def _made(self) -> Any:
        names = dict(vars(kernels))
        exec(self.code, names)
        return names[self.owner]


@cache
def definitions() -> dict[str, Definition]:
    """Every function and every table, by name; classes only name their fields."""
    return {_name(node): node for node in TREE.body if isinstance(node, Definition)}


def _name(definition: Definition) -> str:
    if isinstance(definition, ast.FunctionDef):
        return definition.name
    target = definition.target if isinstance(definition, ast.AnnAssign) else definition.targets[0]
    return ast.unparse(target)


@cache
def losses(owner: str) -> tuple[str, ...]:
    """Those whose kernel comes to a definition; all, if none does: it is about each of them."""
    found = [loss for loss, kernel in kernels.KERNELS.items() if owner in _used_by(kernel.__name__)]
    return tuple(found or kernels.KERNELS)


@cache
def _used_by(owner: str) -> frozenset[str]:
    """A definition, what it names, what that names, and so on."""
    nodes = [node for _, some in _statements(definitions()[owner]) for node in some]
    named = {node.id for node in nodes if isinstance(node, ast.Name)} & definitions().keys()
    return frozenset({owner}).union(*(_used_by(name) for name in named - {owner}))


def lines(owner: str) -> set[int]:
    """Those with code on them: more than a name in quotes, or the None of no derivative."""
    definition = definitions()[owner]
    nodes = [node for _, some in _statements(definition) for node in some]
    starts = {node.lineno for node in nodes if hasattr(node, "lineno") and not _is_inert(node)}
    return starts & set(_compiled_lines(_compiled(definition)))


def _is_inert(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | None)


def _compiled_lines(code: CodeType) -> Iterator[int]:
    yield from (line for _, _, line in code.co_lines() if line)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _compiled_lines(inner)


def mutants(owner: str) -> list[Mutant]:
    """All of a definition, no two alike; the second of two equal changes has a number behind it."""
    seen, times, found = {ast.unparse(definitions()[owner])}, Counter(), []
    for statement, node, new, changed in _changed(definitions()[owner]):
        if (source := ast.unparse(changed)) in seen:
            continue
        seen.add(source)
        change = f"{ast.unparse(node)} -> {ast.unparse(new)}"
        times[statement, change] += 1
        number = f" #{times[statement, change]}" if times[statement, change] > 1 else ""
        found.append(Mutant(owner, node.lineno, statement, change + number, _compiled(changed)))
    return found


def _changed(definition: Definition) -> Iterator[tuple[str, ast.AST, ast.AST, Definition]]:
    """Statement, what is changed in it, what into, and the definition with that."""
    for statement, nodes in _statements(definition):
        for node in nodes:
            for new in changes(node):
                changed = deepcopy(definition, {id(node): ast.copy_location(new, node)})
                yield statement, node, new, changed


def _statements(definition: Definition) -> Iterator[tuple[str, list[ast.AST]]]:
    """What is executed, no docstring and no annotation: first lines, and all that is in them."""
    if isinstance(definition, ast.FunctionDef):
        documented = ast.get_docstring(definition) is not None
        yield from _lines_of(definition.body[1:] if documented else definition.body)
    elif definition.value:
        yield ast.unparse(definition), list(ast.walk(definition.value))


def _lines_of(body: list[ast.stmt]) -> Iterator[tuple[str, list[ast.AST]]]:
    """A condition apart from what depends on it."""
    for statement in body:
        inner = [*getattr(statement, "body", ()), *getattr(statement, "orelse", ())]
        own = [node for node in ast.iter_child_nodes(statement) if node not in inner]
        nodes = [node for child in own for node in ast.walk(child)]
        yield ast.unparse(statement).partition("\n")[0], [statement, *nodes]
        yield from _lines_of(inner)


def _compiled(definition: Definition) -> CodeType:
    module = ast.fix_missing_locations(ast.Module([definition], []))
    return compile(module, "a mutant of mlloss/kernels.py", "exec")
