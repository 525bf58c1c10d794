"""A rule may ask for a score: yes, no, or cannot tell where the score is only known within a range."""

from typing import Any

import msgspec
import pytest

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import index
from app.assessment.loading import load_compiled
from app.assessment.predicates_score import score
from app.assessment.resolving import Scope
from app.knowledge import vocabulary_person as v
from tests.assessment.charts import TODAY, chart

RESOLVER = load_compiled().resolver


def _ask(name: str, at_least: str, **given: Any) -> Answer:
    args = msgspec.convert({"name": name, "within": "P1Y", "at_least": {"fact": at_least}}, v.Score)
    ready = index(chart(**given), load_compiled().lookups, TODAY)
    return score(args, RESOLVER)(Scope(ready))


KNOWN = {"sbp": 165, "creatinine": 1}


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"age": 70, "labs": KNOWN}, Found),  # two of at least two
        ({"age": 60, "labs": KNOWN}, NotFound),
        ({"age": 70, "medicines": ["warfarin 5 mg daily"]}, CannotTell),  # one to four
        ({"age": 70, "labs": KNOWN, "medicines": ["warfarin 5 mg daily"]}, Found),  # two or three
        ({"age": 70, "labs": KNOWN, "unread": ["Condition"]}, CannotTell),
    ],
)
def test_a_range_answers_where_all_of_it_does(given: dict[str, Any], answer: type) -> None:
    assert type(_ask("has-bled", "cha2ds2vasc.men", **given)) is answer


def test_the_sentence_names_the_score_and_its_inputs() -> None:
    found = _ask("has-bled", "cha2ds2vasc.men", age=70, labs=KNOWN)
    assert isinstance(found, Found)
    assert found.words == (("score", "HAS-BLED 2"),)
    assert found.inputs


def test_a_score_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LookupError, match="no score 'has-blood'"):
        _ask("has-blood", "cha2ds2vasc.men")
