"""Rows that hold advice back: what is known of the person, and how long a benefit takes."""

from decimal import Decimal

from app.knowledge.rows import CitedRow, SeverityWord


class SuppressorRow(CitedRow, frozen=True, kw_only=True):
    """
    Something known of the person that holds advice back: nothing is hidden, the problem is folded
    away with its reason.

    `holds` is any of `preventive` (rules that say so), `benefit` (the benefit comes later than the
    life that is expected), `category:...` and `over:...` (the rules of a category, or over a table).
    """

    title: str
    holds: str
    family: str = ""  # a diagnosis that says it
    finding: str = ""  # an answer that says it, as family:meaning
    stated: bool = False  # may be said in the visit
    up_to: SeverityWord = "high"  # what is graver stays, with the reason said beside it
    expectancy_months: int | None = None
    record_months: int | None = None  # a record that is older, or without a day, holds nothing back
    ask: str = ""  # the record is too vague to hold anything back: this is said beside it


class BenefitRow(CitedRow, frozen=True, kw_only=True):
    """How long it takes until the advice of some rules does one in a hundred people good."""

    title: str
    rules: str  # ids, set apart by |
    months: Decimal
