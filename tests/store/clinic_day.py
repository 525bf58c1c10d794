"""Two people of one name, the EHR, and the real store: one chart's day in a random but repeatable order."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection

from app.delivery import Signing, conflict_of, keep_ours, keep_theirs, print_of
from app.delivery.answers import not_yet_known
from app.delivery.progress import Part, Written
from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.follow_up import (
    ConfirmedOutcome,
    Outcome,
    PrescriberResponse,
    ProposedOutcome,
    Response,
)
from app.domain.people import Person
from app.domain.plan import ActionPlan, Decision, Verdict
from app.followup import FollowUp
from app.planning.continuing import confirm
from app.planning.draft import Draft, reopen
from app.planning.merging import Path, choose, decide_seeing, words
from app.store import outbox, responses
from app.store.database import Database, chart_key
from app.store.outbox import Settlement, State
from app.store.sessions import SqlSessions
from app.web import plan_form
from app.web.ehr_answers import _keep
from app.web.plan_form import Sent
from app.web.routes import planning, signing
from app.web.visit import OpenVisit
from fhir_mappings.write_plan import plan_bundle
from launch.context import LaunchContext, User
from launch.seal import TokenSeal
from launch.stores import StoredSession
from tests.planning.room import PROBLEMS
from tests.plans import LISTS, signed_plan

T = TypeVar("T")
START = datetime(2026, 11, 21, 9, tzinfo=UTC)
PEOPLE = {who: User("https://ehr", who, f"Practitioner/{who}", "Dana Lee") for who in ("a", "b")}
PATHS: tuple[Path, ...] = (
    *(("plan", name) for name in ("patient_words", "contact_frequency")),
    *((f"action-{p.id}", name) for p in PROBLEMS for name in ("text", "monitoring")),
    *(("goal-own-1", name) for name in ("text", "high")),
)
OUTCOMES = (Outcome.RESOLVED, Outcome.NOT_RESOLVED, Outcome.STILL_OPEN)


@dataclass
class Ehr:
    """The CarePlan as it holds it, who wrote each version of it, and its Tasks."""

    plan: dict[str, Any] | None = None
    written: list[str] = field(default_factory=list)
    seen: int = 0  # the version that we wrote, or that the signer saw before writing over it

    def write(self, by: str, plan: dict[str, Any]) -> None:
        self.written.append(by)
        meta = {"versionId": str(len(self.written))}
        self.plan = {**plan, "id": "cp", "meta": meta, "by": by}


@dataclass
class Given:
    """One thing somebody gave, as it should be found again; `at` is None until it was saved."""

    who: str
    path: Path
    value: str
    at: datetime | None = None


@dataclass
class Request:
    """One request that has read and not yet saved."""

    visit: OpenVisit
    made: Draft
    seen: int
    given: list[Given]


class OneThread(Database):
    """Each transaction at once: a thread for each would take most of the time."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        with self.begin() as connection:
            return work(connection)

    async def read(self, work: Callable[[Connection], T]) -> T:
        with self.reading() as connection:
            return work(connection)


@dataclass
class Day:
    database: Database
    seal: TokenSeal
    knowledge: Any
    seed: int
    dice: random.Random = field(init=False)
    ehr: Ehr = field(default_factory=Ehr)
    minutes: int = 0
    found: frozenset[int] = frozenset({0, 1})
    sessions: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[dict[Path, str], int]] = field(default_factory=dict)
    parked: dict[str, Request] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    answers: list[PrescriberResponse] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - repeatable, not secret

    def clock(self) -> datetime:
        """No two moments are the same, so that each save is known by its own."""
        self.minutes += 1
        return START + timedelta(seconds=self.minutes)

    async def launch(self, who: str) -> None:
        """A session that ends takes nothing of the draft with it."""
        store = SqlSessions(self.database)
        if who in self.sessions:
            self.parked.pop(who, None)
            await store.end(self.sessions[who])
        key = f"{self.seed}-{who}-{self.minutes}"
        at, body = self.clock(), self.seal.close(who.encode(), key, "context")
        await store.create(StoredSession(key, body, b"", at, at, at + timedelta(days=9)))
        self.sessions[who] = key

    async def visit(self, who: str) -> OpenVisit:
        """As a request finds it: session, chart of today, last plan, answers, follow-up."""
        session = await SqlSessions(self.database).load(self.sessions[who])
        assert session is not None
        user = PEOPLE[self.seal.open(session.context, session.key, "context").decode()]
        context = LaunchContext("clinic", "https://ehr", f"p{self.seed}", None, user, "", need_patient_banner=True, intent=None, fhir_context=(), smart_style_url=None, launched_at=START)  # fmt: skip
        services = SimpleNamespace(database=self.database, seal=self.seal, clock=self.clock, lists=LISTS, knowledge=self.knowledge)  # fmt: skip
        case = SimpleNamespace(as_of=START.date(), answers_read=False)
        seen = OpenVisit(cast("Any", services), session.key, "", context, cast("Any", case), chart=Chart(signed_plan().patient), assessment=self.assessment)  # fmt: skip
        seen.before, seen.responses = await self.database.run(seen.signed_before)
        seen.followed = self._followed(seen.before) if seen.before else None
        return seen

    @property
    def chart_key(self) -> str:
        return chart_key("clinic", f"p{self.seed}")

    @property
    def assessment(self) -> Assessment:
        problems = tuple(p for i, p in enumerate(PROBLEMS) if i in self.found)
        return Assessment("p1", START.date(), (), problems, (), (), "2026.11")

    def _followed(self, plan: ActionPlan) -> FollowUp:
        agreed = [ProposedOutcome(a.problem.id, None, "Looked at") for a in plan.actions]
        aside = [ProposedOutcome(d.problem.id, None, "Changed", reopened=True) for d in plan.dismissed if 2 in self.found]  # fmt: skip
        return FollowUp(plan.id, plan.version, plan.as_of, START.date(), (*agreed, *aside), (), (), (), ())  # fmt: skip

    # What people do. Each act reads now and saves later: others may come in between.

    async def look(self, who: str) -> None:
        visit = await self.visit(who)
        desk = await signing._desk(visit)
        showing = plan_form.shown(desk.draft, planning._parts(visit, desk.draft), visit.before)
        self.pages[who] = (showing, desk.seen)

    async def act(
        self, who: str, how: Callable[[OpenVisit, Draft], tuple[Draft, Path, str]]
    ) -> None:
        await self.save(who)
        visit = await self.visit(who)
        draft, seen = await visit.draft()
        made, path, value = how(visit, draft)
        given = [Given(visit.editor.key, path, value)] if made != draft else []
        self.parked[who] = Request(visit, made, seen, given)

    async def write(self, who: str) -> None:
        path, value = self.dice.choice(PATHS), f"words {self.minutes}"
        was = self.pages.get(who, ({}, 0))[0].get(path, "")

        def how(visit: OpenVisit, draft: Draft) -> tuple[Draft, Path, str]:
            showing = plan_form.shown(draft, planning._parts(visit, draft), visit.before)
            sent = Sent(now={path: value}, was={path: was})
            by, at = visit.editor, visit.clock()
            return plan_form.taken(draft, sent, showing, by=by, at=at), path, value

        await self.act(who, how)

    async def verdict(self, who: str) -> None:
        problem, verdict = self.dice.choice(PROBLEMS).id, self.dice.choice(list(Verdict))
        decision = Decision(
            problem, verdict, reason="patient-tolerated", note=f"note {self.minutes}"
        )

        def how(visit: OpenVisit, draft: Draft) -> tuple[Draft, Path, str]:
            made = decide_seeing(draft, decision, "", by=visit.editor, at=visit.clock())
            return made, (problem, "decisions"), words(decision)

        await self.act(who, how)

    async def take_back(self, who: str) -> None:
        problem = self.dice.choice(PROBLEMS).id
        await self.act(who, lambda _, d: (reopen(d, problem), (problem, ""), ""))

    async def confirm(self, who: str) -> None:
        outcome, note, pick = self.dice.choice(OUTCOMES), f"note {self.minutes}", self.dice.random()

        def how(visit: OpenVisit, draft: Draft) -> tuple[Draft, Path, str]:
            open_ = visit.followed.outcomes if visit.followed else ()
            if not open_:
                return draft, ("", ""), ""
            problem = open_[int(pick * len(open_))].problem
            said = ConfirmedOutcome(problem, outcome, START.date(), visit.author, note=note)
            return confirm(draft, said), (problem, "outcomes"), words(said)

        await self.act(who, how)

    async def choose(self, who: str) -> None:
        def how(_: OpenVisit, draft: Draft) -> tuple[Draft, Path, str]:
            fields = [c for c in draft.clashes if (c.item, c.name) in PATHS]
            if not fields:
                return draft, ("", ""), ""
            clash = fields[0]
            return choose(draft, clash, other=clash.other), (clash.item, clash.name), clash.other

        await self.act(who, how)

    async def save(self, who: str) -> None:
        request = self.parked.pop(who, None)
        if request is None or not request.given:
            return
        at = self.clock()
        request.visit.services = cast("Any", _at(request.visit.services, at))
        await request.visit.save_audited(request.made, request.seen, "plan-edited", {})
        for one in request.given:
            one.at = at
        self.given += [g for g in request.given if g.path[1]]

    async def save_both(self, _who: str) -> None:
        """On threads of their own, at the same moment."""
        threads = Database(str(self.database.engine.url))
        for request in self.parked.values():
            services = SimpleNamespace(**{**vars(request.visit.services), "database": threads})
            request.visit.services = cast("Any", services)
        await asyncio.gather(self.save("a"), self.save("b"))
        threads.close()

    async def sign(self, who: str) -> None:
        """Only what was looked at is signed; where it changed since it is refused, and looked at anew."""
        visit = await self.visit(who)
        desk = await signing._desk(visit)
        if self.dice.random() < 0.7:
            self.pages[who] = (self.pages[who][0], desk.seen)
        if not desk.begun or self.pages[who][1] != desk.seen:
            self.refused += 1
            return
        plan = signing._plan(visit, desk, knows=True, contact="")
        signed = Signing(
            plan,
            plan_bundle(plan, LISTS),
            "clinic",
            visit.chart_key,
            visit.session_id,
            visit.editor.key,
        )
        if not await signing._commit(visit, signed, desk.seen):
            self.refused += 1

    async def answer(self, who: str) -> None:
        visit = await self.visit(who)
        if visit.before is None or not visit.before.actions:
            return
        key = self.dice.choice(visit.before.actions).key
        said = PrescriberResponse(
            key, Response.DECLINED, self.clock(), visit.author, text=f"no {self.minutes}"
        )
        plan, body = visit.before.id, msgspec.json.encode(said)
        await self.database.run(lambda c: responses.add(c, self.seal, visit.chart_key, plan, body, said.at))  # fmt: skip
        self.answers.append(said)

    # What the EHR does.

    async def deliver(self, _who: str) -> None:
        """Ours goes in while nobody changed the plan there since; else it is a conflict."""
        row = await self.database.run(lambda c: outbox.newest(c, self.chart_key))
        now = self.clock()
        if row is None:
            return
        claim = await self.database.run(lambda c: outbox.claim(c, row["version_id"], now))
        if claim is None:
            return
        over = Written.from_json(claim.written).over
        free = self.ehr.plan is None or int((over and over.version) or self.ehr.seen) == len(self.ehr.written)  # fmt: skip
        if free:
            self.ehr.write("ours", signing_bundle(self.seal, claim))
            self.ehr.seen = len(self.ehr.written)
        part = Part("CarePlan", "cp", str(len(self.ehr.written)))
        written = replace(Written.from_json(claim.written), care_plan=part, parts={"cp": part} if free else {})  # fmt: skip
        state = State.DONE if free else State.CONFLICT
        settled = Settlement(state, state.value, "", written.to_json(), 0)
        await self.database.run(lambda c: outbox.settle(c, claim, settled, now))

    async def other_site(self, _who: str) -> None:
        if self.ehr.plan is not None:
            self.ehr.write("other site", {**self.ehr.plan, "title": f"title {self.minutes}"})

    async def settle_conflict(self, who: str) -> None:
        """As on the page: what was shown must still be what is there."""
        visit = await self.visit(who)
        conflict = await self.database.run(lambda c: conflict_of(c, self.seal, visit.chart_key))
        if conflict is None:
            return
        shown, now = print_of(self.ehr.plan), self.clock()
        if self.dice.random() < 0.3:
            await self.other_site(who)
        if shown != print_of(self.ehr.plan):
            self.refused += 1
            return
        keep, theirs, session = self.dice.random() < 0.5, self.ehr.plan, visit.session_id
        if keep and visit.author.reference == conflict.signer.reference:
            await self.database.run(lambda c: keep_ours(c, self.seal, conflict, theirs, session, now))  # fmt: skip
        else:
            await self.database.run(lambda c: keep_theirs(c, conflict, theirs, now))
            self.ehr.seen = len(self.ehr.written)

    async def answer_there(self, who: str) -> None:
        """A Task's status; it comes in with the next page, and once however often it is read."""
        visit = await self.visit(who)
        plan = visit.before
        if plan is None or not plan.actions:
            return
        key, nurse = self.dice.choice(plan.actions).key, Person("Dr Ray")
        said = PrescriberResponse(key, Response.ACCEPTED, self.clock(), nurse, text=f"yes {self.minutes}", source=f"Task/{key}")  # fmt: skip
        for _ in range(2):
            new = not_yet_known([said], (*plan.responses, *visit.responses))
            await self.database.run(partial(_keep_all, visit=visit, plan=plan, new=new))
        self.answers.append(said)

    async def chart(self, _who: str) -> None:
        self.found = frozenset(i for i in range(3) if self.dice.random() < 0.6)


def _keep_all(
    connection: Connection, visit: OpenVisit, plan: ActionPlan, new: tuple[PrescriberResponse, ...]
) -> None:
    for said in new:
        _keep(connection, visit, plan, said)


def signing_bundle(seal: TokenSeal, claim: outbox.Claim) -> dict[str, Any]:
    bundle = msgspec.json.decode(seal.open(claim.bundle, claim.version_id, "bundle"))
    plans = (e["resource"] for e in bundle["entry"])
    return next(r for r in plans if r["resourceType"] == "CarePlan")


def _at(services: Any, at: datetime) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(services), "clock": lambda: at})


STEPS = (
    *("look", "write", "write", "verdict", "take_back", "confirm", "confirm", "choose"),
    *("save", "save_both", "sign", "sign", "answer", "launch"),
    *("deliver", "deliver", "other_site", "settle_conflict", "answer_there", "chart"),
)


async def lived(day: Day, steps: int) -> Day:
    """So many steps in the order that the seed says; at its end everything that was begun is saved."""
    for who in PEOPLE:
        await day.launch(who)
        await day.look(who)
    if day.seed % 2:  # every other day begins with a plan that the EHR holds
        for step in (day.verdict, day.save, day.look, day.sign, day.deliver):
            await step("a")
    for _ in range(steps):
        step = getattr(day, day.dice.choice(STEPS))
        await step(day.dice.choice(list(PEOPLE)))
    for who in PEOPLE:
        await day.save(who)
    return day
