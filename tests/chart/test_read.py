"""Reading from an EHR: everything at once, and whatever fails is said with its effect."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stamina

from app.chart.read import CHART_SECONDS, Patience, read_chart
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.ehr.access import Access
from app.terminology.vocabulary import load_vocabulary
from fhir_mappings.capability_statement import ServerCapabilities
from launch.errors import LaunchError, Why
from launch.scopes import read_scopes
from tests.chart.charts import OURS, PATIENT, THEIRS, TODAY, fill, order, statement
from tests.ehr.fake_ehr import answer, client, page

TYPES = (
    "Patient", "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration", "Condition", "Observation",
    "AllergyIntolerance", "Immunization", "Encounter", "CareTeam", "Goal", "CarePlan", "Procedure", "Medication",
)  # fmt: skip
Handler = Callable[[httpx.Request], httpx.Response]


def _statement(without: str = "", **more: Any) -> dict[str, Any]:
    resources = [
        {"type": t, "interaction": [{"code": "read"}, {"code": "search-type"}], "searchInclude": []}
        for t in TYPES
        if t != without
    ]
    return {"resourceType": "CapabilityStatement", "rest": [{"resource": resources}], **more}


class Hospital:
    """Answers by resource type; `break_` replaces one type's answer."""

    def __init__(self, *resources: dict[str, Any], statement_: Any = None) -> None:
        self.resources = resources
        self.statement = statement_ or _statement()
        self.broken: dict[str, Handler] = {}
        self.asked: list[httpx.URL] = []

    def break_(self, type_: str, handler: Handler | httpx.Response) -> "Hospital":
        self.broken[type_] = handler if callable(handler) else (lambda _: handler)
        return self

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        type_, _, id_ = request.url.path.removeprefix("/fhir/").partition("/")
        await asyncio.sleep(0)
        if type_ in self.broken:
            broken = self.broken[type_](request)
            return httpx.Response(broken.status_code, headers=broken.headers, content=broken.content)  # fmt: skip
        if type_ == "metadata":
            return answer(self.statement)
        if id_:
            found = [r for r in self.resources if (r["resourceType"], r["id"]) == (type_, id_)]
            return answer(found[0]) if found else answer({}, 404)
        category = request.url.params.get("category")
        return page(*(r for r in self.resources if r["resourceType"] == type_ and _in(r, category)))

    def params(self, type_: str) -> list[dict[str, str]]:
        return [dict(u.params) for u in self.asked if u.path == f"/fhir/{type_}"]


def _in(resource: dict[str, Any], category: str | None) -> bool:
    return category is None or resource.get("category") == [{"coding": [{"code": category}]}]


@pytest.fixture(autouse=True)
def no_backoff() -> Any:
    with stamina.set_testing(True, attempts=2):
        yield


def _read(hospital: Hospital, seconds: float = CHART_SECONDS, **options: Any) -> Chart:
    async def read() -> Chart:
        vocabulary, patience = load_vocabulary(), Patience(seconds)
        return await read_chart(
            client(hospital), "p1", as_of=TODAY, vocabulary=vocabulary, patience=patience, **options
        )

    return asyncio.run(read())


LAB = {
    "resourceType": "Observation",
    "id": "k",
    "status": "final",
    "category": [{"coding": [{"code": "laboratory"}]}],
    "code": {"text": "Potassium"},
    "subject": OURS,
    "effectiveDateTime": "2026-11-01",
    "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
}


def test_reads_a_chart() -> None:
    metformin = "metformin 500 mg tablet"
    hospital = Hospital(
        PATIENT, order("o", metformin), statement("s", "metformin"), fill("f", metformin, "2026-11-01"), LAB
    )  # fmt: skip
    read = _read(hospital)
    (line,) = read.medicines
    assert sorted(s.id for s in line.sources) == ["f", "o", "s"]
    assert [m.concept.text for m in read.measurements] == ["Potassium"]
    assert (read.gaps, read.refused, read.unread) == ((), (), frozenset())
    assert read.patient.name == "Ada Test"


def test_every_search_is_of_this_patient_alone() -> None:
    hospital = Hospital(PATIENT)
    _read(hospital)
    searches = [u for u in hospital.asked if u.path.count("/") == 2 and "metadata" not in u.path]
    assert len(searches) == 20
    assert {u.params["patient"] for u in searches} == {"p1"}


def test_a_failed_read_is_a_gap_with_its_effect_and_costs_nothing_else() -> None:
    hospital = Hospital(PATIENT, order("o", "aspirin")).break_(
        "AllergyIntolerance", answer({}, 503)
    )
    read = _read(hospital)
    (gap,) = read.gaps
    assert (gap.what, gap.why, gap.effect) == (
        "Allergies were not read.",
        "The server answered 503.",
        "No medicine was checked against allergies.",
    )
    assert read.unread == {"AllergyIntolerance"}
    assert len(read.medicines) == 1


def test_what_the_ehr_does_not_allow_is_a_gap() -> None:
    (gap,) = _read(Hospital(PATIENT).break_("Condition", answer({}, 403))).gaps
    assert gap.why == "The EHR does not allow this for the signed-in user or this app."


def test_what_the_ehr_does_not_offer_is_not_asked_for_and_said() -> None:
    hospital = Hospital(PATIENT, statement_=_statement(without="MedicationStatement"))
    read = _read(hospital)
    (gap,) = read.gaps
    assert gap.what == "Medicines the patient reports were not read."
    assert gap.why == "This EHR does not offer them."
    assert hospital.params("MedicationStatement") == []
    assert read.unread == {"MedicationStatement"}


def test_a_refused_side_category_leaves_the_laboratory_usable() -> None:
    """Epic answers 400 to category=procedure: laboratory rules must still run."""

    def answered(request: httpx.Request) -> httpx.Response:
        return answer({}, 400) if request.url.params.get("category") == "procedure" else page()

    read = _read(Hospital(PATIENT).break_("Observation", answered))
    assert read.unread == {"Observation procedure"}
    assert [g.what for g in read.gaps] == ["Results of procedures were not read."]


def test_what_was_not_granted_is_not_asked_for_and_said() -> None:
    granted = "patient/*.rs".replace("*", "Condition")
    everything = read_scopes(" ".join(f"patient/{t}.rs" for t in TYPES if t != "Goal"))
    read = _read(Hospital(PATIENT), can=everything.can)
    assert [g.why for g in read.gaps] == ["The access granted to this app does not cover them."]
    only = _read(Hospital(PATIENT), can=read_scopes(granted).can)
    assert "Condition" not in only.unread
    assert len(only.gaps) == 19


def test_what_is_known_of_the_ehr_is_not_asked_again() -> None:
    hospital = Hospital(PATIENT)
    assert _read(hospital, capabilities=ServerCapabilities()).gaps == ()
    assert "/fhir/metadata" not in {u.path for u in hospital.asked}


def test_an_ehr_that_does_not_say_what_it_offers_is_asked_for_everything() -> None:
    hospital = Hospital(PATIENT, order("o", "aspirin")).break_("metadata", answer({}, 404))
    assert _read(hospital).gaps == ()


def test_a_late_answer_is_a_gap() -> None:
    class Slow(Hospital):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/Goal"):
                await asyncio.sleep(5)
            return await super().__call__(request)

    (gap,) = _read(Slow(PATIENT), seconds=0.3).gaps
    assert (gap.what, gap.why) == ("Goals were not read.", "The EHR took too long.")


def test_what_nobody_waits_for_any_more_is_a_gap() -> None:
    class Silent(Hospital):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/Goal"):
                self.patience.enough()
                await asyncio.Event().wait()
            return await super().__call__(request)

        patience: Patience

    async def read() -> Chart:
        hospital = Silent(PATIENT)
        hospital.patience = Patience()
        vocabulary, patience = load_vocabulary(), hospital.patience
        return await read_chart(
            client(hospital), "p1", as_of=TODAY, vocabulary=vocabulary, patience=patience
        )

    gaps = {(gap.what, gap.why) for gap in asyncio.run(read()).gaps}
    assert ("Goals were not read.", "The EHR took too long.") in gaps


def test_without_the_patient_there_is_no_chart() -> None:
    with pytest.raises(CmmError) as error:
        _read(Hospital())
    assert error.value.code == "CMM-3004"


def test_another_patient_in_place_of_ours_is_refused() -> None:
    merged = Hospital().break_("Patient", answer({"resourceType": "Patient", "id": "p9"}))
    with pytest.raises(CmmError) as error:
        _read(merged)
    assert error.value.code == "CMM-3011"


def test_resources_of_another_patient_in_an_answer_are_refused() -> None:
    read = _read(Hospital(PATIENT, order("o", "aspirin"), order("x", "warfarin", subject=THEIRS)))
    assert [m.name for m in read.medicines] == ["aspirin"]
    assert [g.what for g in read.refused] == ["A MedicationRequest of another patient"]


def test_a_partial_list_is_a_gap_and_no_proof_of_absence() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "details": {"coding": [{"code": "59204"}], "text": "Hidden"}}],
    }  # fmt: skip
    hospital = Hospital(PATIENT).break_("MedicationRequest", page(order("o", "aspirin"), outcome))
    read = _read(hospital)
    (gap,) = read.gaps
    assert gap.what == "Medication orders are incomplete."
    assert gap.why.startswith("The EHR leaves out kinds that this app is not registered for")
    assert "MedicationRequest" in read.unread
    assert len(read.medicines) == 1


def test_another_warning_of_the_ehr_is_shown_in_its_words() -> None:
    details = {"coding": [{"code": "4119"}], "text": "More may be there"}
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "details": details}],
    }
    read = _read(Hospital(PATIENT).break_("Goal", page(outcome)))
    assert [(g.what, g.why) for g in read.gaps] == [
        ("Goals may be incomplete.", "The EHR said: More may be there (4119).")
    ]


def _warning(code: str, severity: str = "warning") -> dict[str, Any]:
    details = {"coding": [{"code": code}], "text": "Words"}
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "details": details}],
    }


@pytest.mark.parametrize(
    ("code", "unread"),
    [
        ("4101", False),  # nothing there
        ("4119", False),  # said of every list: it silences no rule
        ("4122", False),  # a filter was not understood: more came, not less
        ("59204", True),
        ("59205", True),
        ("70000", True),  # nobody knows what it means, so the worst
    ],
)
def test_which_warnings_make_a_list_no_proof_of_absence(code: str, unread: bool) -> None:
    read = _read(Hospital(PATIENT).break_("Condition", page(_warning(code))))
    assert ("Condition" in read.unread) is unread
    assert ("Condition" in read.incomplete) is unread
    assert bool(read.gaps) is (code not in {"4101", "4122"})


def test_what_is_said_of_every_list_is_said_once() -> None:
    hospital = Hospital(PATIENT)
    for type_ in ("Condition", "AllergyIntolerance", "Goal"):
        hospital.break_(type_, page(_warning("4119")))
    (gap,) = _read(hospital).gaps
    assert gap.what == "3 lists may be incomplete."
    assert gap.why == "The EHR said of problems, allergies and goals: Words (4119)."


def test_a_list_of_which_nothing_came_is_not_called_incomplete() -> None:
    read = _read(Hospital(PATIENT).break_("Condition", answer({}, 403)))
    assert "Condition" in read.unread
    assert "Condition" not in read.incomplete


def _referring(id_: str, target: str) -> dict[str, Any]:
    pointer = {"reference": target}
    return order(id_, "", medicationCodeableConcept=None, medicationReference=pointer)


def test_medications_that_no_search_included_are_read_once() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "warfarin 5 mg tablet"}}
    hospital = Hospital(PATIENT, medication, _referring("a", "Medication/m"), _referring("b", "Medication/m"))  # fmt: skip
    (line,) = _read(hospital).medicines
    assert line.name == "warfarin 5 mg tablet"
    assert [u.path for u in hospital.asked].count("/fhir/Medication/m") == 1


def test_a_medication_that_can_not_be_read_keeps_its_line() -> None:
    (line,) = _read(Hospital(PATIENT, _referring("a", "Medication/gone"))).medicines
    assert line.name == "unknown medicine"


def test_medications_are_included_only_where_the_ehr_offers_it() -> None:
    plain, including = Hospital(PATIENT), Hospital(PATIENT, statement_=_statement())
    for resource in including.statement["rest"][0]["resource"]:
        resource["searchInclude"] = ["*"]
    _read(plain)
    _read(including)
    assert "_include" not in plain.params("MedicationRequest")[0]
    assert including.params("MedicationRequest")[0]["_include"] == "MedicationRequest:medication"


def test_athenahealth_is_asked_by_intent() -> None:
    """It answers no search for orders without one."""
    hospital = Hospital(PATIENT, statement_=_statement(publisher="athenahealth"))
    _read(hospital)
    assert "plan" in hospital.params("MedicationRequest")[0]["intent"].split(",")


def test_progress_says_one_line_per_search() -> None:
    heard: dict[str, list[str]] = {}
    hospital = Hospital(PATIENT, LAB, statement_=_statement(without="Goal"))
    hospital.break_("Encounter", answer({}, 500))
    _read(hospital, progress=lambda name, state: heard.setdefault(name, []).append(state))
    assert len(heard) == 21
    assert heard["Observation laboratory"] == ["reading", "done 1"]
    assert heard["Observation vital-signs"] == ["reading", "done 0"]
    assert heard["Encounter"] == ["reading", "failed"]
    assert heard["Goal"] == ["not offered"]


def test_access_that_runs_out_meanwhile_leaves_gaps() -> None:
    calls = {"n": 0}

    async def token() -> str:
        calls["n"] += 1
        if calls["n"] > 1:
            raise LaunchError.of(Why.ACCESS_OVER)
        return "first"

    ehr = client(Hospital(PATIENT))
    moments = itertools.count(step=60)
    ehr._wire._access = Access(token, None, lambda: next(moments))
    read = asyncio.run(read_chart(ehr, "p1", as_of=TODAY, vocabulary=load_vocabulary()))
    assert len(read.gaps) == 20
    assert read.medicines == ()
