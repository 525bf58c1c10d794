"""`cmm knowledge check`: does the knowledge hold, from its form to what each rule's tests say?"""

from datetime import date
from functools import cache
from pathlib import Path

from app.assessment import CompiledKnowledge, compile_knowledge
from app.assessment.loading import load_compiled
from app.assessment.rule_tests import run_all
from app.commands.knowledge_diff import is_knowledge
from app.domain.codes import Concept
from app.domain.errors import CmmError
from app.knowledge import Knowledge, load_knowledge
from app.knowledge.changes import read_changes
from app.knowledge.checking import content_faults, number_faults
from app.knowledge.site import with_changes
from app.ops.clock import today
from app.ops.site import site_folder
from app.terminology import identify, load_vocabulary


def faults_of(place: str) -> tuple[str, ...]:
    """Of a folder, or (with no place) of the knowledge shipped and the changes of this site."""
    if not place:
        site = site_folder()
        return faults_in(None, today()) or (site_faults(site, today()) if site else ())
    folder = Path(place)
    if is_knowledge(folder):
        return faults_in(folder, today())
    return site_faults(folder, today())


def faults_in(folder: Path | None, as_of: date) -> tuple[str, ...]:
    """
    One sentence for each fault of the knowledge in the folder (the one shipped, when none is given):
    it begins with its place, and ends with the number the app would stop with.

    Rules are tested when nothing else is wrong: with a broken table a test says nothing.
    """
    try:
        knowledge = load_knowledge(folder)
    except CmmError as wrong:
        return (f"{wrong.message} ({wrong.code})",)
    found = content_faults(knowledge, known_ingredient, as_of)
    compiled = _compiled(knowledge)
    if isinstance(compiled, str):
        return (*found, compiled)
    return found or run_all(compiled, load_vocabulary())


def site_faults(folder: Path, as_of: date) -> tuple[str, ...]:
    """Of the changes alone: the rules' own tests are the product's and hold before them."""
    try:
        site = with_changes(load_compiled().knowledge, read_changes(folder), as_of)
    except CmmError as wrong:
        return tuple(f"{line.strip()} ({wrong.code})" for line in wrong.message.splitlines()[1:])
    compiled = _compiled(site)
    return number_faults(site) + ((compiled,) if isinstance(compiled, str) else ())


@cache
def known_ingredient(name: str) -> bool:
    """Can an entry of a chart be recognised as it?"""
    identity = identify(Concept(name), load_vocabulary())
    return identity is not None and name in identity.ingredient_names


def _compiled(knowledge: Knowledge) -> CompiledKnowledge | str:
    try:
        return compile_knowledge(knowledge)
    except CmmError as wrong:
        return f"{wrong.message} ({wrong.code})"
