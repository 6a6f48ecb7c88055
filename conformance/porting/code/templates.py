"""Code templates of a framework: arrays, quantities and compilation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mlloss.conformance.cases.model import Array
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.porting.code.literals import literal, numbers
from mlloss.core.spec import FLOATS

NUMPY_NAMES = {"bool": "bool_"}


@dataclass(frozen=True)
class Step:
    """The code of a quantity. `{args}` are the names of the arrays, `{f}` is the function so far.

    `before` stands ahead of the call, `inner` wraps it before it is compiled and `outer` after,
    `after` turns its `result` into the quantity.
    """

    before: tuple[str, ...] = ()
    inner: str = "{f}"
    outer: str = "{f}"
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mode:
    """How a function is compiled, and what has to stand above that."""

    wrap: str = "{f}"
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeTemplate:
    """The templates of one framework, for the same calls as its host makes."""

    array: str
    empty: str
    show: str = "print(result.dtype, result.tolist())"
    show_bfloat16: str = ""  # where that prints no numbers
    dtypes: Mapping[str, str] = field(default_factory=dict)  # where the name is another one
    bfloat16: tuple[str, str] | None = None  # the dtype it is filled as, and what makes it one
    setup: tuple[str, ...] = ()
    setup_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of a subject
    quantities: Mapping[Quantity, Step] = field(default_factory=lambda: {"value": Step()})
    modes: Mapping[str, Mode] = field(default_factory=lambda: {"eager": Mode()})

    def prepared(self, implementation: str, dtypes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the lines before the arrays."""
        return self.setup + self.setup_of.get(implementation, ())

    def spell(self, array: Array, dtypes: tuple[str, ...]) -> str:
        """Return the code of an array, in a call whose arrays have these dtypes."""
        if array.dtype == "number":
            return literal(array.data)
        if array.foreign:
            name = NUMPY_NAMES.get(array.dtype, array.dtype)
            return f"np.array({numbers(array)}, dtype=np.{name})"
        return self._spell(array)

    def shown(self, dtype: str) -> str:
        """Return the line that prints all digits of the result for scores of this dtype."""
        return (dtype == "bfloat16" and self.show_bfloat16) or self.show

    def _spell(self, array: Array) -> str:
        dtype, suffix = array.dtype, ""
        if dtype == "bfloat16" and self.bfloat16:
            dtype, suffix = self.bfloat16
        return self._filled(array, self.dtypes.get(dtype, dtype)) + suffix

    def _filled(self, array: Array, dtype: str) -> str:
        template = self.empty if 0 in array.shape else self.array
        wide = "float64" if array.dtype in FLOATS else array.dtype
        return template.format(data=numbers(array), shape=array.shape, dtype=dtype, wide=wide)


@dataclass(frozen=True)
class JaxCodeTemplate(CodeTemplate):
    """Enable 64-bit numbers only for cases with 64-bit dtypes, as the JAX adapter does."""

    def prepared(self, implementation: str, dtypes: tuple[str, ...]) -> tuple[str, ...]:
        wide = ('jax.config.update("jax_enable_x64", True)',) if _are_wide(dtypes) else ()
        return self.setup + wide + self.setup_of.get(implementation, ())

    def spell(self, array: Array, dtypes: tuple[str, ...]) -> str:
        if array.dtype == "int64" and not array.foreign and not _are_wide(dtypes):
            array = replace(array, dtype="int32")
        return super().spell(array, dtypes)


def _are_wide(dtypes: tuple[str, ...]) -> bool:
    return bool({"float64", "uint64"} & set(dtypes))
