"""The knowledge as it is used here: what the product ships, with this site's changes and prices."""

from app.assessment.compiling import CompiledKnowledge
from app.assessment.loading import load_for_site, with_prices
from app.ops.clock import today
from app.ops.prices import prices_file
from app.ops.site import site_folder
from app.store.prices import read_prices


def knowledge_here() -> CompiledKnowledge:
    return with_prices(load_for_site(site_folder(), today()), read_prices(prices_file()))
