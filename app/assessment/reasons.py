"""A finding in words: why, what is said beside it, and what to do."""

from app.assessment.chart_index import ChartIndex
from app.assessment.findings import FIRST_TAKE_IT, Finding, by_exposure, first_take_it
from app.assessment.outcomes import Hit
from app.assessment.sentences import fill, listed, sentence, told, written
from app.domain.assessment import Input, Need, Recommendation
from app.domain.values import Single


class Reason(Single, frozen=True):
    """Why one finding was raised. What only the line that speaks needs is put together when asked."""

    finding: Finding
    words: dict[str, str]
    said: str  # without what is added about lines that are not taken
    asides: tuple[str, ...]

    @property
    def because(self) -> str:
        return " ".join((self.said, *self.asides))

    @property
    def title(self) -> str:
        return told(self.finding.hit.rule.rule.title, self.words).rstrip(".")

    @property
    def short(self) -> str:
        return fill(self.finding.hit.rule.rule.problem.short, self.words)

    @property
    def to_do(self) -> str:
        if first_take_it(self.finding.hit):
            return FIRST_TAKE_IT.text
        return told(self.finding.hit.rule.rule.recommend.text, self.words)

    @property
    def recommendation(self) -> Recommendation:
        if first_take_it(self.finding.hit):
            return FIRST_TAKE_IT
        recommend = self.finding.hit.rule.rule.recommend
        plain = told(recommend.plain, self.words)
        return Recommendation(self.finding.action, self.to_do, plain, recommend.alternatives)

    @property
    def inputs(self) -> tuple[Input, ...]:
        hit = self.finding.hit
        every = (*(x.input for x in hit.lines), *hit.found.inputs)
        return tuple(i for i in dict.fromkeys(every) if i.id)

    @property
    def fact(self) -> tuple[object, ...]:
        """Two findings of one fact say the same in other words."""
        hit, acted = self.finding.hit, self.finding.acted
        own = {x.input.id for x in hit.lines}
        rest = frozenset(i.id for i in hit.found.inputs) - own
        if rest:
            return ("data", acted, rest)
        if self.finding.over == "age_cautions":
            return ("age", acted)
        return ("said", self.said)


def reason_of(finding: Finding, index: ChartIndex) -> Reason:
    words = _words(finding.hit, index)
    said = told(finding.hit.rule.rule.because, words)
    return Reason(finding, words, said, _asides(finding, index))


def _words(hit: Hit, index: ChartIndex) -> dict[str, str]:
    words = {"medicine": listed(x.name for x in hit.lines)}
    if on := listed(x.name for x in hit.lines if x.taken):
        words["attached"] = on
    if index.age is not None:
        words["age"] = str(index.age)
    if len(hit.lines) == 1:
        medicine = hit.lines[0].medicine
        words["dose"] = written(medicine.daily_dose.text or medicine.sig or "dose not recorded")
        if medicine.sig:
            words["sig"] = medicine.sig
    together: dict[str, list[str]] = {}
    for key, text in hit.found.words:
        together.setdefault(key, []).append(text)
    words |= {key: listed(texts) for key, texts in together.items()}
    return words | (dict(hit.row.words) if hit.row else {})


def _asides(finding: Finding, index: ChartIndex) -> tuple[str, ...]:
    """What keeps the reader from trusting the reason too far."""
    hit = finding.hit
    resumed = ": this holds if it is resumed" if by_exposure(hit) else ""
    untaken = [x for x in hit.lines if not x.taken and hit.rule.need is not Need.ADHERENCE]
    parts = [sentence(f"{x.name} is {x.untaken}{resumed}") for x in untaken]
    parts += [sentence(c) for c in hit.found.caveats]
    parts += [finding.held] if finding.held else _beside(finding, index)
    return tuple(parts)


def _beside(finding: Finding, index: ChartIndex) -> list[str]:
    """What is known of the person that the advice has to be weighed against."""
    rule = finding.hit.rule.rule
    return [said for hold in index.holds if (said := hold.beside(rule, finding.severity))]
