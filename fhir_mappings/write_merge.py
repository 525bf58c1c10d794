"""A record that goes on with a further version: what we changed is changed, everything else stays."""

import json

from fhir_mappings.reading import Json, objects

# Of the day it was first written, or the EHR's own.
_AS_FIRST_WRITTEN = frozenset(
    {
        "id",
        "meta",
        "identifier",
        "authoredOn",
        "lastModified",
        "identifiedDateTime",
        "startDate",
        "requester",
        "author",
        "encounter",
    }
)
_SHARED = ("note", "mitigation")
"""Lists to which others add: theirs are kept beside ours."""


def carried_on(before: Json, ours: Json, theirs: Json) -> Json:
    """
    `theirs` with what differs between `before` and `ours`, the same part as two versions wrote it. An
    answer is in elements that we never change, so it stays. What points at a part whose place is not
    known is left as it is.
    """
    names = (before.keys() | ours.keys()) - _AS_FIRST_WRITTEN
    changed = {n for n in names if before.get(n) != ours.get(n) and not _unplaced(ours.get(n))}
    merged = {name: value for name, value in theirs.items() if name not in changed}
    merged |= {name: ours[name] for name in changed if name in ours}
    for name in changed.intersection(_SHARED):
        added = [one for one in objects(theirs.get(name)) if one not in before.get(name, [])]
        both = [one for one in ours.get(name, []) if one not in added] + added
        merged |= {name: both} if both else {}
    return merged


def _unplaced(value: object) -> bool:
    return "urn:uuid:" in json.dumps(value, default=str)
