"""Which medicine a chart means: by its codes, by its exact words, never by resemblance."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from app.domain.codes import ATC, NDC, RXNORM, SNOMED, Concept
from app.domain.medicines import MedicineIdentity, Strength
from app.terminology.names import names_ingredients, read_name
from app.terminology.vocabulary import Vocabulary

DrugKey = tuple[frozenset[str], str, str, str]
StrengthKey = frozenset[tuple[str, Decimal, str, str]]

# What each code system's codes stand for. SNOMED CT has none: no free map to ingredients exists.
_READERS: dict[str, Callable[[Vocabulary, str], MedicineIdentity | None]] = {
    RXNORM: Vocabulary.product,
    NDC: Vocabulary.package,
    ATC: Vocabulary.substance,
}
_SYSTEMS = {RXNORM: "RxNorm", NDC: "NDC", ATC: "ATC", SNOMED: "SNOMED CT"}
# Injections are written with and without their route; both are the same article.
_INJECTED = frozenset({"injection", "subcutaneous", "intramuscular", "intravenous", "intrathecal"})


def identify(concept: Concept, vocabulary: Vocabulary) -> MedicineIdentity | None:
    """
    The medicine this concept names, or None where it can't be told.

    Codes come first; the words fill in what a bare ingredient code leaves open. When codes differ
    from one another, or the words name other ingredients than the code, nothing is chosen.
    """
    coded = _coded(concept, vocabulary)
    worded = _worded(concept, vocabulary)
    if _disagree(coded) or _disagree(worded.values()):
        return None
    best = _fullest(coded or list(worded.values()))
    if best is None or not coded:
        return best
    for text, said in worded.items():
        if not same_ingredients(best, said):
            if names_ingredients(text, vocabulary):
                return None
            continue  # a brand name outlives its formula: the code is what was dispensed
        best = _completed(best, said)
    return best


def why_unidentified(concept: Concept, vocabulary: Vocabulary) -> str:
    """One sentence for the gap that an unidentified medicine leaves; empty where it is identified."""
    if identify(concept, vocabulary):
        return ""
    coded, worded = _coded(concept, vocabulary), _worded(concept, vocabulary)
    if coded and worded and not _disagree(coded):
        return "the code and the words name different medicines"
    if coded or worded:
        return f"its {'codes' if coded else 'words'} name different medicines"
    if not concept.codings and not concept.text.strip():
        return "it has neither a code nor a name"
    return f"{_why_no_code(concept)} and its words were not all recognised"


def _why_no_code(concept: Concept) -> str:
    told = [name for system, name in _SYSTEMS.items() if concept.codes(system)]
    return f"its {told[0]} code is not in the vocabulary" if told else "it has no RxNorm code"


def clinical_drug_key(identity: MedicineIdentity) -> DrugKey | None:
    """
    What makes two lines one medicine, strength apart: ingredients, form, route, release.

    Parts that were not said are empty. None when there is no ingredient to compare.
    """
    if not identity.ingredients:
        return None
    route = "injection" if identity.route in _INJECTED else identity.route
    return frozenset(identity.ingredient_names), identity.form, route, identity.release


def strength_key(identity: MedicineIdentity) -> StrengthKey | None:
    """The strengths in a comparable shape; None when none is said. Creams count a gram as a mL."""
    if not identity.strengths:
        return None
    return frozenset(map(_comparable, identity.strengths))


def same_drug(a: MedicineIdentity, b: MedicineIdentity) -> bool | None:
    """
    Are these one medicine (strength apart)? None where one of them does not say enough.

    `lisinopril 20 mg` and `lisinopril 20 mg tablet` give None: nothing contradicts, form unsaid.
    """
    first, second = clinical_drug_key(a), clinical_drug_key(b)
    if first is None or second is None or first[0] != second[0]:
        return False
    if first == second:
        return True
    form_route = zip(first[1:3], second[1:3], strict=True)
    if any(x and y and x != y for x, y in form_route):
        return False
    both_formed = first[1] and second[1]
    return False if both_formed and first[3] != second[3] else None


def same_ingredients(a: MedicineIdentity, b: MedicineIdentity) -> bool:
    return set(a.ingredient_names) == set(b.ingredient_names)


def _coded(concept: Concept, vocabulary: Vocabulary) -> list[MedicineIdentity]:
    return [found for found in _read_codes(concept, vocabulary) if found]


def _read_codes(concept: Concept, vocabulary: Vocabulary) -> Iterator[MedicineIdentity | None]:
    for coding in concept.codings:
        if reader := _READERS.get(coding.system):
            yield reader(vocabulary, coding.code.strip())


def _worded(concept: Concept, vocabulary: Vocabulary) -> dict[str, MedicineIdentity]:
    texts = dict.fromkeys((concept.text, *(c.display for c in concept.codings)))
    read = {text: read_name(text, vocabulary) for text in texts if text.strip()}
    return {text: said for text, said in read.items() if said}


def _disagree(identities: Iterable[MedicineIdentity]) -> bool:
    return len({frozenset(i.ingredient_names) for i in identities}) > 1


def _fullest(identities: list[MedicineIdentity]) -> MedicineIdentity | None:
    """The one that says most, completed from the others that agree with it."""
    if not identities:
        return None
    best = max(identities, key=_said)
    for other in identities:
        best = _completed(best, other)
    return best


def _said(identity: MedicineIdentity) -> int:
    parts = (identity.strengths, identity.form, identity.route, identity.release, identity.brand)
    return sum(bool(part) for part in parts)


def _completed(known: MedicineIdentity, said: MedicineIdentity) -> MedicineIdentity:
    """Adds what the words say and the code leaves open. Two different strengths leave none."""
    if said == known:
        return known
    strengths = known.strengths or said.strengths
    if known.strengths and said.strengths and strength_key(known) != strength_key(said):
        strengths = ()
    return replace(
        known,
        strengths=strengths,
        form=known.form or said.form,
        route=known.route
        or (said.route if said.form in {"", known.form} or not known.form else ""),
        release=known.release or ("" if known.form else said.release),
        brand=known.brand or said.brand,
    )


def _comparable(strength: Strength) -> tuple[str, Decimal, str, str]:
    per = "mL" if strength.per == "g" else strength.per
    return strength.ingredient, strength.value.normalize(), strength.unit, per
