"""Which vaccines of the adult schedule are due, as one thing to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex
from app.assessment.contexts import Context, contexts
from app.assessment.outcomes import Check, CompiledRule, Hit, Open, Outcome, RowFacts
from app.assessment.resolving import Resolver, Unresolved
from app.assessment.sentences import day, inside, listed
from app.domain.assessment import Input, Severity
from app.domain.chart import Immunization
from app.domain.codes import CVX
from app.knowledge.durations import Duration, months
from app.knowledge.rows import ImmunizationRow, VaccineRow

_NONE_RECORDED = "no vaccine is on record: ask, or look in the state registry"
# Doses of each of several vaccines that together complete a series: PCV15 and PPSV23.
_Series = tuple[tuple[str, int], ...]
_Doses = dict[str, list[Immunization]]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the schedule, ready to ask."""

    row: ImmunizationRow
    series: tuple[_Series, ...]  # any of them is enough
    risks: list[Context]


def immunizations(rule: CompiledRule, rows: Sequence[ImmunizationRow], resolver: Resolver) -> Check:
    """One problem for all that is due: they are given at one visit."""
    known = _Known(resolver.knowledge.tables.vaccines)
    schedule = [
        _Line(row, known.series(row.complete_by), contexts(row.with_, resolver)) for row in rows
    ]

    def check(index: ChartIndex) -> Iterable[Outcome]:
        given = [i for i in index.chart.immunizations if _counts(i, index.as_of)]
        if missing := _cannot_tell(index, given):
            unread = index.unread("Immunization")
            return [Open(rule, None, (missing,), unread)]
        doses, strange = known.sorted(given)
        due = _one_of_a_group(x for x in schedule if _due(x, doses, index))
        return [_hit(rule, due, doses, strange, resolver)] if due else []

    return check


def _counts(given: Immunization, as_of: date) -> bool:
    later = given.given is not None and given.given.earliest > as_of
    return given.status == "completed" and not later


def _cannot_tell(index: ChartIndex, given: Sequence[Immunization]) -> str:
    if index.unread("Immunization"):
        return index.unread_words("Immunization")
    if index.age is None:
        return "the patient's age"
    return "" if given else _NONE_RECORDED


class _Known:
    """Vaccines by their code; by how the name begins only where no code is known."""

    def __init__(self, rows: Sequence[VaccineRow]) -> None:
        self._by_code = {row.cvx: row.vaccine for row in rows if row.cvx}
        self._by_words = [(row.words, row.vaccine) for row in rows if row.words]
        self._names = {row.vaccine for row in rows}

    def series(self, text: str) -> tuple[_Series, ...]:
        """`pcv20:1|pcv15:1&ppsv23:1`"""
        return tuple(
            tuple(self._part(part) for part in series.split("&")) for series in text.split("|")
        )

    def _part(self, text: str) -> tuple[str, int]:
        vaccine, _, count = text.strip().partition(":")
        if vaccine not in self._names or not count.isdigit():
            raise Unresolved(f"{text!r} is no vaccine of vaccines.csv with a number of doses")
        return vaccine, int(count)

    def sorted(self, given: Iterable[Immunization]) -> tuple[_Doses, list[str]]:
        """The doses of each vaccine, one a day, and the names that say none."""
        doses: _Doses = {}
        strange: list[str] = []
        for dose in given:
            vaccine = self._vaccine(dose)
            if vaccine is None:
                strange.append(dose.concept.text)
            elif all(dose.given is None or dose.given != d.given for d in doses.get(vaccine, ())):
                doses.setdefault(vaccine, []).append(dose)
        return doses, strange

    def _vaccine(self, dose: Immunization) -> str | None:
        codes = dose.concept.codes(CVX)
        found = next((self._by_code[c] for c in codes if c in self._by_code), None)
        if found is not None or codes:
            return found
        text = dose.concept.text.lower()
        return next((vaccine for words, vaccine in self._by_words if text.startswith(words)), None)


def _due(line: _Line, doses: _Doses, index: ChartIndex) -> bool:
    row, age = line.row, index.age
    if age is None or age < row.age_min or (row.age_max is not None and age > row.age_max):
        return False
    if line.risks and not any(risk(index) for risk in line.risks):
        return False
    since = months(row.within_months).before(index.as_of) if row.within_months else None
    if any(all(_enough(doses, *part, since) for part in series) for series in line.series):
        return False
    return not _too_early(line, doses, index.as_of)


def _enough(doses: _Doses, vaccine: str, count: int, since: date | None) -> bool:
    """A dose without a day counts for life, but not as a recent one."""
    given = doses.get(vaccine, ())
    if since is not None:
        given = [d for d in given if d.given is not None and d.given.latest >= since]
    return len(given) >= count


def _too_early(line: _Line, doses: _Doses, as_of: date) -> bool:
    """The next dose of a series waits for the interval."""
    if not line.row.interval_days:
        return False
    cutoff = Duration(line.row.interval_days, "D").before(as_of)
    names = {vaccine for series in line.series for vaccine, _ in series}
    last = [d.given.latest for name in names for d in doses.get(name, ()) if d.given]
    return any(taken > cutoff for taken in last)


def _one_of_a_group(due: Iterable[_Line]) -> list[_Line]:
    """One shot against tetanus answers the first Tdap and the booster."""
    found: dict[str, _Line] = {}
    for line in due:
        found.setdefault(line.row.group or line.row.id, line)
    return list(found.values())


def _hit(
    rule: CompiledRule, due: Sequence[_Line], doses: _Doses, strange: list[str], resolver: Resolver
) -> Hit:
    last = {line.row.id: _last(line, doses) for line in due}
    words = {
        "due": listed(_said(line, last[line.row.id]) for line in due),
        "vaccines": listed(line.row.title for line in due),
        "plain": listed(line.row.plain for line in due),
    }
    worst = min((Severity(line.row.severity) for line in due), key=lambda s: s.rank)
    cite = resolver.knowledge.citation
    evidence = tuple(dict.fromkeys(cite(line.row.source, line.row.at) for line in due))
    verified = all(line.row.status == "verified" for line in due)
    inputs = tuple(_input(dose) for dose in last.values() if dose)
    caveat = f"Not recognised among the vaccines: {listed(strange)}."
    found = Found(inputs, caveats=(caveat,) if strange else ())
    return Hit(rule, (), found, RowFacts("", worst, "", "", verified, words, evidence))


def _said(line: _Line, last: Immunization | None) -> str:
    """A dose of another vaccine of the series is named: polysaccharide is no conjugate."""
    if last is None or last.given is None:
        return line.row.title
    of_many = len({vaccine for series in line.series for vaccine, _ in series}) > 1
    what = f"{inside(last.concept.text)} on" if of_many and last.concept.text else "last"
    return f"{line.row.title} ({what} {day(last.given.latest)})"


def _last(line: _Line, doses: _Doses) -> Immunization | None:
    names = {vaccine for series in line.series for vaccine, _ in series}
    dated = [d for name in sorted(names) for d in doses.get(name, ()) if d.given]
    return max(dated, key=lambda d: d.given.latest if d.given else date.min, default=None)


def _input(dose: Immunization) -> Input:
    when = dose.given.text[:10] if dose.given else ""
    return Input(dose.source.resource, dose.source.id, dose.concept.text, date=when)
