"""The logic of rules: groups, predicates, and the refusal of bare numbers."""

from typing import Any

import pytest

from app.knowledge.logic import Call, Group, Malformed, calls, read_logic
from app.knowledge.vocabulary import VOCABULARY


def test_reads_groups_within_groups() -> None:
    logic = read_logic({"all": [{"sex": {"is": "female"}}, {"none": [{"medicine.as_needed": {}}]}]})
    assert isinstance(logic, Group)
    assert [call.name for call in calls(logic)] == ["sex", "medicine.as_needed"]


def test_reads_a_single_predicate() -> None:
    assert isinstance(read_logic({"condition.present": {"family": "gout"}}), Call)


def test_a_bare_number_is_refused_with_the_way_out() -> None:
    with pytest.raises(Malformed, match=r"lab.latest.*\{fact: id\}"):
        read_logic({"lab.latest": {"family": "egfr", "within": "P12M", "below": 30}})


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "one predicate"),
        ({"all": []}, "a list of predicates"),
        ({"all": {"sex": {"is": "male"}}}, "a list of predicates"),
        ({"lab.newest": {}}, "no such predicate"),
        ({"sex": {"is": "woman"}}, "woman"),
        ({"lab.missing": {"family": "egfr", "within": "12 months"}}, "within"),
        ({"condition.present": {"familly": "gout"}}, "familly"),
        ({"at_least": {"count": 0, "of": [{"sex": {"is": "male"}}]}}, "count"),
        ({"any": [{"sex": {"is": "male"}}], "all": []}, "one predicate"),
    ],
)
def test_says_where_logic_is_malformed(raw: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_logic(raw)


def test_the_vocabulary_stays_small() -> None:
    """A language that grows without end can no longer be read by a clinician."""
    assert len(VOCABULARY) <= 52
