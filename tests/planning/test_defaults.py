"""Who a recommendation is proposed to: by codes that are on the list of actions."""

from app.assessment.loading import load_compiled
from app.planning.defaults import PHARMACIST_ACTIONS


def test_what_the_pharmacist_does_is_on_the_list_of_actions() -> None:
    codes = {action.code for action in load_compiled().knowledge.tables.actions}
    assert codes >= PHARMACIST_ACTIONS


def test_nothing_that_needs_an_order_is_the_pharmacists_own() -> None:
    ordered = {"start-medication", "discontinue-medication", "change-medication", "increase-dose"}
    assert not PHARMACIST_ACTIONS & {*ordered, "decrease-dose", "order-lab", "order-vaccine"}
