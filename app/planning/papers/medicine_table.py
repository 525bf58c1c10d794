"""The patient's medicines as tables: the day at a glance, and what each is for and how it is taken."""

from collections.abc import Mapping

from app.domain.medicines import Medicine
from app.planning.papers.amounts import amount_words
from app.planning.papers.day_plan import DayLine, Time, day_line
from app.planning.papers.languages import SOURCE, Language
from app.planning.papers.paper import Foreign, Part, Points, Table, Wording, Words
from app.planning.papers.reasons import Plainly


def day_plan(
    medicines: tuple[Medicine, ...], numbered: Mapping[str, str], language: Language
) -> tuple[Part, ...]:
    """What is taken every day in a table; the rest, with its own directions, below it."""
    say, lines = language.say, [(m, day_line(m)) for m in medicines]
    daily = [line for _, line in lines if line]
    other = tuple(_other(m, numbered, language) for m, line in lines if line is None)
    parts: list[Part] = []
    if daily:
        shown = _columns(daily)
        head = (say("Medicine"), *(times(language)[t] for t in shown))
        rows = tuple(_row(line, shown, numbered, language) for line in daily)
        parts += [
            Words(say("Take these every day.")),
            Table(say("When I take my medicines"), head, rows),
        ]
    if other:
        words = say("Take these only as it says here. Ask us if it is not clear.")
        parts += [Words(words), Points(other)]
    return tuple(parts) or (Words(say("We found no medicine in your records.")),)


def medicine_list(
    medicines: tuple[Medicine, ...],
    numbered: Mapping[str, str],
    language: Language,
    plainly: Plainly,
) -> tuple[Part, ...]:
    say = language.say
    if not medicines:
        return (Words(say("We found no medicine in your records.")),)
    head = (
        say("Medicine"),
        say("What it is for"),
        say("How I take it"),
        say("When I take it"),
        say("Who ordered it"),
    )
    rows = tuple(
        (
            name(m, numbered, language),
            _reason(m, language, plainly),
            _directions(m, language),
            _when(m, language),
            m.prescriber or say("Not in your records"),
        )
        for m in medicines
    )
    return (Table(say("My medicine list"), head, rows),)


def times(language: Language) -> Mapping[Time, str]:
    say = language.say
    return {
        Time.MORNING: say("Morning"),
        Time.NOON: say("Noon"),
        Time.EVENING: say("Evening"),
        Time.BEDTIME: say("Bedtime"),
        Time.ONCE: say("Once a day, always at the same time"),
    }


def name(medicine: Medicine, numbered: Mapping[str, str], language: Language) -> str:
    """A medicine that is about to change never stands alone: the to-do list says what to do first."""
    if medicine.id not in numbered:
        return medicine.name
    first = language.say("first read my to-do list: {numbers}", numbers=numbered[medicine.id])
    return f"{medicine.name} ({first})"


def _columns(daily: list[DayLine]) -> tuple[Time, ...]:
    """The four times of a day always; the open one only where a medicine needs it."""
    once = any(Time.ONCE in line.amounts for line in daily)
    return tuple(t for t in Time if once or t is not Time.ONCE)


def _row(
    line: DayLine, shown: tuple[Time, ...], numbered: Mapping[str, str], language: Language
) -> tuple[Wording, ...]:
    amounts = (amount_words(line.amounts[t], language) if t in line.amounts else "" for t in shown)
    return name(line.medicine, numbered, language), *amounts


def _other(medicine: Medicine, numbered: Mapping[str, str], language: Language) -> Wording:
    named = name(medicine, numbered, language)
    if not medicine.sig:
        return language.say("{medicine}: ask us how to take it.", medicine=named)
    said = f"{named}: {medicine.sig}"
    return said if language.code == SOURCE else Foreign(said, SOURCE)


def _reason(medicine: Medicine, language: Language, plainly: Plainly) -> Wording:
    said = [words for reason in medicine.reasons for words in plainly(reason) if words]
    return language.listed(said) if said else language.say("Not in your records. Ask us.")


def _directions(medicine: Medicine, language: Language) -> Wording:
    """As the record has them: another language than theirs is said to be one."""
    if not medicine.sig:
        return language.say("Ask us how to take it.")
    return language.sentence(medicine.sig)


def _when(medicine: Medicine, language: Language) -> str:
    line = day_line(medicine)
    if line is None:
        return language.say("When needed") if medicine.as_needed else language.say("See my day")
    names = times(language)
    said = (f"{names[t]}: {amount_words(a, language)}" for t, a in line.amounts.items())
    return "; ".join(said)
