"""
What a chart and its assessment are made of.

A chart holds thousands of them, and each is looked at many times: a Struct is made, compared and hashed in
a tenth of a dataclass's time. It is never changed and holds only what was there before it, so it can't come
to hold itself, and the garbage collector need not look. Modules that are compiled inherit these settings,
because the compiler drops what a class says in its own brackets; there `frozen=True` is repeated for the
type checker alone.
"""

from msgspec import Struct


class Value(Struct, frozen=True, gc=False):
    """Equal to every other that holds the same."""


class Single(Struct, frozen=True, eq=False, gc=False):
    """Equal to itself alone."""
