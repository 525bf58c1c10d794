"""What the compiler silently does otherwise than Python is kept out of what is compiled (decision 0006)."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from pathspec import GitIgnoreSpec

from app.domain.follow_up import PrescriberResponse
from app.domain.plan import ActionPlan
from app.planning.draft import Draft

ROOT = Path(__file__).parents[1]
HOOK = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
    "wheel"
]["hooks"]["mypyc"]
TAKEN = GitIgnoreSpec.from_lines(HOOK["include"])
LEFT = GitIgnoreSpec.from_lines(HOOK["exclude"])
MODULES = [
    path
    for package in ("app", "fhir_mappings")
    for path in sorted((ROOT / package).rglob("*.py"))
    if TAKEN.match_file(name := str(path.relative_to(ROOT))) and not LEFT.match_file(name)
]


def _nodes(module: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(module.read_text()))


def test_what_every_chart_passes_through_is_compiled() -> None:
    compiled = {str(path.relative_to(ROOT)) for path in MODULES}
    assert compiled >= {
        "app/assessment/asking.py",
        "app/assessment/chart_index.py",
        "app/chart/assemble.py",
        "fhir_mappings/observation.py",
        "fhir_mappings/reading.py",
    }


@pytest.mark.parametrize("pattern", [*HOOK["include"], *HOOK["exclude"]])
def test_each_pattern_names_modules_that_are_there(pattern: str) -> None:
    spec = GitIgnoreSpec.from_lines([pattern])
    assert any(spec.match_file(str(p.relative_to(ROOT))) for p in ROOT.glob("[af]*/**/*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_compiled_value_inherits_its_settings(module: Path) -> None:
    """What a class says in its own brackets is dropped: it would be neither frozen nor hashable."""
    for node in _nodes(module):
        if isinstance(node, ast.ClassDef):
            assert "Struct" not in {ast.unparse(base).split(".")[-1] for base in node.bases}
            assert {k.arg for k in node.keywords} <= {"frozen"}, node.name


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_compiled_module_works_nothing_out_again(module: Path) -> None:
    """A cached property is a property there, worked out each time it is asked."""
    assert "cached_property" not in {n.id for n in _nodes(module) if isinstance(n, ast.Name)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_compiled_match_binds_what_it_matched(module: Path) -> None:
    """A star takes lists only there, and a name given to a mapping or a sequence is bound to its last part."""
    for node in _nodes(module):
        assert not isinstance(node, ast.MatchStar), node.lineno
        if isinstance(node, ast.MatchAs):
            assert not isinstance(node.pattern, ast.MatchMapping | ast.MatchSequence), node.lineno


@pytest.mark.parametrize("kept", [ActionPlan, Draft, PrescriberResponse])
def test_nothing_that_is_kept_is_compiled(kept: type) -> None:
    """The compiler forgets what a member is made of, and a signed plan could not be read again."""
    compiled = {str(path.relative_to(ROOT).with_suffix("")).replace("/", ".") for path in MODULES}
    made_of = _made_of(kept, set())
    assert len(made_of) > 1
    assert not {c.__module__ for c in made_of} & compiled


def _made_of(asked: object, seen: set[type]) -> set[type]:
    """Every class of ours in a type, members of members included."""
    for part in get_args(asked):
        _made_of(part, seen)
    if isinstance(asked, type) and asked.__module__.startswith("app.") and asked not in seen:
        seen.add(asked)
        for member in get_type_hints(asked).values():
            _made_of(member, seen)
    return seen
