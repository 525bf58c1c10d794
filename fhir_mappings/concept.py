"""CodeableConcept and Coding -> Concept."""

from typing import Final

from app.domain.codes import Coding, Concept
from fhir_mappings.reading import member, objects, words


def concept(value: object) -> Concept:
    """
    Words and codes as sent. Where `text` is missing the first display speaks, since a bare code
    tells a clinician nothing.
    """
    if not isinstance(value, dict):
        return _NOTHING
    codings = []
    for sent in objects(value.get("coding")):
        code, display = words(sent.get("code")), words(sent.get("display"))
        if code or display:
            codings.append(Coding(words(sent.get("system")), code, display))
    text = words(value.get("text")) or next((c.display for c in codings if c.display), "")
    return Concept(text, tuple(codings))


_NOTHING: Final = Concept("")


def concepts(value: object) -> tuple[Concept, ...]:
    """Every concept of a list that says anything."""
    return tuple([c for c in map(concept, objects(value)) if said(c)])


def said(value: Concept) -> bool:
    return bool(value.text or value.codings)


def first_code(value: object) -> str:
    """The code of a status-like concept, whose first coding is the one that counts."""
    for sent in objects(member(value, "coding")):
        if code := words(sent.get("code")):
            return code
    return ""


def codes(value: object) -> tuple[str, ...]:
    """All codes of a list of concepts, such as categories."""
    every = objects(value)
    # A list rather than a stream of them: hundreds of results have one category each.
    return tuple(
        [
            code
            for one in every
            for coding in objects(one.get("coding"))
            if (code := words(coding.get("code")))
        ]
    )


def name_of(value: Concept) -> str:
    """What to call it in a sentence: its words, else its code."""
    return value.text or next((c.code for c in value.codings), "")
