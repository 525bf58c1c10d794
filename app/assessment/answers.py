"""The three answers a question to a chart can have, and how they combine (Kleene's logic)."""

from collections.abc import Iterable
from datetime import date

from app.assessment.sentences import day, unit_words
from app.domain.assessment import Input
from app.domain.values import Value

_DAY = len("2026-11-03")


class Found(Value, frozen=True):
    """
    Yes, with the chart values it rests on.

    `words` fill the rule's sentence (`egfr` -> "28 mL/min/1.73 m2 on 03-Nov-2026"); `caveats` are
    sentences that keep the reader from trusting it too far.
    """

    inputs: tuple[Input, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    conditions: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


class NotFound(Value, frozen=True):
    """
    No, and what was looked at to say so.

    `elsewhere` marks a question that is not about this patient at all (another condition, another
    age): its no is no check that anyone would want to read. `unmeasured` is what would have to be
    measured for anything to be seen: the event is not on record, which is no proof that there was
    none.
    """

    looked_at: tuple[str, ...] = ()
    elsewhere: bool = False
    unmeasured: tuple[str, ...] = ()


class CannotTell(Value, frozen=True):
    """The chart doesn't say. `unread` marks what was never read rather than never recorded."""

    missing: tuple[str, ...]
    unread: bool = False


Answer = Found | NotFound | CannotTell
ASKED = ", asked: "  # between a value and the limits it was held against


def all_of(answers: Iterable[Answer]) -> Answer:
    """One no decides; else one open question keeps it open."""
    found: list[Found] = []
    open_: list[CannotTell] = []
    for answer in answers:
        match answer:
            case NotFound():
                return answer
            case CannotTell():
                open_.append(answer)
            case Found():
                found.append(answer)
    return _still_open(open_) if open_ else together(found)


def any_of(answers: Iterable[Answer]) -> Answer:
    """One yes decides; every yes adds its evidence."""
    found, open_, no = _sorted(answers)
    if found:
        return together(found)
    return _still_open(open_) if open_ else _none_found(no)


def none_of(any_: Answer) -> Answer:
    """The opposite of what any of them comes to. Where nothing holds, `checked` says of which values."""
    match any_:
        case Found(inputs=inputs, words=words):
            said = tuple(text for key, text in words if key == "checked")
            return NotFound(_shown(inputs) or said)
        case NotFound(looked_at=looked_at):
            # The rule's own sentence tells the limits.
            values = (said.partition(ASKED)[0] for said in looked_at)
            return Found(words=tuple(("checked", value) for value in values))
        case open_:
            return open_


def at_least(count: int, answers: Iterable[Answer]) -> Answer:
    found, open_, no = _sorted(answers)
    if len(found) >= count:
        return together(found)
    if len(found) + len(open_) >= count:
        return _still_open(open_)
    too_few = _none_found(no)
    fewer = (*_shown(i for f in found for i in f.inputs), *too_few.looked_at)
    return NotFound(fewer, too_few.elsewhere and not found, too_few.unmeasured)


def _shown(inputs: Iterable[Input]) -> tuple[str, ...]:
    return _unique(_as_read(i) for i in inputs)


def _as_read(input_: Input) -> str:
    """A medicine by its name, which holds its strength; a result with its unit and day."""
    if input_.resource != "Observation":
        return input_.label
    value = f"{input_.value} {unit_words(input_.unit)}".strip()
    on = f" on {day(date.fromisoformat(input_.date))}" if len(input_.date) == _DAY else ""
    return f"{input_.label} {value}{on}".strip()


def _sorted(
    answers: Iterable[Answer],
) -> tuple[list[Found], list[CannotTell], list[NotFound]]:
    found: list[Found] = []
    open_: list[CannotTell] = []
    no: list[NotFound] = []
    for answer in answers:
        match answer:
            case Found():
                found.append(answer)
            case CannotTell():
                open_.append(answer)
            case NotFound():
                no.append(answer)
    return found, open_, no


def _none_found(no: list[NotFound]) -> NotFound:
    if len(no) == 1:
        return no[0]
    looked_at = _unique(said for n in no for said in n.looked_at)
    elsewhere = bool(no) and all(n.elsewhere for n in no)
    return NotFound(looked_at, elsewhere, _unique(said for n in no for said in n.unmeasured))


def together(found: list[Found]) -> Found:
    if len(found) == 1:
        return found[0]
    return Found(
        tuple(dict.fromkeys(i for f in found for i in f.inputs)),
        tuple(w for f in found for w in f.words),
        tuple(dict.fromkeys(c for f in found for c in f.conditions)),
        tuple(dict.fromkeys(c for f in found for c in f.caveats)),
    )


def _still_open(open_: list[CannotTell]) -> CannotTell:
    """What was never read comes first: what else is missing shows only once it has been read."""
    if len(open_) == 1:
        return open_[0]
    unread = [o for o in open_ if o.unread]
    return CannotTell(_unique(m for o in unread or open_ for m in o.missing), unread=bool(unread))


def _unique(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
