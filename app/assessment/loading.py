"""The knowledge as the product ships it or as a site changed it, compiled once a process."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from app.assessment.compiling import CompiledKnowledge, compile_knowledge
from app.domain.prices import PriceList
from app.knowledge.changes import read_changes
from app.knowledge.library import Knowledge, load_knowledge
from app.knowledge.site import with_changes


@cache
def load_compiled() -> CompiledKnowledge:
    return compile_knowledge(_shipped())


@cache
def load_for_site(changes: Path | None, as_of: date) -> CompiledKnowledge:
    """With the changes of the folder, where one is named; raises CMM-0311 where they are wrong."""
    if changes is None:
        return load_compiled()
    return compile_knowledge(with_changes(_shipped(), read_changes(changes), as_of))


def with_prices(compiled: CompiledKnowledge, prices: PriceList | None) -> CompiledKnowledge:
    """The price list of this site beside the knowledge; without one the rules of cost say nothing."""
    return replace(compiled, lookups=replace(compiled.lookups, prices=prices))


@cache
def _shipped() -> Knowledge:
    return load_knowledge()
