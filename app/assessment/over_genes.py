"""Medicines whose effect depends on a gene, where the chart holds the phenotype."""

from collections.abc import Iterable, Sequence

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.genes import GeneResult, gene_result, words_found
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Open, Outcome, RowFacts
from app.assessment.resolving import Resolver
from app.knowledge.phenotypes import CARRIER
from app.knowledge.rows import PharmacogenomicRow
from app.knowledge.subjects import Subject


def genes(rule: CompiledRule, rows: Sequence[PharmacogenomicRow], resolver: Resolver) -> Check:
    """Without a result there is nothing to say: most patients were never tested."""
    pairs: dict[tuple[str, str], list[PharmacogenomicRow]] = {}
    for row in rows:
        resolver.known([Subject("ingredient", row.ingredient)])
        pairs.setdefault((_asked(row), row.ingredient), []).append(row)
    genotypes = resolver.knowledge.tables.genotypes
    medicines = frozenset(Subject("ingredient", ingredient) for _, ingredient in pairs)

    def check(index: ChartIndex) -> Iterable[Outcome]:
        if not index.chart.findings or index.subjects.isdisjoint(medicines):
            return
        named = words_found(index)
        results: dict[str, GeneResult | None] = {}
        for (gene, ingredient), of_pair in pairs.items():
            for line in index.of((Subject("ingredient", ingredient),)):
                if gene not in results:
                    told = gene in named or gene.lower() in index.findings
                    results[gene] = gene_result(index, gene, genotypes) if told else None
                if result := results[gene]:
                    yield _one(rule, line, of_pair, result, resolver)

    return check


def _asked(row: PharmacogenomicRow) -> str:
    """Two alleles of HLA-B are two questions: a patient can carry one and not the other."""
    allele = row.phenotype.removesuffix(CARRIER)
    return allele if allele != row.phenotype else row.gene


def _phenotypes(row: PharmacogenomicRow) -> frozenset[str]:
    return frozenset(row.phenotype.split("|"))


def _one(
    rule: CompiledRule,
    line: Line,
    rows: Sequence[PharmacogenomicRow],
    result: GeneResult,
    resolver: Resolver,
) -> Outcome:
    if not result.phenotype:
        return Open(rule, line, (f"{result.gene} phenotype (recorded: {result.said})",))
    meant = [
        row
        for row in rows
        if result.phenotype in _phenotypes(row)
        and (not row.route or line.route in row.route.split("|"))
    ]
    if not meant:
        return Looked(rule, line, f"{result.gene} {result.phenotype}: nothing to change")
    row = meant[0]
    words = {
        "gene": row.gene,
        "phenotype": result.phenotype,
        "result": result.said,
        "level": row.level,
        "advice": row.advice,
    }
    evidence = (resolver.knowledge.citation(row.source, row.at),)
    facts = RowFacts.of(row, words, evidence, row.action)
    return Hit(rule, (line,), Found((line.input, result.input)), facts)
