"""Several people, one draft: three-way, part by part, and nothing that anybody gave is lost."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.plan import Decision
from app.planning.draft import Change, Clash, Draft, Editor, Field, decide, put
from app.planning.listing import ADDED, question_key

Path = tuple[str, str]
Key = Callable[[Any], Hashable]
Entries = dict[Hashable, Any]
# What makes two entries of a part the same one. Of taking one line only one word counts.
KEYS: Mapping[str, Key] = {
    "fields": lambda f: (f.item, f.name),
    "ended": lambda d: d.problem_id,
    "decisions": lambda d: d.problem_id,
    "added": lambda p: p.id,
    "settlements": lambda s: question_key(s.line, s.fingerprint),
    "told": lambda t: t.id if t.kind == ADDED else f"line {t.line}",
    "withdrawn": lambda key: key,
    "outcomes": lambda o: o.problem,
    "clashes": lambda clash: clash,
}
TAKEN_BACK = "taken back"
SECOND = " (second value)"


def merge(base: Draft, mine: Draft, theirs: Draft, *, by: Editor, at: datetime) -> Draft:
    """
    `mine` was made from `base`, and `theirs` was saved meanwhile. Where both changed the same thing
    differently what is saved stays, and mine is kept beside it as a clash; one's own last word counts.
    """
    parts: dict[str, tuple[Any, ...]] = {}
    clashes: list[Clash] = []
    for part, key in KEYS.items():
        three = [_by_key(draft, part, key) for draft in (base, mine, theirs)]
        merged, met = _three_way(*three)
        for k in met if part != "ended" else ():  # nobody gave it: it goes with the outcome
            path, here, there = _path(part, k), three[1].get(k), three[2].get(k)
            if last_by(theirs, *path) == by.key and here is not None:
                merged[k] = here
            elif there is None:
                clashes += _taken_back(theirs, path, here)
            else:
                clashes.append(Clash(*path, words(there), words(here), by.name, at, by.key))
        parts[part] = tuple(merged.values())
    history = (*theirs.history, *_added_history(base, mine, theirs, clashes))
    joined = replace(theirs, **parts, history=history)  # type: ignore[arg-type]
    return _noted(_whole(joined, mine, theirs), *clashes)


def _added_history(base: Draft, mine: Draft, theirs: Draft, clashes: list[Clash]) -> list[Change]:
    """A change that waits to be chosen is told as one that waits."""
    kept = {(c.item, c.name, c.other): c.kept for c in clashes}
    new = [c for c in mine.history if c not in base.history and c not in theirs.history]
    return [
        replace(c, name=c.name + SECOND, before=kept[c.item, c.name, c.now])
        if (c.item, c.name, c.now) in kept
        else c
        for c in new
    ]


def _taken_back(theirs: Draft, path: Path, here: object) -> Iterator[Clash]:
    """Mine stays beside what somebody took back. What is gone because it was signed nobody took back."""
    last = _last(theirs, *path)
    if last is not None:
        yield Clash(*path, words(here), TAKEN_BACK, last.by, last.at, last.who)


def _by_key(draft: Draft, part: str, key: Key) -> Entries:
    return {key(entry): entry for entry in getattr(draft, part)}


def _three_way(base: Entries, mine: Entries, theirs: Entries) -> tuple[Entries, list[Hashable]]:
    """What each side changed, and the keys of what both did; a change outlives a removal."""
    merged: Entries = {}
    met = []
    for key in dict.fromkeys((*theirs, *mine, *base)):
        before, here, there = base.get(key), mine.get(key), theirs.get(key)
        chosen = here if there == before else there
        if here not in (before, there) and there != before:
            met.append(key)
            chosen = there if there is not None else here
        if chosen is not None:
            merged[key] = chosen
    return merged, met


def _whole(draft: Draft, mine: Draft, theirs: Draft) -> Draft:
    """A verdict that stays keeps the problem it is of, and is not also taken back."""
    decided = {d.problem_id for d in draft.decisions}
    given = {p.id: p for p in (*mine.added, *theirs.added, *draft.added)}
    here = {p.id for p in draft.added}
    added = tuple(p for p in given.values() if p.id in decided | here)
    withdrawn = tuple(key for key in draft.withdrawn if key not in decided)
    return replace(draft, added=added, withdrawn=withdrawn)


def _path(part: str, key: Hashable) -> Path:
    return key if isinstance(key, tuple) else (str(key), part)


def words(entry: object) -> str:
    """What an entry says, for people."""
    match entry:
        case None:
            return TAKEN_BACK
        case str():
            return entry
        case Field():
            return entry.value
        case Decision():
            said = (entry.reason, entry.action, entry.text, entry.plain, entry.note)
            return "; ".join((entry.verdict.value, *(text for text in said if text)))
    names = ("title", "choice", "kind", "outcome", "sig", "words", "because", "note")
    return "; ".join(text for name in names if (text := str(getattr(entry, name, "") or "")))


def logged(before: Draft, after: Draft, *, by: Editor, at: datetime) -> Draft:
    """The changed draft with its changes in the history."""
    old, new = dict(_said(before)), dict(_said(after))
    paths = (p for p in dict.fromkeys((*old, *new)) if old.get(p) != new.get(p))
    made = (Change(*p, old.get(p, ""), new.get(p, TAKEN_BACK), by.name, at, by.key) for p in paths)
    return replace(after, history=(*after.history, *made))


def _said(draft: Draft) -> Iterator[tuple[Path, str]]:
    """A decision that an outcome ended nobody took back: the outcome says what happened."""
    for part, key in KEYS.items():
        if part not in {"withdrawn", "clashes"}:
            name = "decisions" if part == "ended" else part
            for entry in getattr(draft, part):
                yield _path(name, key(entry)), words(entry)
    for clash in draft.clashes:
        yield (clash.item, clash.name + SECOND), clash.other


def edit(draft: Draft, wish: Change, shown: str) -> Draft:
    """
    One field as a page sent it: `wish.before` is what that page showed, `shown` what it would show now.

    A value that only the chart changed meanwhile gives way; another person's does not.
    """
    if wish.now in {wish.before, shown}:
        return draft
    if shown == wish.before or last_by(draft, wish.item, wish.name) in {"", wish.who}:
        return put(draft, Field(wish.item, wish.name, wish.now))
    return _noted(draft, Clash(wish.item, wish.name, shown, wish.now, wish.by, wish.at, wish.who))


def decide_seeing(
    draft: Draft, decision: Decision, seen: str, *, by: Editor, at: datetime
) -> Draft:
    """A verdict by somebody who saw `seen`: one that another person gave since is not replaced unseen."""
    id_, now = decision.problem_id, draft.decision(decision.problem_id)
    shown = words(now) if now else ""
    if words(decision) == shown:
        return draft
    if shown in {seen, ""} or last_by(draft, id_, "decisions") in {"", by.key}:
        return decide(draft, decision)
    return _noted(draft, Clash(id_, "decisions", shown, words(decision), by.name, at, by.key))


def last_by(draft: Draft, item: str, name: str) -> str:
    """The key of who changed it last; empty where nobody did."""
    found = _last(draft, item, name)
    return found.who if found is not None else ""


def _last(draft: Draft, item: str, name: str) -> Change | None:
    return next((c for c in reversed(draft.history) if (c.item, c.name) == (item, name)), None)


def choose(draft: Draft, clash: Clash, *, other: str) -> Draft:
    """Settles a clash: with the other value of a field, or with what was kept where `other` is empty."""
    left = replace(draft, clashes=tuple(c for c in draft.clashes if c != clash))
    return put(left, Field(clash.item, clash.name, other)) if other else left


def _noted(draft: Draft, *clashes: Clash) -> Draft:
    return replace(draft, clashes=tuple(dict.fromkeys((*draft.clashes, *clashes))))
