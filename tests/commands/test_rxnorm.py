"""`cmm rxnorm load`: what is kept of a release, what it adds, and what a failed load leaves."""

import os
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from app.commands.rxnorm import load
from app.domain.codes import ATC, NDC, RXNORM, Coding, Concept
from app.domain.errors import CmmError
from app.domain.medicines import MedicineIdentity
from app.terminology import Vocabulary, identify, load_vocabulary
from tests.commands import rrf

RXNORM_ONLY = frozenset[str]()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder = tmp_path_factory.mktemp("rxnorm")
    load(rrf.write(folder / "rrf"), folder / "rx.sqlite3", frozenset({"ATC"}))
    return load_vocabulary(folder / "rx.sqlite3")


def coded(code: int, loaded: Vocabulary) -> MedicineIdentity | None:
    return identify(Concept("", (Coding(RXNORM, str(code)),)), loaded)


@pytest.mark.parametrize(
    ("code", "ingredients", "form", "release", "brand"),
    [
        (rrf.ZEMBATIDE, ["zembatide"], "", "", ""),
        (rrf.ACETATE, ["zembatide"], "", "", ""),
        (rrf.BOTH, ["metformin", "zembatide"], "", "", ""),
        (rrf.ZEMBARO, ["zembatide"], "", "", "Zembaro"),
        (rrf.ZEMBATIDE_5, ["zembatide"], "", "", ""),
        (rrf.TABLET, ["zembatide"], "tablet", "", ""),
        (rrf.BRANDED, ["zembatide"], "tablet", "", "Zembaro"),
        (rrf.COMBINATION, ["metformin", "zembatide"], "tablet", "extended", ""),
        (rrf.PACK, ["zembatide"], "", "", ""),
        (rrf.MERGED, ["zembatide"], "tablet", "", ""),
        (rrf.LAST_CALLED, ["zembatide"], "tablet", "", ""),
        (rrf.MOVED, ["zembatide"], "tablet", "", ""),
    ],
)
def test_a_code_of_every_kind_is_known(
    code: int, ingredients: list[str], form: str, release: str, brand: str, loaded: Vocabulary
) -> None:
    found = coded(code, loaded)
    assert found is not None
    assert sorted(found.ingredient_names) == ingredients
    assert (found.form, found.release, found.brand) == (form, release, brand)


@pytest.mark.parametrize(
    "code",
    [rrf.DUPLO, rrf.SPLIT, rrf.RETIRED, 9000030],
    ids=["brand of two formulas", "split in two", "retired without successor", "licensed source"],
)
def test_a_code_that_does_not_say_one_medicine_says_none(code: int, loaded: Vocabulary) -> None:
    assert coded(code, loaded) is None


@pytest.mark.parametrize(
    ("system", "code", "known"),
    [
        (NDC, "99999-0001-01", True),
        (NDC, "99999000101", True),
        (NDC, "99999-001-01", True),  # 5-3-2
        (NDC, "99999000201", True),  # no longer current, still what was dispensed
        (NDC, "99999000301", False),  # two medicines
        (NDC, "99999000401", False),  # licensed source
        (ATC, "A99ZZ99", True),
    ],
)
def test_other_codes_lead_to_the_medicine(
    system: str, code: str, known: bool, loaded: Vocabulary
) -> None:
    found = identify(Concept("", (Coding(system, code),)), loaded)
    assert (found is not None and found.ingredient_names == ("zembatide",)) is known


@pytest.mark.parametrize(
    "name", ["zembatide", "zembatidum", "Zembaro 5 mg tab", "zembatide besylate 5 mg"]
)
def test_names_of_the_release_are_recognised(name: str, loaded: Vocabulary) -> None:
    found = identify(Concept(name), loaded)
    assert found is not None
    assert found.ingredient_names == ("zembatide",)


def test_a_reformulated_brand_is_not_recognised_by_name(loaded: Vocabulary) -> None:
    assert identify(Concept("Duplo"), loaded) is None


def test_strengths_are_read_from_the_name(loaded: Vocabulary) -> None:
    found = coded(rrf.COMBINATION, loaded)
    assert found is not None
    assert {s.ingredient: (s.value, s.unit) for s in found.strengths} == {
        "metformin": (Decimal(500), "mg"),
        "zembatide": (Decimal(5), "mg"),
    }


def test_what_is_a_salt_of_others_is_no_medicine_by_name(loaded: Vocabulary) -> None:
    assert identify(Concept("besylate"), loaded) is None


def test_an_ingredient_keeps_the_name_the_knowledge_uses(loaded: Vocabulary) -> None:
    assert loaded.codes[str(rrf.METFORMIN)] is load_vocabulary().codes["6809"]


def test_what_the_release_lacks_is_still_known_from_the_package(loaded: Vocabulary) -> None:
    found = identify(Concept("", (Coding(RXNORM, "861007"),)), loaded)
    assert found is not None
    assert found.ingredient_names == ("metformin",)


def test_atc_is_left_out_without_its_licence(tmp_path: Path) -> None:
    load(rrf.write(tmp_path), tmp_path / "rx.sqlite3", RXNORM_ONLY)
    assert load_vocabulary(tmp_path / "rx.sqlite3").substance("A99ZZ99") is None


def test_says_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(rrf.write(tmp_path), tmp_path / "rx.sqlite3", RXNORM_ONLY)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said[:5]] == [
        "RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF", "RXNATOMARCHIVE.RRF", "RXNCUI.RRF",
    ]  # fmt: skip
    assert said[-1].endswith("15 codes, 4 NDCs, 0 ATC codes, 4 remapped codes")


def test_the_history_files_may_be_missing(tmp_path: Path) -> None:
    """The monthly `prescribe` subset has no archive."""
    rrf.write(tmp_path)
    (tmp_path / "RXNATOMARCHIVE.RRF").unlink()
    (tmp_path / "RXNCUI.RRF").unlink()
    load(tmp_path, tmp_path / "rx.sqlite3", RXNORM_ONLY)
    assert load_vocabulary(tmp_path / "rx.sqlite3").product(str(rrf.TABLET)) is not None


BAD: list[tuple[str, list[str], str, str]] = [
    ("RXNREL", ["1|2|3|"], "CMM-6012", "RXNREL.RRF line 1 has 3 columns, not 16"),
    ("RXNCUI", [rrf.HISTORY[0], "1||||"], "CMM-6012", "RXNCUI.RRF line 2 has 4 columns, not 5"),
    ("RXNSAT", [rrf.attribute(1, "NDC", "99999000101").replace("1|", "x|", 1)], "CMM-6012", "RXNSAT.RRF line 1 has a code that is no number"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "number", "sentence"), BAD)
def test_a_bad_line_is_said_and_the_old_database_stays(
    name: str, lines: list[str], number: str, sentence: str, tmp_path: Path
) -> None:
    target = tmp_path / "rx.sqlite3"
    load(rrf.write(tmp_path / "good"), target, RXNORM_ONLY)
    before = target.read_bytes()
    with pytest.raises(CmmError, match=sentence) as raised:
        load(rrf.write(tmp_path / "bad", **{name: lines}), target, RXNORM_ONLY)
    assert raised.value.code == number
    assert target.read_bytes() == before


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    rrf.write(tmp_path)
    (tmp_path / "RXNREL.RRF").unlink()
    with pytest.raises(CmmError, match=r"RXNREL.RRF is not in") as raised:
        load(tmp_path, tmp_path / "rx.sqlite3", RXNORM_ONLY)
    assert raised.value.code == "CMM-6011"


def test_a_file_that_is_not_text_is_said(tmp_path: Path) -> None:
    rrf.write(tmp_path)
    (tmp_path / "RXNSAT.RRF").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CmmError, match=r"RXNSAT.RRF is no text") as raised:
        load(tmp_path, tmp_path / "rx.sqlite3", RXNORM_ONLY)
    assert raised.value.code == "CMM-2011"


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be looked at" * 30])
def test_a_database_that_is_none_is_said(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "rx.sqlite3").write_bytes(content)
    with pytest.raises(CmmError, match="cmm rxnorm load") as raised:
        load_vocabulary(tmp_path / "rx.sqlite3")
    assert raised.value.code == "CMM-6010"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    rrf.write(tmp_path)
    with pytest.raises(CmmError, match="can't be written") as raised:
        load(tmp_path, tmp_path / "no such folder" / "rx.sqlite3", RXNORM_ONLY)
    assert raised.value.code == "CMM-6013"


def test_rubbish_left_behind_is_thrown_away(tmp_path: Path) -> None:
    rrf.write(tmp_path)
    (tmp_path / "rx.sqlite3.loading").write_bytes(b"rubbish" * 1000)
    load(tmp_path, tmp_path / "rx.sqlite3", RXNORM_ONLY)
    assert load_vocabulary(tmp_path / "rx.sqlite3").product(str(rrf.TABLET)) is not None


def test_a_second_load_beside_the_first_is_refused(tmp_path: Path) -> None:

    rrf.write(tmp_path)
    other = sqlite3.connect(tmp_path / "rx.sqlite3.loading", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CmmError, match="another load is under way; let it end first"):
        load(tmp_path, tmp_path / "rx.sqlite3", RXNORM_ONLY)
    other.close()


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A load that was killed while it waited for its third file, over an older database."""
    target = tmp_path / "rx.sqlite3"
    load(
        rrf.write(tmp_path / "old", RXNSAT=[rrf.attribute(1, "COLOR", "red")]), target, RXNORM_ONLY
    )
    new = rrf.write(tmp_path / "new")
    (new / "RXNSAT.RRF").unlink()
    os.mkfifo(new / "RXNSAT.RRF")
    code = "import sys; from pathlib import Path; from app.commands.rxnorm import load;"
    code += "load(Path(sys.argv[1]), Path(sys.argv[2]), frozenset())"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(new), str(target)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("RXNREL.RRF"):
                break
        with (new / "RXNSAT.RRF").open("w"):  # opens once the load has opened it, too
            process.kill()
    (new / "RXNSAT.RRF").unlink()
    return tmp_path


def test_a_killed_load_leaves_the_old_database_in_use(killed: Path) -> None:
    vocabulary = load_vocabulary(killed / "rx.sqlite3")
    assert vocabulary.product(str(rrf.TABLET)) is not None
    assert vocabulary.package("99999000101") is None


def test_the_next_run_goes_on_where_the_killed_one_stopped(
    killed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (killed / "new" / "RXNSAT.RRF").write_text("".join(f"{line}\n" for line in rrf.ATTRIBUTES))
    load(killed / "new", killed / "rx.sqlite3", RXNORM_ONLY)
    said = capsys.readouterr().err
    assert "RXNREL.RRF: staged by an earlier run" in said
    assert load_vocabulary(killed / "rx.sqlite3").package("99999000101") is not None


def test_the_next_run_starts_anew_when_a_staged_file_has_changed(
    killed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rrf.write(killed / "new", RXNREL=[*rrf.RELATIONS, rrf.RELATIONS[0]])
    load(killed / "new", killed / "rx.sqlite3", RXNORM_ONLY)
    assert "staged by an earlier run" not in capsys.readouterr().err
    assert not (killed / "rx.sqlite3.loading").exists()
