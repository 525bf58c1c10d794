"""The logic of a rule as a tree: all, any, none, at_least over predicates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from app.knowledge.arguments import Args
from app.knowledge.vocabulary import VOCABULARY


@dataclass(frozen=True, slots=True)
class Call:
    """One predicate with its arguments."""

    name: str
    args: Args


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is all, any, none or at_least; `count` matters to at_least alone."""

    kind: str
    parts: tuple["Node", ...]
    count: int = 0


Node = Call | Group


class Malformed(ValueError):
    """A rule's logic that can't be read; the sentence says where."""


def read_logic(raw: object, where: str = "when") -> Node:
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise Malformed(f"{where}: one predicate or one of all, any, none, at_least is needed")
    ((name, content),) = raw.items()
    path = f"{where}.{name}"
    if name in {"all", "any", "none"}:
        return Group(name, _parts(content, path))
    if name == "at_least":
        return _at_least(content, path)
    if name not in VOCABULARY:
        raise Malformed(f"{path}: no such predicate; known are {', '.join(sorted(VOCABULARY))}")
    try:
        return Call(name, msgspec.convert(content or {}, VOCABULARY[name]))
    except msgspec.ValidationError as wrong:
        raise Malformed(f"{path}: {_plain(str(wrong))}") from None


def _at_least(content: object, path: str) -> Group:
    match content:
        case {"count": int(count), "of": list(parts), **rest} if not rest and count > 0:
            return Group("at_least", _parts(parts, path), count)
    raise Malformed(f"{path}: needs exactly `count` and `of`")


def _parts(content: object, path: str) -> tuple[Node, ...]:
    if not isinstance(content, list) or not content:
        raise Malformed(f"{path}: a list of predicates is needed")
    return tuple(read_logic(part, f"{path}[{at}]") for at, part in enumerate(content))


def _plain(sentence: str) -> str:
    if "Expected `object | null`, got" in sentence or "Expected `object`, got" in sentence:
        return f"{sentence} (a number is given as {{fact: id}} so that it has a source)"
    return sentence


def calls(node: Node) -> Iterator[Call]:
    """Every predicate of the tree."""
    if isinstance(node, Call):
        yield node
        return
    for part in node.parts:
        yield from calls(part)
