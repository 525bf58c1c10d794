"""What a line is called: the medicine as recognised, else the chart's own words."""

import hashlib
from collections.abc import Sequence

from app.domain.codes import Concept
from app.domain.medicines import MedicineIdentity, Strength
from app.terminology.strengths import in_micrograms
from app.terminology.units import number_words, unit_written
from fhir_mappings.concept import name_of
from fhir_mappings.medication import UNKNOWN_MEDICINE

_RELEASES = {"extended": "extended-release", "delayed": "delayed-release"}


def line_name(identity: MedicineIdentity | None, recorded: Concept) -> str:
    """`metformin 500 mg tablet`; the chart's words where the medicine was not recognised."""
    if identity is None:
        code = name_of(recorded)
        return recorded.text or (f"medicine with code {code}" if code else UNKNOWN_MEDICINE)
    parts = (
        " / ".join(identity.ingredient_names),
        amounts(identity.strengths),
        _RELEASES.get(identity.release, identity.release),
        identity.form,
        f"({identity.brand})" if identity.brand else "",
    )
    return " ".join(p for p in parts if p)


def amounts(strengths: Sequence[Strength]) -> str:
    """`250 mcg / 50 mcg per actuation`, `20 mEq`, `50,000 unit`."""
    small = in_micrograms(strengths)
    shown = [
        f"{number_words(s.value * 1000)} mcg"
        if small and s.unit == "mg"
        else f"{number_words(s.value)} {unit_written(s.unit)}"
        for s in strengths
    ]
    per = {s.per for s in strengths}
    if len(per) == 1:
        return " / ".join(shown) + "".join(f" per {p}" for p in per if p)
    return " / ".join(
        f"{a} per {s.per}" if s.per else a for a, s in zip(shown, strengths, strict=True)
    )


def line_id(key: str) -> str:
    """Stable for the same medicine, whatever the order of resources or the server's ids."""
    return f"med-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
