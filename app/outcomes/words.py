"""A report as text: a table to read, and rows for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from app.domain.dates import clinical_date
from app.outcomes.report import Rate, Report
from app.outcomes.tables import ShownRow, ShownTable

HIDDEN = "not shown"
OPENED = "Charts opened"


def count_words(count: int | None) -> str:
    return HIDDEN if count is None else str(count)


def rate_words(rate: Rate) -> str:
    """`20 of 40 (50 %)`; where there is nobody to count, or nothing to show, that."""
    if rate.denominator == 0:
        return "nobody to count yet"
    if rate.denominator is None:
        return HIDDEN if rate.numerator is None else f"{rate.numerator} of a number {HIDDEN}"
    share = "" if rate.percent is None else f" ({rate.percent} %)"
    return f"{count_words(rate.numerator)} of {count_words(rate.denominator)}{share}"


def time_words(report: Report) -> str:
    time = report.time
    # Not "visits": a chart that a prescriber opened to read counts too, and who opened it is not kept.
    opened = f"{OPENED}: {count_words(time.visits)}"
    known = f"{opened}; with start and stop: {count_words(time.timed)}"
    if time.median is None or time.minutes is None:
        return known
    return f"{known}; median {time.median} minutes, together {time.minutes:,} minutes"


def period_words(report: Report) -> str:
    since = report.asked.since
    return (
        f"{f'from {clinical_date(since)} ' if since else ''}to {clinical_date(report.asked.until)}"
    )


def hidden_words(report: Report) -> str:
    """What was hidden and why, where anything can be hidden."""
    if report.smallest <= 1:
        return "Counts of few patients are shown: treat this as identifiable."
    return (
        f"Counts of fewer than {report.smallest} patients, and those that would give them away, "
        "are not shown."
    )


def as_table(report: Report) -> str:
    asked = report.asked
    head = f"Programme outcomes {period_words(report)}"
    where = [f"site {asked.site}" if asked.site else "", asked.pharmacist, asked.payer]
    lines = [", ".join([head, *filter(None, where)]), hidden_words(report), "", "Measures"]
    width = max(len(r.measure.title) for r in report.rates)
    lines += [f"  {r.measure.title:{width}}  {rate_words(r)}" for r in report.rates]
    lines += ["", time_words(report)]
    for table in report.tables:
        lines += ["", *_lines(table)]
    return "\n".join(lines)


def _lines(table: ShownTable) -> Iterator[str]:
    yield table.title
    for row in table.rows:
        counts = (f"{name} {count_words(row.counts[c])}" for c, name in table.columns.items())
        yield f"  {row.title}: {'; '.join(counts)}"
    if table.note:
        yield f"  {table.note}"


def as_csv(report: Report) -> str:
    """One count a line, so that a column more never moves another."""
    rows = [("measure", r.measure.title, *_rate_cells(r)) for r in report.rates]
    lines = [line for one in rows for line in _spread(one)]
    for table in report.tables:
        lines += [line for row in table.rows for line in _counts(table, row)]
    lines += [
        ("time", "All openings", name, count_words(value))
        for name, value in (
            (OPENED, report.time.visits),
            ("With start and stop", report.time.timed),
            ("Minutes", report.time.minutes),
            ("Median minutes", report.time.median),
        )
    ]
    return csv_text(("table", "row", "column", "count"), lines)


def _rate_cells(rate: Rate) -> tuple[str, str, str]:
    share = HIDDEN if rate.percent is None else str(rate.percent)
    return count_words(rate.denominator), count_words(rate.numerator), share


def _spread(cells: tuple[str, str, str, str, str]) -> Iterator[tuple[str, ...]]:
    table, title, *values = cells
    for name, value in zip(("Denominator", "Numerator", "Percent"), values, strict=True):
        yield table, title, name, value


def _counts(table: ShownTable, row: ShownRow) -> Iterator[tuple[str, ...]]:
    for column, name in table.columns.items():
        yield table.key, row.title, name, count_words(row.counts[column])


def csv_text(header: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in line] for line in lines)
    return file.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
