"""The knowledge: every fact table and rule, loaded once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from app.domain.assessment import Citation
from app.domain.codes import LOINC, Coding
from app.domain.errors import CmmError
from app.knowledge import holding_rows, list_rows, rows
from app.knowledge.changes import Change
from app.knowledge.classes import Membership, memberships
from app.knowledge.reading import Unreadable, content_of
from app.knowledge.rule import Rule
from app.knowledge.rule_files import read_rules
from app.knowledge.subjects import Subject
from app.knowledge.tables import read_sources, read_table

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tables:
    """The fact tables as rows. Empty by default so that a test can bring only what it needs."""

    sources: dict[str, list_rows.SourceRow] = field(default_factory=dict)
    classes: tuple[rows.ClassRow, ...] = ()
    class_titles: tuple[rows.ClassTitleRow, ...] = ()
    families: tuple[rows.FamilyRow, ...] = ()
    condition_families: tuple[rows.FamilyCodeRow, ...] = ()
    condition_words: tuple[rows.FamilyWordsRow, ...] = ()
    lab_families: tuple[rows.LabCodeRow, ...] = ()
    lab_titles: tuple[rows.LabTitleRow, ...] = ()
    unit_conversions: tuple[rows.ConversionRow, ...] = ()
    finding_families: tuple[rows.FindingRow, ...] = ()
    indications: tuple[rows.IndicationRow, ...] = ()
    constants: tuple[rows.ConstantRow, ...] = ()
    goals: tuple[rows.GoalRow, ...] = ()
    interactions: tuple[rows.InteractionRow, ...] = ()
    drug_conditions: tuple[rows.DrugConditionRow, ...] = ()
    age_cautions: tuple[rows.AgeCautionRow, ...] = ()
    allergy_cross: tuple[rows.AllergyRow, ...] = ()
    adherence_classes: tuple[rows.AdherenceClassRow, ...] = ()
    duplicates: tuple[rows.DuplicateRow, ...] = ()
    max_daily_dose: tuple[rows.MaxDoseRow, ...] = ()
    renal_dosing: tuple[rows.RenalRow, ...] = ()
    monitoring: tuple[rows.MonitoringRow, ...] = ()
    mme_factors: tuple[rows.MmeRow, ...] = ()
    anticholinergic_burden: tuple[rows.ScoreRow, ...] = ()
    sedative_load: tuple[rows.ScoreRow, ...] = ()
    inhaled_steroid_doses: tuple[rows.InhaledSteroidRow, ...] = ()
    regimen_complexity: tuple[rows.ComplexityRow, ...] = ()
    statin_intensity: tuple[rows.StatinRow, ...] = ()
    hf_target_doses: tuple[rows.TargetDoseRow, ...] = ()
    usual_doses: tuple[rows.TargetDoseRow, ...] = ()
    drug_statements: tuple[rows.StatementRow, ...] = ()
    pharmacogenomics: tuple[rows.PharmacogenomicRow, ...] = ()
    genotypes: tuple[rows.GenotypeRow, ...] = ()
    most_prescribed: tuple[rows.PrescribedRow, ...] = ()
    listed_items: tuple[rows.ListedItemRow, ...] = ()
    immunizations: tuple[rows.ImmunizationRow, ...] = ()
    vaccines: tuple[rows.VaccineRow, ...] = ()
    actions: tuple[list_rows.ActionRow, ...] = ()
    rationales: tuple[list_rows.RationaleRow, ...] = ()
    categories: tuple[list_rows.CategoryRow, ...] = ()
    dismissals: tuple[list_rows.DismissalRow, ...] = ()
    barriers: tuple[list_rows.BarrierRow, ...] = ()
    techniques: tuple[list_rows.TechniqueRow, ...] = ()
    units: tuple[list_rows.UnitRow, ...] = ()
    exclusive_families: tuple[list_rows.ExclusiveRow, ...] = ()
    retired_ids: tuple[list_rows.RetiredRow, ...] = ()
    attribute_uses: tuple[list_rows.UseRow, ...] = ()
    suppressors: tuple[holding_rows.SuppressorRow, ...] = ()
    time_to_benefit: tuple[holding_rows.BenefitRow, ...] = ()


TABLES: dict[str, type[rows.Row]] = {
    "classes": rows.ClassRow,
    "class_titles": rows.ClassTitleRow,
    "families": rows.FamilyRow,
    "condition_families": rows.FamilyCodeRow,
    "condition_words": rows.FamilyWordsRow,
    "lab_families": rows.LabCodeRow,
    "lab_titles": rows.LabTitleRow,
    "unit_conversions": rows.ConversionRow,
    "finding_families": rows.FindingRow,
    "indications": rows.IndicationRow,
    "constants": rows.ConstantRow,
    "goals": rows.GoalRow,
    "interactions": rows.InteractionRow,
    "drug_conditions": rows.DrugConditionRow,
    "age_cautions": rows.AgeCautionRow,
    "allergy_cross": rows.AllergyRow,
    "adherence_classes": rows.AdherenceClassRow,
    "duplicates": rows.DuplicateRow,
    "max_daily_dose": rows.MaxDoseRow,
    "renal_dosing": rows.RenalRow,
    "monitoring": rows.MonitoringRow,
    "mme_factors": rows.MmeRow,
    "anticholinergic_burden": rows.ScoreRow,
    "sedative_load": rows.ScoreRow,
    "inhaled_steroid_doses": rows.InhaledSteroidRow,
    "regimen_complexity": rows.ComplexityRow,
    "statin_intensity": rows.StatinRow,
    "hf_target_doses": rows.TargetDoseRow,
    "usual_doses": rows.TargetDoseRow,
    "drug_statements": rows.StatementRow,
    "pharmacogenomics": rows.PharmacogenomicRow,
    "genotypes": rows.GenotypeRow,
    "most_prescribed": rows.PrescribedRow,
    "listed_items": rows.ListedItemRow,
    "immunizations": rows.ImmunizationRow,
    "vaccines": rows.VaccineRow,
    "actions": list_rows.ActionRow,
    "rationales": list_rows.RationaleRow,
    "categories": list_rows.CategoryRow,
    "dismissals": list_rows.DismissalRow,
    "barriers": list_rows.BarrierRow,
    "techniques": list_rows.TechniqueRow,
    "units": list_rows.UnitRow,
    "exclusive_families": list_rows.ExclusiveRow,
    "retired_ids": list_rows.RetiredRow,
    "attribute_uses": list_rows.UseRow,
    "suppressors": holding_rows.SuppressorRow,
    "time_to_benefit": holding_rows.BenefitRow,
}


# The columns that name medicines.
_SUBJECTS = frozenset({"ingredient", "a", "b", "drug", "allergen"})


@dataclass(frozen=True)
class Knowledge:
    """What the program knows about medicines: cited facts, rules, and the version they make up."""

    tables: Tables
    rules: tuple[Rule, ...]
    version: str
    changes: tuple[Change, ...] = ()  # what this site changed

    @cached_property
    def constants(self) -> dict[str, rows.ConstantRow]:
        return {row.id: row for row in self.tables.constants}

    @cached_property
    def membership(self) -> Membership:
        return memberships(self.tables.classes, self.tables.class_titles)

    @cached_property
    def class_titles(self) -> dict[str, str]:
        return {row.class_: row.title for row in self.tables.class_titles}

    @cached_property
    def families(self) -> dict[str, rows.FamilyRow]:
        return {row.family: row for row in self.tables.families}

    @cached_property
    def lab_titles(self) -> dict[str, rows.LabTitleRow]:
        return {row.family: row for row in self.tables.lab_titles}

    @cached_property
    def lab_units(self) -> dict[str, str]:
        """The unit each lab family is compared in: that of its first code."""
        return {row.family: row.unit for row in reversed(self.tables.lab_families)}

    @cached_property
    def findings(self) -> frozenset[tuple[str, str]]:
        return frozenset((row.family, row.meaning) for row in self.tables.finding_families)

    @cached_property
    def actions(self) -> dict[str, list_rows.ActionRow]:
        return {row.code: row for row in self.tables.actions}

    @cached_property
    def rationales(self) -> dict[str, list_rows.RationaleRow]:
        return {row.code: row for row in self.tables.rationales}

    @cached_property
    def categories(self) -> dict[str, list_rows.CategoryRow]:
        return {row.code: row for row in self.tables.categories}

    @cached_property
    def ingredients(self) -> frozenset[str]:
        """Every ingredient some fact names: a rule can only speak of these."""
        named = set(self.indicated)
        for name, held in tables_of(self.tables):
            if _SUBJECTS.intersection(TABLES[name].__struct_fields__):
                named.update(*(ingredients_of(name, row) for row in held))
        return frozenset(named)

    @cached_property
    def indicated(self) -> dict[str, frozenset[str]]:
        """Ingredient -> condition families it is for."""
        uses: dict[str, set[str]] = {}
        for row in self.tables.indications:
            uses.setdefault(row.ingredient, set()).add(row.family)
        return {ingredient: frozenset(families) for ingredient, families in uses.items()}

    def rule(self, id_: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == id_), None)

    def citation(self, source: str, at: str = "") -> Citation:
        row = self.tables.sources[source]
        year = f" ({row.year})" if row.year and row.year not in row.citation else ""
        return Citation(f"{row.citation}{year}", row.url, at)

    def measure(self, family: str) -> Coding | None:
        """The code a lab family is followed by: its first LOINC code, under our own short title."""
        return self._measures.get(family)

    @cached_property
    def _measures(self) -> dict[str, Coding]:
        found: dict[str, Coding] = {}
        for row in self.tables.lab_families:
            found.setdefault(row.family, Coding(LOINC, row.loinc, self.lab_title(row.family)))
        return found

    def lab_title(self, family: str) -> str:
        row = self.lab_titles.get(family)
        return row.title if row else family

    def lab_name(self, family: str) -> str:
        """The name inside a sentence: potassium, eGFR, LDL cholesterol."""
        return _in_a_sentence(
            self.lab_title(family) if family != "crcl" else "creatinine clearance"
        )

    def family_title(self, family: str) -> str:
        row = self.families.get(family)
        return row.title if row else family

    def subject_title(self, subject: Subject) -> str:
        return self.class_titles.get(subject.name, subject.name)


@cache
def _in_a_sentence(title: str) -> str:
    """A name of its own (Asthma Control Test) or an abbreviation (PHQ-9) stays as it is."""
    first, _, rest = title.partition(" ")
    named = first[1:] != first[1:].lower() or any(w.isalpha() and w.istitle() for w in rest.split())
    return title if named else title[:1].lower() + title[1:]


def load_knowledge(folder: Path | None = None) -> Knowledge:
    """
    Reads `data/` and `rules/` below the folder (the one shipped, when none is given).

    What was read is checked for its form here; whether every name in it leads somewhere is
    checked when it is compiled (app.assessment.compile_knowledge).
    """
    home = folder or HERE
    data = home / "data"
    read = {name: read_table(data, name, row) for name, row in TABLES.items()}
    tables = Tables(sources=read_sources(data), **read)  # type: ignore[arg-type]
    _refuse_unsure_alarms(tables)
    return Knowledge(tables, read_rules(home / "rules"), _version(home))


def cited_rows(tables: Tables) -> Iterable[tuple[str, rows.CitedRow]]:
    """Every fact row with the name of its table."""
    for name, row_type in TABLES.items():
        if issubclass(row_type, rows.CitedRow):
            for row in getattr(tables, name):
                yield name, row


def tables_of(tables: Tables) -> Iterable[tuple[str, tuple[rows.Row, ...]]]:
    return ((name, getattr(tables, name)) for name in TABLES)


def ingredients_of(table: str, row: rows.Row) -> set[str]:
    """The ingredients a row names, in a column of their own or among its subjects."""
    if not _SUBJECTS.intersection(TABLES[table].__struct_fields__):
        return set()
    named = {name} if (name := getattr(row, "ingredient", "")) else set()
    for column in _SUBJECTS - {"ingredient"}:
        for part in getattr(row, column, "").split("|"):
            kind, _, subject = part.strip().partition(":")
            if kind == "ingredient":
                named.add(subject)
    return named


def _refuse_unsure_alarms(tables: Tables) -> None:
    """A fact nobody has checked against its source may not alarm anyone."""
    for name, row in cited_rows(tables):
        if row.status == "unreviewed" and getattr(row, "severity", "") == "high":
            raise CmmError(
                "CMM-0304",
                f"{name}.csv, {row.id}: an unreviewed fact may not be of high severity.",
                500,
            )


def _version(home: Path) -> str:
    """Changes with every change of a fact or rule, and with nothing else."""
    digest = hashlib.sha256()
    for part in ("data", "rules"):
        for path in sorted((home / part).rglob("*")):
            if path.suffix not in {".csv", ".yaml"}:
                continue
            digest.update(path.name.encode())
            try:
                digest.update(content_of(path))
            except Unreadable as wrong:
                raise CmmError("CMM-0302", f"{path.name} {wrong}.", 500) from None
    return digest.hexdigest()[:12]
