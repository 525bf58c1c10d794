"""
The three kinds of value a chart and its assessment are made of.

A chart holds thousands of them, and each is looked at many times: a Struct is made, compared and hashed in
a tenth of a dataclass's time. Modules that are compiled inherit these settings, because the compiler drops
what a class says in its own brackets; there `frozen=True` is repeated for the type checker alone.
"""

from msgspec import Struct


class Value(Struct, frozen=True):
    """Equal to every other that holds the same."""


class Leaf(Struct, frozen=True, gc=False):
    """A value that can't hold itself, so that the garbage collector need not look."""


class Single(Struct, frozen=True, eq=False):
    """Equal to itself alone."""
