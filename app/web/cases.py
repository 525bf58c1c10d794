"""Open charts: each launch's chart is read in the background and kept in memory while the session lives."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.exc import SQLAlchemyError

from app.assessment import CompiledKnowledge, assess
from app.chart.read import Patience
from app.chart.settling import settle
from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.domain.follow_up import PrescriberResponse
from app.domain.medicines import PatientReported, Settlement
from app.domain.plan import ActionPlan
from app.followup import FollowUp, between, follow_up
from app.ops.logs import log, place_of
from app.store.database import cannot_keep, why
from app.terminology import Vocabulary
from launch.context import LaunchContext
from launch.errors import LaunchError

Progress = Callable[[str, str], None]
ReadChart = Callable[[str, LaunchContext, Progress, Patience], Awaitable[Chart]]
MOST_OPEN = 500
UNUSED_SECONDS = 900.0  # as long as a session may be idle: after it nobody may see the chart
_OUR_FAULT = (
    "The chart could not be shown because something went wrong on our side. Nothing you signed is "
    "lost. Open Concordance again from the chart, then report the number below."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the clinician made of the list: the answers given, and what the patient said."""

    settlements: tuple[Settlement, ...] = ()
    reports: tuple[PatientReported, ...] = ()
    stated: tuple[str, ...] = ()  # what was said that holds advice back


@dataclass(frozen=True, slots=True)
class Settled:
    """The chart with its list as settled, assessed anew."""

    told: Told
    chart: Chart
    assessment: Assessment


@dataclass
class Case:
    """One open chart. `chart` and `assessment` are as read, None until the reading has ended well."""

    session_id: str
    context: LaunchContext
    as_of: date
    patience: Patience
    progress: dict[str, str] = field(default_factory=dict)
    chart: Chart | None = None
    assessment: Assessment | None = None
    settled: Settled | None = None  # as settled last, so that only a change is assessed again
    followed: tuple[tuple[str, Told, tuple[PrescriberResponse, ...]], FollowUp] | None = None
    answers_read: bool = False  # those that were given in the EHR, once a launch
    failure: CmmError | None = None
    task: asyncio.Task[None] | None = None
    unused: asyncio.TimerHandle | None = None

    @property
    def reading(self) -> bool:
        return self.task is not None and not self.task.done()


class Cases:
    """Chart data is never written to the database: what is not in memory is read again."""

    def __init__(
        self,
        read: ReadChart,
        knowledge: CompiledKnowledge,
        vocabulary: Vocabulary,
        today: Callable[[], date],
    ) -> None:
        self._read = read
        self._knowledge = knowledge
        self._vocabulary = vocabulary
        self._today = today
        self._cases: dict[str, Case] = {}

    def open(self, session_id: str, context: LaunchContext) -> Case:
        """The case of a session; its reading starts if nobody has started it."""
        case = self._cases.get(session_id)
        if case is None:
            return self.reopen(session_id, context)
        self._keep(case)
        return case

    def reopen(self, session_id: str, context: LaunchContext) -> Case:
        """Reads the chart afresh."""
        self.close(session_id)
        while len(self._cases) >= MOST_OPEN:
            self.close(next(iter(self._cases)))
        case = Case(session_id, context, self._today(), Patience())
        case.task = asyncio.create_task(self._fill(case))
        self._keep(case)
        return case

    def _keep(self, case: Case) -> None:
        """Until nobody has used it for a while; the one used last is the last to make room."""
        if case.unused is not None:
            case.unused.cancel()
        case.unused = asyncio.get_running_loop().call_later(
            UNUSED_SECONDS, self.close, case.session_id
        )
        self._cases.pop(case.session_id, None)
        self._cases[case.session_id] = case

    def close(self, session_id: str) -> None:
        case = self._cases.pop(session_id, None)
        if case is None:
            return
        for end in (case.unused, case.task):
            if end is not None:
                end.cancel()

    def told(self, case: Case) -> None:
        """Its failure was shown: who asks for the chart again has it read again."""
        if self._cases.get(case.session_id) is case:
            self.close(case.session_id)

    async def wait(self, case: Case, seconds: float) -> None:
        """Waits for the reading, but never longer than `seconds`."""
        if case.task is not None and not case.task.done():
            await asyncio.wait({case.task}, timeout=seconds)

    async def settled(self, case: Case, told: Told) -> Settled | None:
        """The chart as the clinician settled it; None until it has been read."""
        if case.chart is None or case.assessment is None:
            return None
        if told == Told():
            return Settled(told, case.chart, case.assessment)
        if case.settled is None or case.settled.told != told:
            case.settled = await asyncio.to_thread(self._settle, case.chart, told, case.as_of)
        return case.settled

    async def followed(
        self,
        case: Case,
        today: Settled,
        plan: ActionPlan | None,
        responses: tuple[PrescriberResponse, ...],
    ) -> FollowUp | None:
        """What today's chart says of the plan that was signed last; None where none was."""
        if plan is None:
            return None
        key = (plan.version_id, today.told, responses)
        if case.followed is None or case.followed[0] != key:
            two = between(plan, today.chart, today.assessment, self._knowledge)
            case.followed = (key, await asyncio.to_thread(follow_up, two, responses))
        return case.followed[1]

    def _settle(self, chart: Chart, told: Told, as_of: date) -> Settled:
        lines = settle(
            chart.medicines,
            told.settlements,
            told.reports,
            as_of=as_of,
            vocabulary=self._vocabulary,
        )
        settled = replace(chart, medicines=lines)
        return Settled(told, settled, assess(settled, self._knowledge, as_of, told.stated))

    async def _fill(self, case: Case) -> None:
        def note(name: str, state: str) -> None:
            case.progress[name] = state

        try:
            chart = await self._read(case.session_id, case.context, note, case.patience)
            case.assessment = await asyncio.to_thread(assess, chart, self._knowledge, case.as_of)
            case.chart = chart
        except CmmError as error:
            case.failure = error
        except LaunchError as error:  # access ran out: no fault of ours, and a launch mends it
            case.failure = CmmError(error.code, error.message, error.status)
        except SQLAlchemyError as error:  # the access to the EHR is read from there
            log().error("database", error=type(error).__name__, reason=why(error))
            case.failure = cannot_keep()
        except Exception as error:  # noqa: BLE001 - the last resort: nobody else awaits this task
            # Without it the progress page and the chart page send the browser to each other forever.
            log().error("unforeseen", error=type(error).__name__, where=place_of(error))
            case.failure = CmmError("CMM-1500", _OUR_FAULT, 500)
