"""What each framework has to be compared with, and how a step of training calls it."""

from __future__ import annotations

from importlib import import_module

from mlloss.benchmarks.frameworks.base import Contenders

NAMES = ("numpy", "torch", "jax", "paddle", "mindspore")


def find(name: str) -> Contenders:
    """Return the contenders of a framework; it is imported."""
    found: Contenders = import_module(f"mlloss.benchmarks.frameworks.{name}").contenders
    return found
