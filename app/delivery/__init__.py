"""From a signed plan to the EHR: ladder, outbox, conflict, receipt."""

from app.delivery.access import is_signer, signer_key
from app.delivery.as_system import SystemDoor
from app.delivery.by_hand import InHand, in_hand, taken
from app.delivery.conflict import (
    Compared,
    Conflict,
    compared,
    conflict_of,
    joined,
    keep_ours,
    keep_some,
    keep_theirs,
    print_of,
)
from app.delivery.courier import Courier
from app.delivery.forms import Paper, bundle_in_form
from app.delivery.ladder import Chosen, Rung, beside_plan, choose, possible_rungs
from app.delivery.receipt import Receipt, receipt_of
from app.delivery.refiling import Refused, refile, refused
from app.delivery.signing import Signed, Signing, latest_plan, latest_signing, plan_of, queue

__all__ = [
    "Chosen",
    "Compared",
    "Conflict",
    "Courier",
    "InHand",
    "Paper",
    "Receipt",
    "Refused",
    "Rung",
    "Signed",
    "Signing",
    "SystemDoor",
    "beside_plan",
    "bundle_in_form",
    "choose",
    "compared",
    "conflict_of",
    "in_hand",
    "is_signer",
    "joined",
    "keep_ours",
    "keep_some",
    "keep_theirs",
    "latest_plan",
    "latest_signing",
    "plan_of",
    "possible_rungs",
    "print_of",
    "queue",
    "receipt_of",
    "refile",
    "refused",
    "signer_key",
    "taken",
]
