"""What a gene result can be read as: the phenotypes that advice can be looked up by."""

from app.knowledge.rows import GenotypeRow

# How the phenotypes of CPIC end, whichever the gene.
ENDINGS = ("metabolizer", " function")
CARRIER = " carrier"
Genotypes = tuple[GenotypeRow, ...]


def readable(gene: str, phenotype: str, genotypes: Genotypes) -> bool:
    """Whether some result about the gene is read as this."""
    if phenotype.endswith(CARRIER):
        return "*" in phenotype
    named = {row.meaning for row in genotypes if row.gene == gene}
    return phenotype in named or (not named and phenotype.endswith(ENDINGS))
