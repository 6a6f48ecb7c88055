"""Who may import whom: `core <- losses <- mlloss`; backends fill `core.ops`; conformance on top."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mlloss
import mlloss.backends
import mlloss.conformance
import mlloss.core.tuning

CORE = Path(mlloss.__file__).parent
BACKENDS = Path(mlloss.backends.__file__).parent
CONFORMANCE = Path(mlloss.conformance.__file__).parent
FRAMEWORKS = ("numpy", "torch", "jax", "paddle", "mindspore")
COMMAND = {"mlloss.cli", "mlloss.__main__"}  # import what they like; nobody imports them
FILLED = {f"mlloss.core.{name}" for name in ("ops", "tuning")}  # what backends may know of core
LEAVES = {
    f"mlloss.core.{name}"
    for name in (
        *("arrays", "docstrings", "kernel_types", "ops", "reductions", "registry"),
        *("shapes", "spec", "tuning"),
    )
}


def modules(folder: Path, package: str) -> dict[str, str]:
    """Every module below a folder by its full name, with its source."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        found[".".join((package, *parts))] = path.read_text("utf-8")
    return found


def imports(source: str) -> Iterator[str]:
    """Full names of what is imported, `from a import b` as a.b: b may be a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


OWN = modules(CORE, "mlloss")
OWN = {
    name: source
    for name, source in OWN.items()
    if name.split(".")[1:2] not in (["backends"], ["benchmarks"], ["conformance"])
}  # installed, they lie inside
FILLING = modules(BACKENDS, "mlloss.backends")
SUITE = modules(CONFORMANCE, "mlloss.conformance")
EVERY = {**OWN, **FILLING, **SUITE}
LIBRARY = {**{name: s for name, s in OWN.items() if name not in COMMAND}, **FILLING}


def ours(source: str) -> set[str]:
    """Our modules among the imports: mlloss.backends.base for mlloss.backends.base.Backend."""
    found = set()
    for name in imports(source):
        parts = name.split(".")
        if parts[0] == "mlloss":
            heads = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            found.add(next(head for head in heads if head in EVERY or head == "mlloss"))
    return found


def theirs(source: str) -> set[str]:
    """Packages that are neither ours nor the standard library's."""
    tops = {name.split(".")[0] for name in imports(source)}
    return tops - {"mlloss", "__future__"} - set(sys.stdlib_module_names)


def within(name: str, *packages: str) -> bool:
    """Whether a module is one of these packages or inside of one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def allowed(name: str) -> tuple[str, ...]:
    """The packages and modules that a module of the library may import."""
    if name == "mlloss.backends.compiler_boundary":  # a mark for MindSpore's compiler
        return ("mlloss.backends.mindspore.tracing",)
    if within(name, "mlloss.backends"):
        framework = name.split(".")[2:3]
        own = [f"mlloss.backends.{f}" for f in framework if f in FRAMEWORKS]
        common = ("base", "host_numpy", "compiler_boundary", "numpy")
        helpers = [f"mlloss.backends.{other}" for other in common]
        classes = (
            ["mlloss.core.classes", "mlloss.core.pipeline"] if name.endswith(".module") else []
        )
        return (*FILLED, *own, *helpers, *classes)
    if name in LEAVES:
        return tuple(LEAVES)
    if within(name, "mlloss.core"):
        return ("mlloss.core", "mlloss.backends")
    if within(name, "mlloss.losses"):
        return ("mlloss.core", "mlloss.losses", "mlloss.backends")
    if within(name, "mlloss.dialects"):
        own = ".".join(name.split(".")[:3])
        shared = ("mlloss.dialects.runtime",)
        public = ("mlloss.labels", "mlloss.losses", "mlloss.backends.compiler_boundary")
        return (own, *shared, *public, "mlloss.core")
    return ("mlloss.core", "mlloss.losses", "mlloss.backends", "mlloss.labels", *_top())


def _top() -> tuple[str, ...]:
    return tuple(name for name in OWN if name.count(".") == 1 and name not in COMMAND)


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_a_module_imports_only_what_lies_below_it(name: str):
    source = LIBRARY[name]
    if name == "mlloss.backends":  # finds them all, and imports one when its framework is there
        assert all(within(found, name) for found in ours(source))
    else:
        found = ours(source) - {name}
        guilty = {n for n in found if not within(n, *allowed(name)) or n == "mlloss"}
        assert guilty == set(), f"{name} imports {guilty}"
    framework = name.split(".")[2:3] if within(name, "mlloss.backends") else []
    assert theirs(source) <= {"numpy", *(f for f in framework if f in FRAMEWORKS)}


@pytest.mark.parametrize("name", sorted(n for n in OWN if within(n, "mlloss.dialects")))
def test_dialects_import_no_package(name: str):
    assert theirs(OWN[name]) == set()


def test_nobody_imports_in_a_circle():
    names = {name for name in OWN if name not in COMMAND and name != "mlloss"}
    graph = {name: (ours(OWN[name]) & names) - {name} for name in names}
    assert set(TopologicalSorter(graph).static_order()) == names


def test_nobody_imports_dialects():
    others = {n: s for n, s in LIBRARY.items() if not within(n, "mlloss.dialects")}
    assert not [n for n, s in others.items() if any(within(o, "mlloss.dialects") for o in ours(s))]


def test_nobody_but_the_command_imports_conformance():
    outside = {n for n, s in LIBRARY.items() if any("conformance" in o for o in ours(s))}
    assert outside == set()


def test_the_reference_shares_nothing_with_the_kernels():
    engine, *losses = (
        "mlloss.conformance.expected.reference",
        *(name for name in SUITE if within(name, "mlloss.conformance.losses") and "ref" in name),
    )
    definitions = "mlloss.conformance.expected.definitions"
    assert ours(SUITE[engine]) == {definitions, "mlloss.conformance.losses"}
    assert theirs(SUITE[engine]) == {"numpy"}
    assert len(losses) > 1
    for name in (definitions, *losses):
        assert ours(SUITE[name]) <= {definitions}
        assert theirs(SUITE[name]) == set()


def test_every_tuning_constant_is_used():
    names = {name for name in vars(mlloss.core.tuning) if name.isupper()}
    found = {name for source in LIBRARY.values() for name in imports(source)}
    taken = {name.rpartition(".")[2] for name in found if ".tuning." in name}
    assert taken == names


def test_these_checks_can_fail():
    assert not within("mlloss.core.pipeline", *allowed("mlloss.core.spec"))
    assert not within("mlloss.backends.jax", *allowed("mlloss.backends.torch.autograd"))
    assert not within("mlloss.dialects.paddle", *allowed("mlloss.dialects.torch"))
    assert ours("from mlloss.conformance.expected.reference import loss") == {
        "mlloss.conformance.expected.reference"
    }
    assert theirs("import os, torch.nn\nfrom jax import numpy") == {"torch", "jax"}
