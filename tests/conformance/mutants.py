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
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from mutations import MODULES, changes

from mlloss.core.registry import LOSSES

Definition = ast.FunctionDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True, eq=False)
class Mutant:
    """A function or table of the kernels with one thing changed, in source: old -> new."""

    owner: str  # module and name
    line: int
    statement: str
    change: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.owner}:{self.line}: {self.statement[:60]}: {self.change}"

    def is_like(self, change: str) -> bool:
        """Whether that is its change, * standing for anything; brackets are brackets."""
        return fnmatchcase(self.change, change.replace("[", "[[]"))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """A function changes its code and stays the object that others hold already."""
        made, (holder, name) = self._made(), _place(self.owner)
        if isinstance(definitions()[self.owner], ast.FunctionDef):
            made, holder, name = made.__code__, getattr(holder, name), "__code__"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(holder, name, made)
            yield

    def _made(self) -> Any:
        module, name = _place(self.owner)
        names = dict(vars(module))
        exec(self.code, names)
        return names[name]


def _place(owner: str) -> tuple[ModuleType, str]:
    """Return the module and the name of a definition."""
    stem, _, name = owner.partition(".")
    return MODULES[stem], name


@cache
def definitions() -> dict[str, Definition]:
    """Every function and table of the kernels' modules; classes and public functions have no maths.

    Their names have the module before them, such as "multilabel_margin._kernel".
    """
    public = {spec.name for spec in LOSSES.values()}
    return {
        f"{stem}.{_name(node)}": node
        for stem, module in MODULES.items()
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, Definition) and _name(node) not in public
    }


def _name(definition: Definition) -> str:
    if isinstance(definition, ast.FunctionDef):
        return definition.name
    target = definition.target if isinstance(definition, ast.AnnAssign) else definition.targets[0]
    return ast.unparse(target)


@cache
def losses(owner: str) -> tuple[str, ...]:
    """Those whose kernel comes to a definition; all, if none does: it is about each of them."""
    kernels = {name: _owner(spec.kernel) for name, spec in LOSSES.items()}
    found = [loss for loss, kernel in kernels.items() if owner in _used_by(kernel)]
    return tuple(found or LOSSES)


def _owner(function: Any) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


@cache
def _used_by(owner: str) -> frozenset[str]:
    """A definition, what it names, what that names, and so on."""
    module, _ = _place(owner)
    nodes = [node for _, some in _statements(definitions()[owner]) for node in some]
    named = {_found(module, node.id) for node in nodes if isinstance(node, ast.Name)}
    known = (named & definitions().keys()) - {owner}
    return frozenset({owner}).union(*(_used_by(name) for name in known))


def _found(module: ModuleType, name: str) -> str:
    """Return where a name of a module is defined: there, or where a function was imported from."""
    value = getattr(module, name, None)
    return _owner(value) if isinstance(value, FunctionType) else f"{stem_of(module)}.{name}"


def stem_of(module: ModuleType) -> str:
    """Return the last part of a module's name."""
    return module.__name__.rpartition(".")[2]


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
    module, _ = _place(owner)
    for statement, node, new, changed in _changed(module, definitions()[owner]):
        if (source := ast.unparse(changed)) in seen:
            continue
        seen.add(source)
        change = f"{ast.unparse(node)} -> {ast.unparse(new)}"
        times[statement, change] += 1
        number = f" #{times[statement, change]}" if times[statement, change] > 1 else ""
        found.append(Mutant(owner, node.lineno, statement, change + number, _compiled(changed)))
    return found


def _changed(
    module: ModuleType, definition: Definition
) -> Iterator[tuple[str, ast.AST, ast.AST, Definition]]:
    """Statement, what is changed in it, what into, and the definition with that."""
    for statement, nodes in _statements(definition):
        for node in nodes:
            for new in changes(node, stem_of(module)):
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
    return compile(module, "a mutant of a kernel", "exec")
