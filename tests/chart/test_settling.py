"""Every disagreement can be settled with one answer, and what the patient adds is on the list."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.chart.answers import answer, fingerprint, questions
from app.chart.settling import lapsed, settle
from app.domain.codes import Concept, Source
from app.domain.errors import CmmError
from app.domain.medicines import LineStatus, Medicine, PatientReported, Settlement
from app.terminology.vocabulary import load_vocabulary
from tests.chart.charts import TODAY, administration, chart, fill, kinds, order, statement

CHART = Path(__file__).parents[2] / "app" / "chart"

METFORMIN = "metformin 500 mg tablet"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
VOCABULARY = load_vocabulary()
ORDER, STATEMENT = Source("MedicationRequest", "o"), Source("MedicationStatement", "s")
TWO_DOSES = (
    order("o", METFORMIN, "1 tablet twice daily"),
    statement("s", METFORMIN, "1 tablet once daily"),
)


def _list(*resources: dict[str, Any]) -> tuple[Medicine, ...]:
    return chart(*resources).medicines


def _settle(
    medicines: tuple[Medicine, ...],
    *settlements: Settlement,
    told: tuple[PatientReported, ...] = (),
) -> tuple[Medicine, ...]:
    return settle(medicines, settlements, told, as_of=TODAY, vocabulary=VOCABULARY)


def _answer(medicine: Medicine, code: str, **more: Any) -> Settlement:
    mark = fingerprint(medicine.disagreements[0])
    given: dict[str, Any] = {"by": "Ada Park", "at": NOW} | more
    return answer(medicine, mark, code, **given)


def _told(id_: str, kind: str, name: str, sig: str = "", line: str = "") -> PatientReported:
    return PatientReported(id_, kind, Concept(name), "Ada Park", NOW, line, sig)


def _high(medicine: Medicine) -> list[float]:
    return [float(p.high) for p in medicine.daily_dose.per_ingredient]


def test_the_dose_of_the_source_chosen_is_the_dose() -> None:
    lines = _list(*TWO_DOSES)
    assert _high(lines[0]) == [500]
    (line,) = _settle(lines, _answer(lines[0], "source", source=ORDER))
    assert _high(line) == [1000]
    assert line.sig == "1 tablet twice daily"


def test_what_was_settled_stays_visible_with_who_and_how() -> None:
    lines = _list(*TWO_DOSES)
    (line,) = _settle(lines, _answer(lines[0], "source", source=ORDER, note="Seen on the box."))
    assert line.disagreements == lines[0].disagreements
    assert line.unsettled == ()
    assert line.settled[0].text == (
        "Settled on 21-Nov-2026 by Ada Park: "
        "The dose of this source (MedicationRequest/o). Seen on the box."
    )


def test_a_dose_in_other_words_is_read_like_any_other() -> None:
    lines = _list(*TWO_DOSES)
    (line,) = _settle(lines, _answer(lines[0], "other", words="1 tablet three times daily"))
    assert _high(line) == [1500]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("taking", LineStatus.CURRENT),
        ("not-taking", LineStatus.NOT_TAKEN),
        ("on-hold", LineStatus.ON_HOLD),
        ("stopped", LineStatus.STOPPED),
    ],
)
def test_taken_or_not_is_settled_either_way(code: str, status: LineStatus) -> None:
    lines = _list(order("o", METFORMIN), statement("s", METFORMIN, status="not-taken"))
    (line,) = _settle(lines, _answer(lines[0], code))
    assert line.status is status


def test_two_regimens_of_two_prescribers_add_up_and_one_does_not() -> None:
    lines = _list(
        order("a", METFORMIN, "1 tablet daily"),
        order("b", METFORMIN, "1 tablet daily", requester={"display": "Dr. Abel"}),
    )
    assert kinds(lines[0]) == ["duplicate-prescriber"]
    (both,) = _settle(lines, _answer(lines[0], "two-regimens"))
    (one,) = _settle(lines, _answer(lines[0], "one-regimen"))
    assert (_high(both), _high(one)) == ([1000], [500])


def test_doses_that_are_not_known_do_not_add_up() -> None:
    lines = _list(
        order("a", METFORMIN, "1 tablet daily"),
        order("b", METFORMIN, "as directed", requester={"display": "Dr. Abel"}),
    )
    (both,) = _settle(lines, _answer(lines[0], "two-regimens"))
    assert both.daily_dose.unknown
    assert both.daily_dose.per_ingredient == ()


def test_the_strength_of_the_source_chosen_names_the_line_and_counts_for_the_dose() -> None:
    lines = _list(
        order("o", METFORMIN, "1 tablet daily"),
        statement("s", "metformin 850 mg tablet", "1 tablet daily"),
    )
    (line,) = _settle(lines, _answer(lines[0], "source", source=STATEMENT))
    assert line.name == "metformin 850 mg tablet"
    assert _high(line) == [850]
    assert line.id == lines[0].id


@pytest.mark.parametrize(
    ("resources", "kind", "status"),
    [
        ((order("o", METFORMIN), fill("f", "aspirin 81 mg tablet", "2026-11-01")), "never-filled", LineStatus.NOT_TAKEN),
        ((order("o", METFORMIN, authoredOn="2025-11-01"), fill("f", METFORMIN, "2026-03-01")), "not-refilled", LineStatus.NOT_TAKEN),
        ((fill("f", METFORMIN, "2026-11-01"),), "filled-not-prescribed", LineStatus.NOT_TAKEN),
        ((administration("d", "haloperidol decanoate 100 mg/mL injection", "2026-11-01"),), "given-not-prescribed", LineStatus.STOPPED),
    ],
)  # fmt: skip
def test_supply_that_does_not_fit_is_settled(
    resources: tuple[dict[str, Any], ...], kind: str, status: LineStatus
) -> None:
    line = next(m for m in _list(*resources) if kinds(m) == [kind])
    (settled,) = _settle((line,), _answer(line, "not-taking"))
    assert settled.status is status
    (going_on,) = _settle((line,), _answer(line, "taking"))
    assert going_on.status is LineStatus.CURRENT


def test_of_two_strengths_one_may_be_no_longer_taken() -> None:
    lines = _list(order("five", "warfarin 5 mg tablet"), order("two", "warfarin 2 mg tablet"))
    assert [kinds(m) for m in lines] == [["other-strength"], ["other-strength"]]
    settled = _settle(lines, _answer(lines[0], "not-this"), _answer(lines[1], "both"))
    assert [m.status for m in settled] == [LineStatus.NOT_TAKEN, LineStatus.CURRENT]


def test_a_settlement_lapses_when_the_sources_say_something_else() -> None:
    lines = _list(*TWO_DOSES)
    given = _answer(lines[0], "source", source=ORDER)
    later = _list(TWO_DOSES[0], statement("s", METFORMIN, "2 tablets twice daily"))
    (line,) = _settle(later, given)
    assert line.settled == ()
    assert _high(line) == [2000]
    assert lapsed(later, [given]) == (given,)
    assert lapsed(lines, [given]) == ()


def test_a_copy_of_a_source_reopens_nothing() -> None:
    lines = _list(*TWO_DOSES)
    given = _answer(lines[0], "source", source=ORDER)
    again = _list(*TWO_DOSES, TWO_DOSES[1] | {"id": "s2"})
    (line,) = _settle(again, given)
    assert line.unsettled == ()


def test_the_latest_answer_counts_in_whatever_order_they_come() -> None:
    lines = _list(order("o", METFORMIN), statement("s", METFORMIN, status="not-taken"))
    first = _answer(lines[0], "taking")
    second = _answer(lines[0], "not-taking", at=NOW + timedelta(minutes=1))
    for given in ((first, second), (second, first)):
        (line,) = _settle(lines, *given)
        assert line.status is LineStatus.NOT_TAKEN
        assert len(line.settled) == 1


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("nonsense", {}),
        ("source", {}),
        ("source", {"source": Source("MedicationRequest", "other")}),
        ("other", {"words": "  "}),
    ],
)
def test_an_answer_that_is_not_complete_is_refused(code: str, more: dict[str, Any]) -> None:
    lines = _list(*TWO_DOSES)
    with pytest.raises(CmmError) as refused:
        _answer(lines[0], code, **more)
    assert refused.value.code == "CMM-4010"


def test_an_answer_to_what_is_no_longer_asked_is_refused() -> None:
    lines = _list(*TWO_DOSES)
    with pytest.raises(CmmError) as refused:
        answer(lines[0], "gone", "source", by="Ada Park", at=NOW, source=ORDER)
    assert refused.value.code == "CMM-4009"


def test_a_stored_answer_that_is_none_of_the_answers_has_no_effect() -> None:
    lines = _list(*TWO_DOSES)
    given = replace(_answer(lines[0], "source", source=ORDER), choice="gone")
    assert _settle(lines, given) == lines
    assert lapsed(lines, [given]) == (given,)


def test_over_the_counter_medicine_that_the_patient_adds_is_a_line() -> None:
    lines = _settle(_list(order("o", METFORMIN)), told=(_told("1", "added", "ibuprofen 200 mg tablet", "2 tablets three times daily"),))  # fmt: skip
    added = next(m for m in lines if m.name.startswith("ibuprofen"))
    assert added.status is LineStatus.CURRENT
    assert _high(added) == [1200]
    assert [s.reference for s in added.sources] == ["PatientReported/1"]


def test_an_added_medicine_that_is_on_the_list_joins_its_line_and_keeps_its_id() -> None:
    before = _list(order("o", METFORMIN, "1 tablet twice daily"), fill("f", METFORMIN, "2026-11-01"))  # fmt: skip
    (line,) = _settle(before, told=(_told("1", "added", METFORMIN, "1 tablet once daily"),))
    assert line.id == before[0].id
    assert line.fill_history == before[0].fill_history
    assert kinds(line) == ["dose"]


def test_an_added_medicine_that_fits_two_lines_joins_neither() -> None:
    before = _list(
        order("ir", "oxycodone 5 mg tablet"),
        order("er", "oxycodone 10 mg extended release tablet"),
    )
    assert len(_settle(before, told=(_told("1", "added", "oxycodone"),))) == 3


def test_the_same_medicine_added_twice_is_one_line() -> None:
    told = (_told("1", "added", "fish oil"), _told("2", "added", "fish oil"))
    (line,) = _settle((), told=told)
    assert len(line.entries) == 2


def test_not_taking_is_the_patients_word_against_the_order() -> None:
    before = _list(order("o", METFORMIN))
    told = _told("1", "not-taking", METFORMIN, line=before[0].id)
    (line,) = _settle(before, told=(told,))
    assert line.status is LineStatus.NOT_TAKEN
    assert kinds(line) == ["status"]
    (settled,) = _settle(before, _answer(line, "not-taking"), told=(told,))
    assert settled.unsettled == ()


def test_taking_differently_speaks_for_the_dose() -> None:
    before = _list(order("o", METFORMIN, "1 tablet twice daily"))
    told = _told("1", "taking-differently", METFORMIN, "1 tablet once daily", before[0].id)
    (line,) = _settle(before, told=(told,))
    assert _high(line) == [500]
    assert kinds(line) == ["dose"]


def test_what_was_said_of_a_line_that_is_gone_is_not_lost() -> None:
    told = _told("1", "taking-differently", METFORMIN, "1 tablet once daily", "med-gone")
    (line,) = _settle((), told=(told,))
    assert line.name == METFORMIN


def test_a_line_beside_another_strength_still_says_so_when_something_joins_it() -> None:
    before = _list(order("five", "warfarin 5 mg tablet"), order("two", "warfarin 2 mg tablet"))
    told = _told("1", "not-taking", "warfarin 5 mg tablet", line=before[1].id)
    after = next(m for m in _settle(before, told=(told,)) if m.id == before[1].id)
    assert kinds(after) == ["status", "other-strength"]


def test_nothing_to_settle_leaves_the_list_as_it_is() -> None:
    lines = _list(*TWO_DOSES)
    assert _settle(lines) == lines


def test_every_kind_of_disagreement_has_its_answers() -> None:
    """A kind that could not be settled would stay open for ever."""
    said = "".join(
        (CHART / name).read_text("utf-8") for name in ("disagreements.py", "fetching.py")
    )
    written = said.split("Disagreement(")[1:]
    named = {part.split('"')[1] for part in written if part.lstrip().startswith('"')}
    assert named == set(questions())
    assert all(len(q.choices) >= 2 for q in questions().values())


def test_the_file_of_answers_holds_nothing_that_no_code_understands() -> None:
    for table in tomllib.loads((CHART / "settling.toml").read_text("utf-8")).values():
        for one in table["answers"]:
            assert set(one) <= {"code", "says", "status", "dose", "strength"}
            assert one.get("dose", "source") in {"source", "words", "all"}
            assert one.get("strength", "source") == "source"


def test_a_taper_that_was_chosen_has_the_dose_of_the_day() -> None:
    """It began on 15 November: on the 21st its second week has not come."""
    taper = "Take 2 tablets daily for 7 days, then 1 tablet daily"
    begun = {"text": taper, "timing": {"repeat": {"boundsPeriod": {"start": "2026-11-15"}}}}
    name = "prednisone 10 mg tablet"
    lines = _list(
        order("o", name, dosageInstruction=[begun]), statement("s", name, "3 tablets daily")
    )
    (line,) = _settle(lines, _answer(lines[0], "source", source=ORDER))
    assert _high(line) == [20]


def test_orders_that_add_up_are_known_as_far_as_the_least_certain_of_them() -> None:
    lines = _list(
        order("o", METFORMIN, "1 tablet twice daily"),
        order("p", METFORMIN, "1 tablet at bedtime", requester={"display": "Dr. Roy"}),
    )
    (line,) = _settle(lines, _answer(lines[0], "all"))
    assert line.daily_dose.basis is not None


def test_that_it_is_taken_as_listed_is_a_word_of_the_patient_too() -> None:
    lines = _list(order("o", METFORMIN, "1 tablet twice daily", status="on-hold"))
    (line,) = _settle(lines, told=(_told("t", "taking", METFORMIN, line=lines[0].id),))
    assert line.status is LineStatus.CURRENT
    assert line.sig == "1 tablet twice daily"


def test_where_an_added_medicine_comes_from_is_said() -> None:
    herb = replace(_told("t", "added", "turmeric"), origin="herbal", note="For the knees.")
    (line,) = _settle((), told=(herb,))
    assert line.entries[0].note == "An herb or a supplement. For the knees."
