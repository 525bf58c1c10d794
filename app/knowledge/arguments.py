"""What the arguments of predicates are made of: periods, names, facts, limits, which medicines."""

from typing import Annotated

from msgspec import Meta, Struct

Period = Annotated[str, Meta(pattern=r"^P\d{1,4}[DWMY]$")]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.'/ -]*$")]
Count = Annotated[int, Meta(ge=1, le=20)]
Days = Annotated[int, Meta(ge=1, le=366)]


class Args(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Arguments of one predicate."""


class Fact(Args, frozen=True, kw_only=True):
    fact: Key


class Limits(Args, frozen=True, kw_only=True):
    below: Fact | None = None
    at_most: Fact | None = None
    above: Fact | None = None
    at_least: Fact | None = None


class Which(Args, frozen=True, kw_only=True, rename={"class_": "class", "any_": "any"}):
    """Which medicines: one ingredient, one class, or any of several subjects, narrowed by product."""

    ingredient: Key | None = None
    class_: Key | None = None
    any_: tuple[str, ...] = ()  # class:x, ingredient:y
    route: tuple[Key, ...] = ()
    form: tuple[Key, ...] = ()
    release: Key | None = None
    scheduled: bool = False  # leaves out what is taken as needed
    without_class: Key | None = None
    without_ingredient: Key | None = None
