"""A visit: one request inside one launched session, checked before a route sees it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import latest_plan, signer_key
from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.domain.follow_up import GoalProgress, PrescriberResponse
from app.domain.people import Person
from app.domain.plan import ActionPlan
from app.followup import FollowUp
from app.ops.clock import Clock
from app.planning.context import stated
from app.planning.continuing import continuing
from app.planning.draft import Draft, Editor
from app.planning.listing import remembering
from app.planning.merging import logged, merge
from app.store import drafts, responses
from app.store.database import chart_key, person_key
from app.web.cases import Case, Told
from app.web.cookies import browser_key
from app.web.look import look
from app.web.protection import allow_frame, form_token, require_form_token, require_same_origin
from app.web.services import CurrentServices, Services
from app.web.words import concept
from launch.context import LaunchContext

BRIEFLY = 3.0  # seconds a page waits for the chart before it shows the progress


@dataclass
class Visit:
    """The session's context, its case, and what every page of it needs."""

    services: Services
    session_id: str
    browser: str
    context: LaunchContext
    case: Case
    # The drafts this request has read, by version: what its change was made from.
    read: dict[int, Draft] = field(default_factory=dict, kw_only=True)

    @property
    def root(self) -> str:
        return f"/s/{self.session_id}"

    @property
    def clock(self) -> Clock:
        return self.services.clock

    @property
    def chart_key(self) -> str:
        return chart_key(self.context.tenant, self.context.patient)

    @property
    def user_key(self) -> str:
        return person_key(self.context.user.issuer, self.context.user.subject)

    @property
    def draft_key(self) -> str:
        """One draft for each chart: whoever works on it works on the same one."""
        return self.chart_key

    @property
    def author(self) -> Person:
        user = self.context.user
        return Person(name=user.name or "Signed-in clinician", reference=user.fhir_user or "")

    @property
    def editor(self) -> Editor:
        """A name is only for reading: two people may have the same one."""
        return Editor(self.author.name, signer_key(self.context))

    def goto(self, step: str) -> RedirectResponse:
        return RedirectResponse(f"{self.root}/{step}", status_code=303)

    async def draft(self) -> tuple[Draft, int]:
        """The draft of this chart, and the version a change of it is made from."""
        return await self.services.database.read(self.draft_in)

    def draft_in(self, connection: Connection) -> tuple[Draft, int]:
        """The same within a transaction."""
        stored = drafts.load(connection, self.services.seal, self.draft_key)
        seen = stored.version if stored else drafts.NEW
        draft = Draft(plan_id=str(uuid.uuid4()))
        if stored and stored.body:
            draft = msgspec.json.decode(stored.body, type=Draft)
        plan = latest_plan(connection, self.services.seal, self.chart_key)
        self.read[seen] = self.going_on(draft, plan)
        return self.read[seen], seen

    def going_on(self, draft: Draft, plan: ActionPlan | None) -> Draft:
        """With what the plan that was signed last holds."""
        return remembering(draft, plan)

    def signed_before(
        self, connection: Connection
    ) -> tuple[ActionPlan | None, tuple[PrescriberResponse, ...]]:
        """The plan signed last on this chart, and the answers to it since."""
        seal = self.services.seal
        plan = latest_plan(connection, seal, self.chart_key)
        if plan is None:
            return None, ()
        bodies = responses.of_plan(connection, seal, self.chart_key, plan.id)
        every = (msgspec.json.decode(b, type=PrescriberResponse) for b in bodies)
        return plan, tuple(r for r in every if r not in plan.responses)

    async def save(self, draft: Draft, seen: int) -> None:
        await self._saved(lambda c: self._save_in(c, draft, seen))

    async def save_audited(
        self, draft: Draft, seen: int, kind: str, detail: Mapping[str, str | int]
    ) -> None:
        """The change and its event in one transaction."""
        event = AuditEvent(
            kind=kind,
            at=self.clock(),
            tenant=self.context.tenant,
            chart=self.chart_key,
            user=self.user_key,
            detail=detail,
        )

        def work(connection: Connection) -> None:
            self._save_in(connection, draft, seen)
            record(connection, event)

        await self._saved(work)

    async def _saved(self, work: Callable[[Connection], None]) -> None:
        """Where another save came between reading and writing it is done once more, upon that one."""
        try:
            await self.services.database.run(work)
        except CmmError as error:
            if error.code != drafts.CHANGED:
                raise
            await self.services.database.run(work)

    def _save_in(self, connection: Connection, draft: Draft, seen: int) -> None:
        """Joined with what anybody saved since `seen`, and with its changes in the history."""
        by, at, seal = self.editor, self.clock(), self.services.seal
        base = self.read[seen]
        made = logged(base, draft, by=by, at=at)
        theirs, version = self.draft_in(connection)
        if version != seen:
            made = merge(base, made, theirs, by=by, at=at)
        body = msgspec.json.encode(made)
        drafts.save(connection, seal, self.draft_key, body, seen=version, at=at)


@dataclass
class OpenVisit(Visit):
    """A visit whose chart has been read; its list is the settled one, and that is assessed."""

    chart: Chart
    assessment: Assessment
    before: ActionPlan | None = None  # the plan that was signed last on this chart
    responses: tuple[PrescriberResponse, ...] = ()  # answers to it that no version holds yet
    followed: FollowUp | None = None  # and what today's chart says of it

    @property
    def reopened(self) -> tuple[str, ...]:
        """Problems set aside before whose context has changed since."""
        outcomes = self.followed.outcomes if self.followed else ()
        return tuple(o.problem for o in outcomes if o.reopened)

    @property
    def reached(self) -> dict[str, GoalProgress | None]:
        """How the goals of the last plan stand."""
        return {g.key: g.progress for g in self.followed.goals} if self.followed else {}

    def going_on(self, draft: Draft, plan: ActionPlan | None) -> Draft:
        """
        What the last plan holds goes on until this review says otherwise. Where a colleague signed since
        this request began it is that plan's, and what had changed since the one before is settled in it.
        """
        known = self.before.version_id if self.before else ""
        reopened = self.reopened if plan and plan.version_id == known else ()
        return continuing(super().going_on(draft, plan), plan, self.assessment, reopened)

    def page_values(self, current: str) -> dict[str, Any]:
        """What the frame of every page shows."""
        return {
            "root": self.root,
            "current": current,
            "patient": self.chart.patient,
            "banner": self.context.need_patient_banner,
            "as_of": self.case.as_of,
            "allergy_line": allergy_line(self.chart),
            "form_token": form_token(self.browser, self.session_id),
            "chart": self.chart,
            "assessment": self.assessment,
            "before": self.before,
        }


def allergy_line(chart: Chart) -> str:
    """The banner's allergies; not read and not recorded are different from none."""
    unread = "AllergyIntolerance" in chart.unread
    active = [a for a in chart.allergies if a.active]
    if not active:
        return "Not read" if unread else "None recorded"
    named = ", ".join(concept(a.concept) for a in active[:3])
    more = f" and {len(active) - 3} more" if len(active) > 3 else ""
    return f"{named}{more}{'; not all were read' if unread else ''}"


class CookieBlockedError(CmmError):
    """No cookie of ours came back; `launch_again` is an address that works in a window of its own."""

    def __init__(self, launch_again: str = "") -> None:
        super().__init__(
            "CMM-1301",
            "Your browser did not send our sign-in cookie, so the chart can't be opened here. "
            "Open Concordance again from the patient's chart, or in a new window.",
            403,
        )
        self.launch_again = launch_again


class NotReadError(CmmError):
    """The chart could not be read; `again` is where it is tried once more, empty where that is in vain."""

    def __init__(self, why: CmmError, again: str) -> None:
        super().__init__(why.code, why.message, why.status)
        self.again = "" if why.status == 401 else again


class ChartNotReadyError(Exception):
    """The chart is still being read: the browser is sent to the progress page."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self.root = root


async def visit(request: Request, session_id: str, services: CurrentServices) -> Visit:
    """Finds the session for this browser; raises the launch's own errors when there is none."""
    key = browser_key(request)
    if key is None:
        raise CookieBlockedError
    context = await services.smart.sessions.context(session_id, key)
    tenant = services.tenants.by_name(context.tenant)
    allow_frame(request, tenant)
    look().style = services.styles.path_of(tenant, context.smart_style_url)
    if request.method != "GET":
        require_same_origin(request, services.settings.public_url)
        form = await request.form()
        require_form_token(str(form.get("token", "")), key, session_id)
    case = services.cases.open(session_id, context)
    return Visit(services, session_id, key, context, case)


CurrentVisit = Annotated[Visit, Depends(visit)]


def must_not_have_failed(visit: Visit) -> None:
    """Says once why the chart could not be read: most of it passes, and a reload has to help."""
    failure = visit.case.failure
    if failure is not None:
        visit.services.cases.told(visit.case)
        raise NotReadError(failure, f"{visit.root}/opening")


async def open_visit(current: CurrentVisit, partly: str = "") -> OpenVisit:
    """Waits briefly for the chart; what takes longer is shown as progress, `partly` is not waited for."""
    case = current.case
    if partly:
        case.patience.enough()
    await current.services.cases.wait(case, BRIEFLY)
    must_not_have_failed(current)
    if case.chart is None:
        raise ChartNotReadyError(current.root)
    services = current.services
    draft, _ = await current.draft()
    before, answers = await services.database.read(current.signed_before)
    told = Told(draft.settlements, draft.told, tuple(stated(draft, before)))
    settled = await services.cases.settled(case, told)
    if settled is None:
        raise ChartNotReadyError(current.root)
    return OpenVisit(
        **vars(current),
        chart=settled.chart,
        assessment=settled.assessment,
        before=before,
        responses=answers,
        followed=await services.cases.followed(case, settled, before, answers),
    )


CurrentOpenVisit = Annotated[OpenVisit, Depends(open_visit)]
