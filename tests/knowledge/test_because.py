"""A reason names what it rests on: the value, the condition, the day."""

from collections.abc import Iterator

import pytest

from app.assessment.predicates import words_given
from app.assessment.sentences import slots
from app.knowledge import load_knowledge
from app.knowledge.logic import Call, Node, read_logic
from app.knowledge.rule import Rule

# What is not in the sentence, and why not.
LEFT_OUT = {
    "I02b": {"other": "named among all blood pressure medicines"},
    "I03": {"all": "the medicines taken stand in `attached`"},
    "I03b": {"age": "holds for everyone: it keeps the second half of an `any` optional"},
    "I04": {"all": "the medicines taken stand in `attached`"},
    "L01b": {"age": "an upper limit of the rule, no part of the reason"},
    "L01c": {"age": "an upper limit of the rule, no part of the reason"},
    "L03": {"all": "the medicines taken stand in `attached`"},
    "L05": {"all": "the medicines taken stand in `attached`"},
    "M02c": {"all": "the test is due whatever the medicine is"},
    "M02d": {"condition": "a rule over a table: its further condition gives no words"},
    "N05a": {"age": "holds where the dose is the reason"},
    "N15b": {"other": "where there is none the vascular disease is absent"},
    "N18": {"age": "holds for everyone: it keeps the eosinophils optional"},
    "N23": {"other": "named in `parts`, each with its share"},
    "S01g": {"daily": "a rule over a table: its further condition gives no words"},
    "U12d": {"other": "which of them came first stands in `earlier`"},
}
RULES = load_knowledge().rules


@pytest.mark.parametrize("rule", [r for r in RULES if r.when], ids=lambda r: r.id)
def test_every_answer_a_rule_rests_on_is_in_its_sentence(rule: Rule) -> None:
    said = {_subject(slot) for slot in slots(rule.because)}
    answers = list(_answers(read_logic(rule.when)))
    unsaid = {words[0] for words in answers if not said.intersection(map(_subject, words))}
    assert unsaid == set(LEFT_OUT.get(rule.id, {}))


def _subject(slot: str) -> str:
    """`sbp.mean` tells as much of the pressure as `sbp`."""
    return slot.partition(".")[0]


def _answers(node: Node) -> Iterator[tuple[str, ...]]:
    """The words of each question that is answered with yes: one of them has to be said."""
    if isinstance(node, Call):
        words = ("age",) if node.name == "age" else tuple(words_given(node))
        if words and node.name != "medicine.disagrees":
            yield words
        return
    if node.kind != "none":
        for part in node.parts:
            yield from _answers(part)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_every_citation_of_a_rule_says_where_to_read(rule: Rule) -> None:
    assert all(cite.at for cite in rule.cite)
