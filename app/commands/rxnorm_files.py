"""The files of an RxNorm release (RRF): their columns, and the few rows of them that are kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.commands.files import must_list, no_text, unreadable
from app.domain.errors import CmmError
from app.terminology.ndc import eleven_digits
from app.terminology.words import phrase

Row = tuple[int | str, ...]
Fields = list[str]

# The term types an entry of a chart may be coded with, and what leads from them to ingredients
# (RxNorm Technical Documentation, appendix 5).
_TERM_TYPES = "IN PIN MIN BN SCD SBD SCDC SBDC SCDF SBDF SCDG SBDG SCDGP SCDFP SBDFP GPCK BPCK"
TERM_TYPES = frozenset(_TERM_TYPES.split())
NAMED = frozenset({"IN", "PIN", "BN", "SY"})
# RXCUI2 stands in this relation to RXCUI1 (appendix 1).
_RELATIONS = "has_ingredient has_ingredients consists_of contains form_of has_part tradename_of"
RELATIONS = frozenset(_RELATIONS.split())
_ATC_SUBSTANCE = 7  # characters of a code of the fifth level


@dataclass(frozen=True, slots=True)
class RrfFile:
    """
    One file: how many columns it has, and what of a line is kept, table by table.

    Column numbers are those of RxNorm Technical Documentation, section 12.
    """

    name: str
    columns: int
    keep: Callable[[Fields], Iterator[tuple[str, Row]]]
    required: bool = True


def _concepts(f: Fields) -> Iterator[tuple[str, Row]]:
    """RXNCONSO: RXCUI 0, SAB 11, TTY 12, CODE 13, STR 14, SUPPRESS 16."""
    source, term_type, name = f[11], f[12], f[14]
    if source == "ATC" and term_type == "IN" and len(f[13]) == _ATC_SUBSTANCE:
        yield "atc", (f[13], int(f[0]))
    if source != "RXNORM":
        return
    if term_type in TERM_TYPES:
        yield "concept", (int(f[0]), term_type, name)
    if term_type in NAMED:
        yield "named", (phrase(name), int(f[0]), name)


def _relations(f: Fields) -> Iterator[tuple[str, Row]]:
    """RXNREL: RXCUI1 0, RXCUI2 4, RELA 7, SAB 10."""
    if f[10] == "RXNORM" and f[7] in RELATIONS and f[0] and f[4]:
        yield "relation", (f[7], int(f[4]), int(f[0]))


def _attributes(f: Fields) -> Iterator[tuple[str, Row]]:
    """RXNSAT: RXCUI 0, ATN 8, SAB 9, ATV 10, SUPPRESS 11."""
    if f[8] == "NDC" and f[9] == "RXNORM":
        codes = eleven_digits(f[10])
        if len(codes) == 1:
            yield "ndc", (codes[0], int(f[0]), int(f[11] in {"N", ""}))


def _archive(f: Fields) -> Iterator[tuple[str, Row]]:
    """RXNATOMARCHIVE: STR 2, RXCUI 12, SAB 13, TTY 14, MERGED_TO_RXCUI 15."""
    if f[13] != "RXNORM" or f[14] not in TERM_TYPES or not f[12]:
        return
    if f[15] and f[15] != f[12]:
        yield "moved", (int(f[12]), int(f[15]))
    yield "archive", (int(f[12]), f[2])


def _history(f: Fields) -> Iterator[tuple[str, Row]]:
    """RXNCUI: CUI1 0, CUI2 4; a code that points to itself was retired without a successor."""
    if f[0] and f[4] and f[0] != f[4]:
        yield "moved", (int(f[0]), int(f[4]))


FILES = (
    RrfFile("RXNCONSO.RRF", 18, _concepts),
    RrfFile("RXNREL.RRF", 16, _relations),
    RrfFile("RXNSAT.RRF", 13, _attributes),
    RrfFile("RXNATOMARCHIVE.RRF", 16, _archive, required=False),
    RrfFile("RXNCUI.RRF", 5, _history, required=False),
)


def found_in(folder: Path) -> dict[RrfFile, Path]:
    """The files of a release, in the folder or in its `rrf`; raises CMM-6011 for a missing one."""
    must_list(folder)
    places = (folder, folder / "rrf")
    found = {
        file: path
        for file in FILES
        for path in [next((p / file.name for p in places if (p / file.name).exists()), None)]
        if path
    }
    for file in FILES:
        if file.required and file not in found:
            raise CmmError(
                "CMM-6011",
                f"{file.name} is not in {folder}: unpack the RxNorm release there and try again.",
            )
    return found


def lines_of(file: RrfFile, path: Path) -> Iterator[Fields]:
    """The fields of every line; raises CMM-6012 for a line with another number of columns."""
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                fields = line.rstrip("\r\n").split("|")
                if len(fields) != file.columns + 1:  # each column ends with a bar
                    raise CmmError(
                        "CMM-6012",
                        f"{file.name} line {number} has {len(fields) - 1} columns, not {file.columns}: "
                        "download the release again, or check that it is RxNorm in RRF.",
                    )
                yield fields
    except UnicodeDecodeError:
        raise no_text(path, "download the release again") from None
    except OSError as problem:
        raise unreadable(path, problem) from None
