"""Elementwise functions of any number of arguments, made from polynomials."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from mlloss.core.ops import Elementwise

Terms = Mapping[tuple[int, ...], float]  # exponents, one for each argument, to the coefficient


def example(arguments: int, constants: int = 0) -> Elementwise:
    """Return a cubic polynomial whose derivatives by its arguments all differ.

    Args:
        arguments: number of differentiable arguments.
        constants: number of arguments without a derivative, after the others.
    """
    count = arguments + constants
    terms: dict[tuple[int, ...], float] = {}
    for i in range(count):
        terms[_exponents(count, {i: 3})] = i + 2.0
        for j in range(i):
            terms[_exponents(count, {i: 2, j: 1})] = i + 3.0 * j + 1
    return _elementwise(f"polynomial_{arguments}_{constants}", terms, arguments, order=0)


def _exponents(count: int, powers: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(powers.get(i, 0) for i in range(count))


def _elementwise(name: str, terms: Terms, arguments: int, order: int) -> Any:
    """Return the polynomial with its partial derivatives; plain functions are of order 2."""

    def value(ops: Any, *args: Any) -> Any:
        total = args[0] * 0
        for exponents, coefficient in terms.items():
            factors = [a for a, power in zip(args, exponents, strict=True) for _ in range(power)]
            total = total + prod(factors, start=coefficient)
        return total

    if order == 2:
        return value
    derivatives = [
        _elementwise(f"{name}_{i}", _derivative(terms, i), arguments, order + 1)
        for i in range(arguments)
    ]
    count = len(next(iter(terms)))
    return Elementwise(name, value, (*derivatives, *[None] * (count - arguments)))


def _derivative(terms: Terms, place: int) -> Terms:
    """Return the derivative by one argument."""
    found: dict[tuple[int, ...], float] = {}
    for exponents, coefficient in terms.items():
        if exponents[place]:
            lower = (*exponents[:place], exponents[place] - 1, *exponents[place + 1 :])
            found[lower] = found.get(lower, 0.0) + coefficient * exponents[place]
    return found
