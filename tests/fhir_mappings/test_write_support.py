"""Context, self-management, course and access are in the CarePlan and in its words."""

from dataclasses import replace
from datetime import date

from app.domain.codes import Source
from app.domain.person_context import Access, ContextItem, ContextTopic, SelfManagement
from app.domain.plan import ListEntry
from fhir_mappings.strict import checked
from fhir_mappings.write_narrative import plan_narrative
from fhir_mappings.write_plan import plan_bundle
from tests.plans import LISTS, signed_plan

NAMED = replace(
    LISTS,
    barriers=(ListEntry("forgetting", "Forgets doses"),),
    techniques=(ListEntry("habit", "Take it with a daily habit"),),
)
PLAN = replace(
    signed_plan(),
    context=(
        ContextItem(ContextTopic.LANGUAGE, "Spanish", Source("Patient", "p1")),
        ContextItem(ContextTopic.HOME, "Lives alone <b>"),
    ),
    self_management=(SelfManagement("self-1", "forgetting", "habit", "with breakfast"),),
    access=(Access("access-1", "Ana Doe", "daughter", "printed"),),
    duration_weeks=26,
    contact_frequency="every 4 weeks",
)


def test_the_care_plan_holds_each_part_where_r4_has_a_place_for_it() -> None:
    bundle = plan_bundle(PLAN, NAMED)
    checked(bundle)
    plan = next(
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "CarePlan"
    )
    tasks = {
        e["fullUrl"]: e["resource"]
        for e in bundle["entry"]
        if e["resource"]["resourceType"] == "Task"
    }
    own = [t for t in tasks.values() if t["owner"] == {"reference": "Patient/p1"}]
    assert [t["description"] for t in own] == [
        "Forgets doses: Take it with a daily habit. with breakfast"
    ]
    assert set(tasks) <= {a["reference"]["reference"] for a in plan["activity"]}
    assert [n["text"] for n in plan["note"]] == [
        "In the patient's words: I want to walk my dog again",
        "About the person: Language: Spanish (from the chart, Patient)",
        "About the person: Home: Lives alone <b> (told at the visit)",
        "The intervention goes on for 26 weeks; contact: every 4 weeks.",
        "Who gets this plan: Ana Doe; role: daughter; how: printed",
    ]
    assert plan["period"]["end"] == date(2027, 5, 22).isoformat()


def test_the_words_alone_say_it_too() -> None:
    said = plan_narrative(PLAN, NAMED)
    for words in ("Language: Spanish", "Lives alone &lt;b&gt;", "Forgets doses: Take it", "26 weeks", "Ana Doe"):  # fmt: skip
        assert words in said
