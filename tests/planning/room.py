"""Two people, two screens, one draft, and a chart that changes under them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.plan import ActionPlan, Decision, Verdict
from app.planning.continuing import continuing
from app.planning.draft import Change, Draft, Editor, reopen
from app.planning.merging import Path, decide_seeing, edit, logged, merge, words
from app.planning.sign import sign
from tests.plans import OTHER, PHARMACIST, PROBLEM, signed_plan

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
PROBLEMS = (PROBLEM, OTHER, replace(OTHER, id="mtp-7", title="No statin"))
# Both are called so: what tells them apart is who they are.
NAME = "Dana Lee"
BEFORE = replace(signed_plan(), actions=(), dismissed=(), goals=(), touchpoints=())


@dataclass
class Page:
    """What one person has in front of them: the draft as it was when they last looked."""

    by: str
    seen: int = 0


@dataclass
class Given:
    """One thing somebody gave, and which save that was."""

    by: str
    path: Path
    value: str
    seen: int
    saved: int


@dataclass
class Room:
    """The store: every version that was saved, and what each person gave."""

    saved: list[Draft] = field(default_factory=lambda: [Draft("plan")])
    given: list[Given] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    open_: dict[str, tuple[int, Draft, list[Given]]] = field(default_factory=dict)
    found: frozenset[int] = frozenset({0, 1})

    def page(self, by: str) -> Page:
        return self.pages.setdefault(by, Page(by, len(self.saved) - 1))

    def look(self, by: str) -> None:
        self.page(by).seen = len(self.saved) - 1

    def begin(self, by: str) -> None:
        """A request reads the draft; another one may save before it does. One act, one request."""
        self.save(by)
        self.open_[by] = (len(self.saved) - 1, self.current, [])

    @property
    def current(self) -> Draft:
        return self.saved[-1]

    @property
    def assessment(self) -> Assessment:
        problems = tuple(p for i, p in enumerate(PROBLEMS) if i in self.found)
        return Assessment("p1", START.date(), (), problems, (), (), "2026.11")

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=len(self.given))

    def write(self, by: str, path: Path, value: str) -> None:
        page = self.page(by)
        was = self.saved[page.seen].value(*path) or ""
        self._change(by, path, value, lambda d: self._edited(d, by, path, (was, value)))

    def _edited(self, draft: Draft, by: str, path: Path, values: tuple[str, str]) -> Draft:
        return edit(draft, Change(*path, *values, NAME, self.at, by), draft.value(*path) or "")

    def verdict(self, by: str, problem: str, verdict: Verdict) -> None:
        page = self.page(by)
        before = self.saved[page.seen].decision(problem)
        seen = words(before) if before else ""
        decision = Decision(problem, verdict, note=f"note of {by} {len(self.given)}")
        self._change(
            by,
            (problem, "decisions"),
            words(decision),
            lambda d: decide_seeing(d, decision, seen, by=Editor(NAME, by), at=self.at),
        )

    def take_back(self, by: str, problem: str) -> None:
        self.begin(by)
        read, draft, given = self.open_[by]
        self.open_[by] = (read, reopen(draft, problem), given)

    def _change(self, by: str, path: Path, value: str, how: object) -> None:
        self.begin(by)
        read, draft, given = self.open_[by]
        made = how(draft)  # type: ignore[operator]
        given.append(Given(by, path, value, self.page(by).seen, -1))
        self.open_[by] = (read, made, given)

    def save(self, by: str) -> None:
        if by not in self.open_:
            return
        read, draft, given = self.open_.pop(by)
        base = self.saved[read]
        made = logged(base, draft, by=Editor(NAME, by), at=self.at)
        if read != len(self.saved) - 1:
            made = merge(base, made, self.current, by=Editor(NAME, by), at=self.at)
        self.saved.append(made)
        for one in given:
            one.saved = len(self.saved) - 1
        self.given += given
        self.look(by)

    def signed(self) -> ActionPlan:
        return sign(
            continuing(self.current, BEFORE, self.assessment),
            Chart(BEFORE.patient),
            self.assessment,
            author=PHARMACIST,
            signed_at=START,
            version_id="v2",
            knows_open_ends=True,
            before=BEFORE,
        )
