"""What the chart says of a gene: the phenotype a laboratory reported, in coded or plain words."""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.assessment.chart_index import ChartIndex
from app.assessment.sentences import day
from app.domain.assessment import Input
from app.domain.chart import Finding
from app.domain.codes import Concept
from app.knowledge.phenotypes import CARRIER, ENDINGS, Genotypes

_PRESENT = frozenset({"positive", "present", "detected", "carrier"})
_ABSENT = frozenset({"negative", "absent", "not detected", "not present"})
# A/G and AG, but not the G>A that names the position.
_ALLELES = re.compile(r"(?<![A-Za-z>])([ACGT])/?([ACGT])(?![A-Za-z/>])")
_DASHES = str.maketrans("\u2212\u2013", "--")


@dataclass(frozen=True, slots=True)
class GeneResult:
    """One result about a gene. `phenotype` is empty where its words are none that advice exists for."""

    gene: str
    phenotype: str
    said: str
    input: Input


def gene_result(index: ChartIndex, gene: str, genotypes: Genotypes = ()) -> GeneResult | None:
    """
    The latest result that names a phenotype; else the latest one about the gene at all.

    A gene is asked for by its symbol (CYP2C19) or, where carriers are meant, by its allele.
    `genotypes` are the rows of genotypes.csv: of a gene named there two alleles say enough.
    """
    alleles = tuple(row for row in genotypes if row.gene == gene)
    coded = {known.finding: known.meaning for known in index.findings.get(gene.lower(), ())}
    every = [f for f in index.chart.findings if f in coded or _about(f, gene)]
    dated = [f for f in every if f.taken is None or f.taken.earliest <= index.as_of]
    dated.sort(key=lambda f: f.taken.text if f.taken else "", reverse=True)
    found = [_result(f, gene, coded.get(f, ""), alleles) for f in dated]
    return next((r for r in found if r.phenotype), found[0] if found else None)


def words_found(index: ChartIndex) -> str:
    """All that was found, in words: where they don't name a gene, only a code can be about it."""
    return " ".join([text for f in index.chart.findings for text in _all_texts(f)])


def _about(finding: Finding, gene: str) -> bool:
    texts = _all_texts(finding)
    return any(gene in text and _named(gene).search(text) for text in texts)


@lru_cache(maxsize=64)
def _named(gene: str) -> re.Pattern[str]:
    """The symbol as a word of its own: CYP2C19 is not CYP2C1, and CYP2C19*2 is about CYP2C19."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(gene)}(?![A-Za-z0-9])")


def _all_texts(finding: Finding) -> list[str]:
    return [*_texts(finding.concept), *_texts(finding.value)]


def _texts(concept: Concept) -> list[str]:
    return [text for text in (concept.text, *(c.display for c in concept.codings)) if text]


def _result(finding: Finding, gene: str, coded: str, alleles: Genotypes) -> GeneResult:
    value = next(iter(_texts(finding.value)), "")
    reported = _genotype(finding, alleles) if alleles else _phenotype(finding, gene)
    meant = coded.replace("-", " ") if coded else reported
    taken = finding.taken
    on = f" on {day(taken.exact)}" if taken and taken.exact else ""
    source = finding.source
    shown = Input(source.resource, source.id, gene, value, date=taken.text[:10] if taken else "")
    return GeneResult(gene, meant, f"{value}{on}", shown)


def _phenotype(finding: Finding, gene: str) -> str:
    said = sorted(_plain(text, gene) for text in _texts(finding.value))
    if "*" in gene:
        carries = {True: f"{gene}{CARRIER}", False: f"no {gene}{CARRIER}"}
        known = [word in _PRESENT for word in said if word in _PRESENT | _ABSENT]
        return carries[known[0]] if known else ""
    return next((s for s in said if s.endswith(ENDINGS)), "")


def _genotype(finding: Finding, alleles: Genotypes) -> str:
    """The alleles at a position that the table knows: without the position they say nothing."""
    named = " ".join(_all_texts(finding)).translate(_DASHES)
    found = {
        "/".join(sorted(pair.groups()))
        for text in _texts(finding.value)
        for pair in _ALLELES.finditer(text)
    }
    meant = {row.meaning for row in alleles if row.marker in named and {row.alleles} == found}
    return meant.pop() if len(meant) == 1 else ""


def _plain(text: str, gene: str) -> str:
    """`CYP2D6 Poor Metaboliser` and `poor metabolizer` are one; so is a likely one, as CPIC has it."""
    words = text.lower().replace("metaboliser", "metabolizer").split()
    return " ".join(w for w in words if w not in {gene.lower(), "likely"})
