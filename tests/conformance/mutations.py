"""What else could stand in a place of the kernels' source: another operation, number, order ..."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from mlloss.core.registry import LOSSES
from mlloss.losses import _pairwise_hinges

MODULES = {spec.stem: sys.modules[spec.function.__module__] for spec in LOSSES.values()}
MODULES["_pairwise_hinges"] = _pairwise_hinges
FUNCTIONS = {
    stem: {
        name: (function.__code__.co_argcount, function.__code__.co_flags)
        for name, function in vars(module).items()
        if isinstance(function, FunctionType) and function.__module__ == module.__name__
    }
    for stem, module in MODULES.items()
}


def changes(node: ast.AST, stem: str) -> Iterator[ast.AST]:
    """All that a node of a module could be instead."""
    for kind, change in CHANGES.items():
        if isinstance(node, kind):
            yield from change(node)
    if isinstance(node, ast.Tuple):
        yield from _without_partials(node, FUNCTIONS[stem])
    if isinstance(node, ast.Name):
        yield from _names(node, FUNCTIONS[stem])


COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATIONS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for other in COMPARISONS[type(node.ops[0])]:
        yield ast.Compare(node.left, [other()], node.comparators)


def _operations(node: ast.BinOp) -> Iterator[ast.AST]:
    """Another operation, or one operand alone."""
    yield ast.BinOp(node.left, OPERATIONS[type(node.op)](), node.right)
    yield from (node.left, node.right)


def _conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _signs(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if ast.unparse(node.operand) != "math.inf":  # which has its own change
        yield node.operand


def _numbers(node: ast.Constant) -> Iterator[ast.AST]:
    """1 less, 1 more; of 0.6 and 2.0 half and twice."""
    if type(node.value) is int:
        near = [node.value - 1] if node.value else []
        yield from (ast.Constant(number) for number in [*near, node.value + 1])
    if type(node.value) is float:
        other = [node.value / 2, node.value * 2] if node.value else [1.0]
        yield from map(ast.Constant, other)


def _constants(node: ast.Attribute) -> Iterator[ast.AST]:
    """math.inf with the other sign, and a number for math.nan."""
    if ast.unparse(node) == "math.inf":
        yield ast.UnaryOp(ast.USub(), node)
    if ast.unparse(node) == "math.nan":
        yield ast.Constant(0.0)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Two arguments in each other's place, or one of them for all of the call."""
    name = ast.unparse(node.func)
    if name == "isinstance":
        yield from (ast.UnaryOp(ast.Not(), node), ast.Constant(True), ast.Constant(False))
    elif name == "Elementwise":
        yield node.args[1]  # its derivatives left to the framework
    elif name not in ("ops.shape", "ops.dtype"):
        yield from _orders(node)
        yield from _keyword_orders(node)
        yield from _stand_ins(name, node)


def _orders(node: ast.Call) -> Iterator[ast.AST]:
    for n in range(len(node.args) - 1):
        if not any(map(_is_no_array, node.args[n : n + 2])):
            yield ast.Call(node.func, _swapped(node.args, n), node.keywords)


def _keyword_orders(node: ast.Call) -> Iterator[ast.AST]:
    values = [keyword.value for keyword in node.keywords]
    for n in range(len(values) - 1):
        pairs = zip(node.keywords, _swapped(values, n), strict=True)
        yield ast.Call(node.func, node.args, [ast.keyword(k.arg, value) for k, value in pairs])


def _stand_ins(name: str, node: ast.Call) -> Iterator[ast.AST]:
    """Either branch, or what an operation is done to."""
    arrays = [argument for argument in node.args if not _is_no_array(argument)]
    if name == "ops.where":
        yield from arrays
    elif name.startswith(("ops.", "_limited")) and name != "ops.apply":
        yield from arrays[:1]


NO_ARRAYS = re.compile(
    r"ops|loss|dtype|classes|slots|_[A-Z]+|\(.*\)|ops\.(dtype|index_dtype|shape)\b.*|.* [<>=&]+ .*"
)


def _is_no_array(node: ast.AST) -> bool:
    """What in an array's place would be a TypeError and no more; a condition is none either."""
    return NO_ARRAYS.fullmatch(ast.unparse(node)) is not None


def _keywords(node: ast.keyword) -> Iterator[ast.AST]:
    """As if it had been left out."""
    yield ast.keyword(node.arg, ast.Constant(None))


def _tuples(node: ast.Tuple) -> Iterator[ast.AST]:
    """Two in each other's place."""
    if not any(isinstance(element, ast.Slice) for element in node.elts):
        for n in range(len(node.elts) - 1):
            yield ast.Tuple(_swapped(node.elts, n), node.ctx)


def _without_partials(node: ast.Tuple, functions: dict[str, tuple[int, int]]) -> Iterator[ast.AST]:
    """A partial derivative left out."""
    for n, element in enumerate(node.elts):
        if ast.unparse(element).startswith(("Elementwise", *functions)):
            others = [*node.elts[:n], ast.Constant(None), *node.elts[n + 1 :]]
            yield ast.Tuple(others, ast.Load())


def _tables(node: ast.Dict) -> Iterator[ast.AST]:
    for n in range(len(node.values) - 1):
        yield ast.Dict(node.keys, _swapped(node.values, n))


def _names(node: ast.Name, functions: dict[str, tuple[int, int]]) -> Iterator[ast.AST]:
    """The next function that takes as much."""
    if node.id in functions:
        alike = [name for name, takes in functions.items() if takes == functions[node.id]]
        yield ast.Name(alike[(alike.index(node.id) + 1) % len(alike)], ast.Load())


def _returns(node: ast.Return) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Name):
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))


def _assignments(node: ast.Assign) -> Iterator[ast.AST]:
    """Left out, where it is the older value that is changed."""
    used = {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
    if ast.unparse(node.targets[0]) in used:
        yield ast.Pass()


def _swapped(items: list[Any], n: int) -> list[Any]:
    """The one at n and the next in each other's place."""
    return [*items[:n], items[n + 1], items[n], *items[n + 2 :]]


CHANGES: dict[type, Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _comparisons,
    ast.BinOp: _operations,
    ast.BoolOp: _conditions,
    ast.UnaryOp: _signs,
    ast.Constant: _numbers,
    ast.Attribute: _constants,
    ast.Call: _calls,
    ast.keyword: _keywords,
    ast.Tuple: _tuples,
    ast.Dict: _tables,
    ast.Return: _returns,
    ast.Assign: _assignments,
}
