"""What a site changes in the knowledge: applied, refused with a line for each mistake, versioned."""

from datetime import date
from pathlib import Path

import pytest

from app.assessment import compile_knowledge
from app.domain.errors import CmmError
from app.knowledge import Knowledge, load_knowledge
from app.knowledge.changes import read_changes
from app.knowledge.rows import GoalRow, InteractionRow
from app.knowledge.site import with_changes

TODAY = date(2026, 11, 22)
DOCUMENT = Path(__file__).parents[2] / "docs" / "clinical.md"
SHIPPED = load_knowledge()
WHO = "by: R. Ortiz PharmD, day: 2026-11-02, why: agreed in committee"
UNREVIEWED = next(i for i in SHIPPED.tables.interactions if i.status == "unreviewed")
OF = f"interactions:{UNREVIEWED.id}"


def site(folder: Path, *changes: str) -> Knowledge:
    lines = "".join(f"- {{{change}, {WHO}}}\n" for change in changes)
    (folder / "site.yaml").write_text(lines, "utf-8")
    return with_changes(SHIPPED, read_changes(folder), TODAY)


def refused(folder: Path, *changes: str) -> str:
    with pytest.raises(CmmError) as error:
        site(folder, *changes)
    assert error.value.code == "CMM-0311"
    return error.value.message


def interaction(knowledge: Knowledge) -> InteractionRow:
    return next(i for i in knowledge.tables.interactions if i.id == UNREVIEWED.id)


def goal(knowledge: Knowledge) -> GoalRow:
    return next(g for g in knowledge.tables.goals if g.id == "goal-htn-sbp")


def test_a_rule_that_is_disabled_is_gone(tmp_path: Path) -> None:
    here = site(tmp_path, "change: disable, of: U09")
    assert here.rule("U09") is None
    assert len(here.rules) == len(SHIPPED.rules) - 1
    assert compile_knowledge(here).knowledge is here


def test_a_row_that_is_disabled_is_gone(tmp_path: Path) -> None:
    here = site(tmp_path, f'change: disable, of: "{OF}"')
    assert UNREVIEWED not in here.tables.interactions


def test_severity_is_that_of_the_site(tmp_path: Path) -> None:
    here = site(tmp_path, "change: severity, of: U02, severity: low")
    rule = here.rule("U02")
    assert rule is not None
    assert rule.severity == "low"


def test_a_number_of_the_site_says_so_where_it_is_cited(tmp_path: Path) -> None:
    row = goal(site(tmp_path, 'change: value, of: "goals:goal-htn-sbp", value: 140'))
    assert row.value == 140
    assert row.status == "unreviewed"
    assert row.at.endswith("; changed by this site")


def test_a_review_names_who_and_when(tmp_path: Path) -> None:
    row = interaction(site(tmp_path, f'change: reviewed, of: "{OF}"'))
    assert (row.status, row.reviewer) == ("verified", "R. Ortiz PharmD")
    assert row.reviewed == date(2026, 11, 2)


def test_what_nobody_reviewed_never_becomes_high(tmp_path: Path) -> None:
    high = f'change: severity, of: "{OF}", severity: high'
    assert f"site.yaml, entry 1: {OF} would be of high severity" in refused(tmp_path, high)
    here = site(tmp_path, high, f'change: reviewed, of: "{OF}"')
    assert interaction(here).severity == "high"


def test_a_high_rule_never_rests_on_a_number_nobody_reviewed(tmp_path: Path) -> None:
    lower = 'change: value, of: "constants:renal.metformin.stop", value: 25'
    said = refused(tmp_path, lower)
    assert "S13a is of high severity and stands on constants:renal.metformin.stop" in said
    here = site(tmp_path, lower, 'change: reviewed, of: "constants:renal.metformin.stop"')
    assert here.constants["renal.metformin.stop"].value == 25
    assert compile_knowledge(here).rules


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("change: disabled, of: U09", "disabled"),
        ("change: disable, of: X99", "there is no rule 'X99'"),
        ('change: disable, of: "constants:age.older"', "is used by rules"),
        ("change: severity, of: U09, severity: grave", "grave"),
        ("change: severity, of: S10, severity: low", "has no severity of its own"),
        ("change: severity, of: U09", "severity"),
        ("change: value, of: U09, value: 3", "neither a goal nor a constant"),
        ('change: value, of: "goals:goal-htn-sbp"', "a new `value` is needed"),
        ('change: value, of: "goals:goal-htn-sbp", high: 3', "has no upper end"),
        ('change: value, of: "goals:goal-thyroid-tsh", value: 9', "9 to 4.5 is no range"),
        ("change: reviewed, of: S10", "each row of S10 is reviewed by itself"),
        ("change: disable, of: U09, place: x", "no field `place`"),
        ("change: disable, of: U09, value: 3", "`value` is no field of `change: disable`"),
        (
            'change: value, of: "goals:goal-htn-sbp", value: many',
            "`value` is 'many' and must be a n",
        ),
        ("change: disable, of: 9", "`of` is 9 and must be a rule's id"),
        ("of: U09", "`change` is missing: disable, severity, value or reviewed"),
    ],
)
def test_a_mistake_is_said_in_a_line_with_its_place(tmp_path: Path, change: str, said: str) -> None:
    first, *lines = refused(tmp_path, change).splitlines()
    assert first == "The site's changes can't be used."
    assert [line.startswith("  site.yaml, entry 1: ") for line in lines] == [True]
    assert said in lines[0]


@pytest.mark.parametrize("field", ["by", "day", "why"])
def test_who_when_and_why_are_needed(tmp_path: Path, field: str) -> None:
    given = {"by": "R. Ortiz", "day": "2026-11-02", "why": "agreed"}
    del given[field]
    told = ", ".join(f"{name}: {value}" for name, value in given.items())
    (tmp_path / "site.yaml").write_text(f"- {{change: disable, of: U09, {told}}}\n", "utf-8")
    with pytest.raises(CmmError, match=f"`{field}` is missing: "):
        read_changes(tmp_path)


def test_a_blank_name_is_no_name(tmp_path: Path) -> None:
    text = '- {change: reviewed, of: U09, by: " ", day: 2026-11-02, why: read}\n'
    (tmp_path / "site.yaml").write_text(text, "utf-8")
    with pytest.raises(CmmError, match="`by` is ' ' and must be the name of who changed it"):
        read_changes(tmp_path)


@pytest.mark.parametrize("entry", ["3", "[a]", "~"])
def test_what_is_no_entry_is_said_so(tmp_path: Path, entry: str) -> None:
    (tmp_path / "site.yaml").write_text(f"- {entry}\n", "utf-8")
    with pytest.raises(CmmError, match="entry 1: is no change: write its fields"):
        read_changes(tmp_path)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, "change: disable, of: X98", "change: disable, of: X99")
    assert "entry 1" in said
    assert "entry 2" in said


def test_a_day_still_to_come_is_refused(tmp_path: Path) -> None:
    text = "- {change: disable, of: U09, by: R. Ortiz, day: 2026-11-23, why: later}\n"
    (tmp_path / "site.yaml").write_text(text, "utf-8")
    with pytest.raises(CmmError, match="2026-11-23 is still to come"):
        with_changes(SHIPPED, read_changes(tmp_path), TODAY)


def test_the_same_thing_is_not_changed_twice(tmp_path: Path) -> None:
    twice = ("change: disable, of: U09", "change: disable, of: U09")
    assert "entry 2: U09 was changed that way in site.yaml, entry 1" in refused(tmp_path, *twice)


def test_the_last_row_of_a_rule_is_not_taken_away(tmp_path: Path) -> None:
    said = refused(tmp_path, 'change: disable, of: "age_cautions:age-meprobamate"')
    assert "is all that S01j has to say: disable the rule" in said


def test_a_folder_without_changes_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(CmmError, match=r"no folder with \.yaml files"):
        read_changes(tmp_path)


def test_the_version_follows_the_changes_and_not_their_layout(tmp_path: Path) -> None:
    one = site(tmp_path, "change: disable, of: U09")
    assert one.version.startswith(f"{SHIPPED.version}+site.")
    (tmp_path / "site.yaml").rename(tmp_path / "renamed.yaml")
    assert with_changes(SHIPPED, read_changes(tmp_path), TODAY).version == one.version
    (tmp_path / "renamed.yaml").unlink()
    assert site(tmp_path, "change: disable, of: U03").version != one.version


def test_the_example_of_the_documents_can_be_used(tmp_path: Path) -> None:
    example = DOCUMENT.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "site.yaml").write_text(example, "utf-8")
    assert len(with_changes(SHIPPED, read_changes(tmp_path), TODAY).changes) == 4
