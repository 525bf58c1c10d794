"""`cmm medicines`: charts in, the reconciled list out, with where every entry of the file went."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.chart.from_bundle import chart_from_bundle
from app.commands.files import read_json
from app.commands.medicines_report import as_json, as_table
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.ops.rxnorm import rxnorm_file
from app.terminology import Vocabulary, load_vocabulary

Json = dict[str, Any]


def listed(path: Path, as_of: date, vocabulary: Vocabulary) -> tuple[Chart, Json]:
    """One file's chart and its list."""
    resource = read_json(path)
    chart = chart_from_bundle(resource, as_of, vocabulary)
    return chart, as_json(resource, chart, as_of, vocabulary)


def run(paths: Sequence[Path], as_of: date, style: str) -> int:
    """Prints one list a file; several files give one JSON object a line."""
    vocabulary = load_vocabulary(rxnorm_file())
    if len(paths) == 1:
        chart, found = listed(paths[0], as_of, vocabulary)
        print(as_table(found, chart, as_of) if style == "table" else json.dumps(found, indent=2))
        return 0
    return max([_one_of_many(path, as_of, vocabulary, style) for path in paths], default=0)


def _one_of_many(path: Path, as_of: date, vocabulary: Vocabulary, style: str) -> int:
    """A bad file is said in its own line and does not stop the others."""
    try:
        chart, found = listed(path, as_of, vocabulary)
    except CmmError as error:
        said = f"{error.code} {error.message}"
        print(said if style == "table" else json.dumps({"file": str(path), "error": said}))
        return 1
    if style == "table":
        print(f"{path}\n{as_table(found, chart, as_of)}")
    else:
        print(json.dumps({"file": str(path), **found}), flush=True)
    return 0
