"""The chart a rule's own test describes in a few clinic words."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.chart import (
    Allergy,
    Chart,
    Condition,
    Finding,
    Immunization,
    Measurement,
    Procedure,
)
from app.domain.codes import CVX, ICD10CM, LOINC, SNOMED, Coding, Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import (
    DailyDose,
    Disagreement,
    Dosage,
    Fill,
    FillHistory,
    Ingredient,
    IngredientDose,
    LineStatus,
    MedicationEntry,
    Medicine,
    MedicineIdentity,
)
from app.domain.patient import Patient
from app.knowledge import Knowledge
from app.knowledge.durations import parse_duration
from app.knowledge.rule import Given, GivenCondition, GivenLab, GivenMedicine, GivenVaccine
from app.terminology import Vocabulary, daily_dose, identify

_STRENGTH = re.compile(r"(\d[\d.,]*) ?(mg|mcg|g|units?|mL)$")
_SYSTEMS = {"snomed": SNOMED, "icd10cm": ICD10CM}


class Unclear(ValueError):
    """A test case whose words can't be understood."""


def chart_of(given: Given, knowledge: Knowledge, vocabulary: Vocabulary, as_of: date) -> Chart:
    """The chart a test case describes. What it doesn't say was read and is empty."""
    born = None
    if given.age is not None:
        day = date(as_of.year - given.age, 1, 2)
        born = PartialDate(day.isoformat(), day, day)
    return Chart(
        patient=Patient("given", "Given Patient", born, given.sex),
        medicines=tuple(
            _medicine(m, f"m{at}", vocabulary, as_of) for at, m in enumerate(given.medicines)
        ),
        conditions=tuple(
            _condition(c, f"c{at}", knowledge, as_of) for at, c in enumerate(given.conditions)
        ),
        procedures=tuple(
            _procedure(p, f"p{at}", knowledge, as_of) for at, p in enumerate(given.procedures)
        ),
        measurements=tuple(_labs(given, knowledge, as_of)),
        findings=tuple(_findings(given, knowledge, as_of)),
        allergies=tuple(
            Allergy(Source("AllergyIntolerance", f"a{at}"), Concept(text), active=True)
            for at, text in enumerate(given.allergies)
        ),
        immunizations=tuple(
            _vaccine(x, f"v{at}", knowledge, as_of) for at, x in enumerate(given.vaccines)
        ),
        unread=frozenset(given.unread),
    )


def _ago(period: str, as_of: date) -> PartialDate:
    day = parse_duration(period).before(as_of)
    return PartialDate(day.isoformat(), day, day)


def _medicine(
    given: str | GivenMedicine, id_: str, vocabulary: Vocabulary, as_of: date
) -> Medicine:
    more = GivenMedicine(name=given) if isinstance(given, str) else given
    identity, dose = _named(more, vocabulary)
    entries = _entries(more, id_, as_of)
    return Medicine(
        id=id_,
        name=more.name if identity is None else _short(more.name, dose),
        identity=identity,
        status=LineStatus(more.status),
        entries=entries,
        daily_dose=dose,
        sig=dose.text,
        as_needed=more.as_needed or dose.as_needed,
        reasons=tuple(Concept(r) for r in (more.reason,) if r),
        started=_ago(more.started, as_of) if more.started else None,
        disagreements=tuple(Disagreement(k, f"Sources differ: {k}", ()) for k in more.disagrees),
        fills=_dispensed(more, id_, as_of),
        fill_history=_fills(more, as_of),
    )


def _short(name: str, dose: DailyDose) -> str:
    """The name without its directions, as a medicine list shows it."""
    found = re.match(r".*?\d[\d.,/]* ?(?:mg|mcg|g|units?|mL)(?:/[\d.]* ?(?:mg|mcg|g|mL))?", name)
    return found[0] if found and dose.per_ingredient else name


def _named(
    given: GivenMedicine, vocabulary: Vocabulary
) -> tuple[MedicineIdentity | None, DailyDose]:
    """The longest part of the words that names a medicine; what is left are its directions."""
    if given.ingredients:
        identity: MedicineIdentity | None = MedicineIdentity(
            tuple(Ingredient(name) for name in given.ingredients)
        )
        rest = ""
    else:
        identity, rest = _split(given.name, vocabulary)
    if identity is not None:
        identity = replace(
            identity,
            form=given.form or identity.form,
            route=given.route or identity.route,
            release=given.release or identity.release,
        )
    if given.daily_dose:
        return identity, _said_dose(given.daily_dose, given.as_needed)
    dosage = Dosage(text=_directions(given.name, rest)) if rest else None
    return identity, daily_dose(identity, (dosage,) if dosage else ())


def _split(text: str, vocabulary: Vocabulary) -> tuple[MedicineIdentity | None, str]:
    """The fewest words that say as much of the product as any: what follows are the directions."""
    words = text.split()
    named = [identify(Concept(" ".join(words[: at + 1])), vocabulary) for at in range(len(words))]
    fullest = next((identity for identity in reversed(named) if identity is not None), None)
    if fullest is None:
        return None, ""
    end = named.index(fullest) + 1
    return fullest, " ".join(words[end:])


def _directions(name: str, rest: str) -> str:
    """`500 mg` + `twice daily`: one strength at a time, as a label would say it."""
    if rest[:1].isdigit() or rest.lower().startswith(("take", "inhale", "apply", "inject")):
        return rest
    product = name.removesuffix(rest).strip()
    strength = _STRENGTH.search(product)
    single = strength is not None and "/" not in product
    return f"{strength[0] if strength and single else '1 tablet'} {rest}"


def _said_dose(doses: dict[str, str], as_needed: bool) -> DailyDose:  # noqa: FBT001 - a recorded fact
    parts = []
    for ingredient, text in doses.items():
        amount, _, unit = text.partition(" ")
        parts.append(IngredientDose(ingredient, Decimal(amount), Decimal(amount), unit))
    words = ", ".join(f"{text} a day" for text in doses.values())
    return DailyDose(tuple(parts), Decimal(1), as_needed, words)


def _entries(given: GivenMedicine, id_: str, as_of: date) -> tuple[MedicationEntry, ...]:
    started = _ago(given.started, as_of) if given.started else None
    ordered = MedicationEntry(
        Source("MedicationRequest", id_),
        Concept(given.name),
        "active",
        "order",
        authored=started,
        brand_only=given.brand_only,
    )
    if not given.reported:
        return (ordered,)
    status = "active" if given.reported == "taking" else "not-taken"
    said = MedicationEntry(
        Source("MedicationStatement", f"{id_}s"), Concept(given.name), status, reported=True
    )
    return (ordered, said)


def _dispensed(given: GivenMedicine, id_: str, as_of: date) -> tuple[Fill, ...]:
    known = (given.covered, given.last_fill, given.possession) != (None, None, None)
    days = [given.last_fill or "P20D"] if known else []
    days += [f"P{1 + month}M" for month in range(given.fills)]
    return tuple(
        Fill(
            Source("MedicationDispense", f"{id_}d{at}"),
            Concept(given.name),
            "completed",
            _ago(day, as_of),
            days_supply=Decimal(30),
        )
        for at, day in enumerate(days)
    )


def _fills(given: GivenMedicine, as_of: date) -> FillHistory:
    if (given.covered, given.last_fill, given.possession) == (None, None, None):
        return FillHistory(unknown="no fills in the chart")
    last = _ago(given.last_fill or "P20D", as_of)
    pdc = None if given.covered is None else Decimal(str(given.covered))
    unknown = "" if pdc is not None else "fewer than two fills"
    held = None if given.possession is None else Decimal(str(given.possession))
    first = _ago("P200D", as_of)
    return FillHistory(
        4,
        first,
        last,
        pdc,
        unknown,
        days_observed=201,
        observed_from=first.earliest,
        possession=held,
        refilled=held,
    )


def _concept(family: str, knowledge: Knowledge) -> Concept:
    title = knowledge.family_title(family)
    for row in knowledge.tables.condition_families:
        if row.family == family:
            return Concept(title, (Coding(_SYSTEMS[row.system], row.code, row.display),))
    for words in knowledge.tables.condition_words:
        if words.family == family:
            return Concept(words.phrase)
    raise Unclear(f"no code and no words for the condition family {family!r}")


def _condition(
    given: str | GivenCondition, id_: str, knowledge: Knowledge, as_of: date
) -> Condition:
    more = GivenCondition(family=given) if isinstance(given, str) else given
    concept = _concept(more.family, knowledge)
    return Condition(Source("Condition", id_), concept, more.status, onset=_ago(more.ago, as_of))


def _procedure(
    given: str | GivenCondition, id_: str, knowledge: Knowledge, as_of: date
) -> Procedure:
    more = GivenCondition(family=given) if isinstance(given, str) else given
    concept = _concept(more.family, knowledge)
    return Procedure(Source("Procedure", id_), concept, "completed", _ago(more.ago, as_of))


def _vaccine(
    given: str | GivenVaccine, id_: str, knowledge: Knowledge, as_of: date
) -> Immunization:
    more = GivenVaccine(vaccine=given) if isinstance(given, str) else given
    row = next((r for r in knowledge.tables.vaccines if r.vaccine == more.vaccine and r.cvx), None)
    if row is None:
        raise Unclear(f"no vaccine {more.vaccine!r} in vaccines.csv")
    concept = Concept(row.display, (Coding(CVX, row.cvx, row.display),))
    return Immunization(Source("Immunization", id_), concept, "completed", _ago(more.ago, as_of))


def _labs(given: Given, knowledge: Knowledge, as_of: date) -> Iterable[Measurement]:
    codes = {row.family: row for row in reversed(knowledge.tables.lab_families)}
    for family, said in given.labs.items():
        if family not in codes:
            raise Unclear(f"no lab family {family!r}")
        row = codes[family]
        every = (GivenLab(value=said),) if isinstance(said, int | float) else said
        for at, lab in enumerate((every,) if isinstance(every, GivenLab) else every):
            unit = row.unit if lab.unit is None else lab.unit
            taken = parse_duration(lab.ago).before(as_of)
            concept = Concept(row.display, (Coding(LOINC, row.loinc, row.display),))
            source = Source("Observation", f"{family}{at}")
            yield Measurement(source, concept, Decimal(str(lab.value)), unit, taken)


def _findings(given: Given, knowledge: Knowledge, as_of: date) -> Iterable[Finding]:
    for gene, said in given.genes.items():
        source = Source("Observation", gene)
        yield Finding(source, Concept(gene), Concept(said), _ago("P1Y", as_of))
    for family, meaning in given.findings.items():
        row = next(
            (
                row
                for row in knowledge.tables.finding_families
                if row.family == family and row.meaning == meaning
            ),
            None,
        )
        if row is None:
            raise Unclear(f"no finding {family!r} with the meaning {meaning!r}")
        value = Concept(meaning, (Coding(row.value_system, row.value_code),))
        concept = Concept(family, (Coding(LOINC, row.loinc),))
        yield Finding(Source("Observation", family), concept, value, _ago("P30D", as_of))
