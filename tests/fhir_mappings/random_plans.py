"""Plans of every shape, as far as an EHR is given them to hold."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from app.domain.assessment import Input, MedicationTherapyProblem, Recommendation, Severity
from app.domain.codes import LOINC, Coding, Concept, Source
from app.domain.medicines import LineStatus, MedicationEntry, Medicine
from app.domain.patient import Patient
from app.domain.people import Person
from app.domain.person_context import Access, ContextItem, ContextTopic, SelfManagement
from app.domain.plan import (
    ActionPlan,
    Dismissal,
    ListEntry,
    PlanGoal,
    PlannedAction,
    Touchpoint,
    TouchpointFormat,
    Verdict,
)
from tests.plans import LISTS, PROBLEM

NAMED = replace(
    LISTS,
    barriers=(ListEntry("forgetting", "Forgets doses"), ListEntry("cost", "Can't pay")),
    techniques=(ListEntry("habit", "Take it with a daily habit"),),
)
WORD = st.text(alphabet="abzXYZ019,.:()é&<>-'\"", min_size=1, max_size=6)
TEXT = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
OPTIONAL = st.one_of(st.just(""), TEXT)
PLAIN = st.text(alphabet="abz XYZ", min_size=1, max_size=12).map(
    lambda t: " ".join(t.split()) or "a"
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
LABS = st.builds(Coding, st.just(LOINC), st.sampled_from(["98979-8", "4548-4"]), TEXT)
NUMBERS = st.integers(1, 9999).map(lambda n: f"{n / 10:g}")
PEOPLE = st.builds(Person, TEXT, st.sampled_from(["", "Practitioner/1"]))
INPUTS = st.builds(
    Input,
    st.sampled_from(["Condition", "Observation", "MedicationRequest"]),
    st.sampled_from("abc"),
    st.just(""),
)


@st.composite
def medicines(draw: st.DrawFn, id_: str) -> Medicine:
    orders = tuple(
        MedicationEntry(Source("MedicationRequest", f"{id_}-{n}"), Concept(id_), "active")
        for n in range(draw(st.integers(0, 2)))
    )
    status = draw(st.sampled_from(list(LineStatus)))
    return Medicine(id_, draw(TEXT), None, status, orders, sig=draw(OPTIONAL))


@st.composite
def problems(draw: st.DrawFn, id_: str, ids: tuple[str, ...]) -> MedicationTherapyProblem:
    about = tuple(draw(st.lists(st.sampled_from(ids), unique=True))) if ids else ()
    act_on = tuple(draw(st.lists(st.sampled_from(ids), unique=True))) if ids else ()
    inputs = tuple(dict.fromkeys(draw(st.lists(INPUTS, max_size=4))))
    return replace(
        PROBLEM,
        id=id_,
        rule=draw(st.sampled_from(["", "S13a"])),
        title=draw(TEXT),
        severity=draw(st.sampled_from(list(Severity))),
        medicines=about,
        conditions=tuple(f"Condition/{i.id}" for i in inputs if i.resource == "Condition"),
        because=draw(TEXT),
        inputs=inputs,
        measure=draw(st.one_of(st.none(), LABS)),
        act_on=act_on,
        one_of=bool(act_on) and draw(st.booleans()),
        due=tuple(draw(st.lists(LABS, max_size=2, unique_by=lambda c: c.code))),
    )


@st.composite
def actions(draw: st.DrawFn, id_: str, ids: tuple[str, ...]) -> PlannedAction:
    problem = replace(draw(problems(id_, ids)), recommend=Recommendation("", ""))
    return PlannedAction(
        f"action-{id_}",
        problem,
        draw(st.sampled_from(list(Verdict))),
        draw(st.sampled_from(["discontinue-medication", "other"])),
        draw(TEXT),
        draw(OPTIONAL),
        draw(PEOPLE),
        draw(DAYS),
        monitoring=draw(OPTIONAL),
    )


@st.composite
def goals(draw: st.DrawFn, key: str) -> PlanGoal:
    measure = draw(st.one_of(st.none(), LABS))
    low, high = draw(st.one_of(st.just(""), NUMBERS)), draw(st.one_of(st.just(""), NUMBERS))
    limited = measure is not None and bool(low or high)
    return PlanGoal(
        key,
        draw(TEXT),
        draw(st.one_of(st.none(), DAYS)),
        measure,
        low if limited else "",
        high if limited else "",
        draw(st.sampled_from(["%", "mm[Hg]"])) if limited else "",
        conditions=tuple(sorted(draw(st.sets(st.sampled_from(["Condition/a", "Condition/b"]))))),
        expressed_by_patient=draw(st.booleans()),
        progress=draw(st.sampled_from(["in-progress", "achieved", "not-achieved"])),
    )


@st.composite
def touchpoints(draw: st.DrawFn, key: str) -> Touchpoint:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    how = draw(st.sampled_from(list(TouchpointFormat)))
    return Touchpoint(key, first, last, how, draw(PLAIN), draw(TEXT))


CONTEXT = st.builds(
    ContextItem,
    st.sampled_from(list(ContextTopic)),
    TEXT,
    st.sampled_from([None, Source("Patient", "p1"), Source("Condition", "c1")]),
)


def keys(kind: str) -> st.SearchStrategy[list[str]]:
    return st.integers(0, 2).map(lambda n: [f"{kind}-{i}" for i in range(n)])


@st.composite
def plans(draw: st.DrawFn) -> ActionPlan:
    listed = [draw(medicines(i)) for i in draw(keys("med"))]
    past = [draw(medicines(i)) for i in draw(keys("past"))]
    ids = tuple(m.id for m in (*listed, *past))
    aside = [draw(problems(i, ids)) for i in draw(keys("aside"))]
    return ActionPlan(
        id="7b0d2c1e-2f60-5d6a-9a3e-0f0f3a1d2b10",
        version_id="2aff96af-41f8-5fd6-bee2-614b6846a441",
        version=draw(st.integers(1, 9)),
        patient=Patient("p1", draw(TEXT), None, "female"),
        author=Person("Dana Lee, PharmD", "Practitioner/lee", draw(st.sampled_from(["", "Organization/1"]))),
        signed_at=draw(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))).replace(microsecond=0, tzinfo=UTC),
        as_of=draw(DAYS),
        medicines=tuple(listed),
        actions=tuple(draw(actions(i, ids)) for i in draw(keys("mtp"))),
        goals=tuple(draw(goals(k)) for k in draw(keys("goal"))),
        touchpoints=tuple(draw(touchpoints(k)) for k in draw(keys("touchpoint"))),
        dismissed=tuple(
            Dismissal(p, "patient-tolerated", draw(OPTIONAL), draw(st.one_of(st.none(), DAYS)))
            for p in aside
        ),
        patient_words=draw(OPTIONAL),
        knowledge_version="2026.11",
        encounter=draw(st.sampled_from(["", "Encounter/e1"])),
        context=tuple(draw(st.lists(CONTEXT, max_size=3))),
        self_management=tuple(
            SelfManagement(k, draw(st.sampled_from(["forgetting", "cost"])), draw(st.sampled_from(["", "habit"])), draw(OPTIONAL))
            for k in draw(keys("self"))
        ),
        access=tuple(Access(k, draw(TEXT), draw(OPTIONAL), draw(OPTIONAL)) for k in draw(keys("access"))),
        duration_weeks=draw(st.one_of(st.none(), st.integers(1, 104))),
        contact_frequency=draw(OPTIONAL),
        past_medicines=tuple(past),
    )  # fmt: skip
