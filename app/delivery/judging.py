"""From what happened in an attempt to what is stored, and when the next one is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.delivery.failures import Stumble, Why
from app.delivery.progress import Written
from app.delivery.sending import Outcome
from app.store.outbox import Claim, Settlement, State

LOOKS = (2, 5, 15, 30)
"""Seconds after the first empty look: an index that lags must not make us write twice."""
POISON_PAUSES = (2, 5, 15, 30, 60, 300, 900)
MOST_TRIES = 8
LONGEST = timedelta(hours=24)
OUTAGE = {0, 408, 429, 502, 503, 504}
"""No answer, or one that says nothing of the plan itself: these pass, and are not counted as tries."""
GIVEN_UP = "Concordance stopped trying. Tell your integration team, or try again here."
NOT_SEEN_TO = "What earlier versions left there was not seen to: close or change it by hand."
OUR_FAULT = "Something went wrong on our side each time it was sent."


def waited_long(claim: Claim, now: datetime) -> bool:
    """The EHR has said for long enough that it does not have it."""
    since = claim.missed_since
    return since is not None and now - since >= timedelta(seconds=LOOKS[-1])


@dataclass(frozen=True, slots=True)
class Judge:
    """Settles one claim at one moment."""

    claim: Claim
    now: datetime

    def outcome(self, outcome: Outcome) -> Settlement:
        if outcome.missed:
            return self._look_again(outcome)
        doubtful = self.claim.doubtful and outcome.state is State.REJECTED
        return Settlement(
            state=outcome.state,
            outcome=str(outcome.state),
            detail=outcome.words,
            written=outcome.written.to_json(),
            tries=self.claim.tries,
            problem=outcome.words or " ".join(_remarks(outcome.written)),
            doubtful=doubtful,
        )

    def _look_again(self, outcome: Outcome) -> Settlement:
        since = self.claim.missed_since or self.now
        waited = (self.now - since).total_seconds()
        pause = next((s for s in LOOKS if s > waited), LOOKS[-1])
        return Settlement(
            state=State.IN_DOUBT,
            outcome=State.IN_DOUBT,
            detail=outcome.words,
            written=outcome.written.to_json(),
            tries=self.claim.tries,
            problem=outcome.words,
            next_try_at=since + timedelta(seconds=pause),
            doubtful=True,
            missed_since=since,
        )

    def stumble(self, failed: Stumble, written: Written) -> Settlement:
        doubtful = self.claim.doubtful or failed.why in {Why.UNKNOWN, Why.CLASH}
        tries = self.claim.tries + (failed.status not in OUTAGE)
        state, words = self._state(failed.why, tries, doubtful=doubtful), failed.words
        if state is State.REJECTED and written.filed:
            return self._rest_for_a_person(written)
        if state is State.REJECTED and failed.why is not Why.REFUSED:
            words = f"{words} {GIVEN_UP}"
        again = state in {State.PENDING, State.IN_DOUBT}
        return Settlement(
            state=state,
            outcome=str(failed.why),
            detail=failed.words,
            written=written.to_json(),
            tries=tries,
            problem=words,
            next_try_at=self.now + self._pause(failed, tries) if again else None,
            doubtful=doubtful,
        )

    def _rest_for_a_person(self, written: Written) -> Settlement:
        """The plan is there, so it is not rejected whatever fails after it."""
        if not written.ended:
            written = replace(written, notes=(*written.notes, NOT_SEEN_TO))
        return self.outcome(Outcome(State.DONE, written))

    def _state(self, why: Why, tries: int, *, doubtful: bool) -> State:
        match why:
            case Why.NO_ACCESS:
                return State.WAITING_FOR_USER
            case Why.REFUSED:
                return State.REJECTED
        if tries >= MOST_TRIES or self.now - self.claim.trying_since >= LONGEST:
            return State.REJECTED
        return State.IN_DOUBT if doubtful else State.PENDING

    def _pause(self, failed: Stumble, tries: int) -> timedelta:
        """Short at first, then every minute: an EHR that is back is noticed within one."""
        lasting = (self.now - self.claim.trying_since).total_seconds()
        outage = next((s for s in LOOKS if lasting < 4 * s), 60)
        poison = _poison_pause(tries) if tries else timedelta()
        asked = min(timedelta(seconds=failed.wait), LONGEST)
        return max(timedelta(seconds=outage), poison, asked)

    def worn_out(self, written: Written) -> Settlement | None:
        """A claim with all its tries behind it is here because each worker that had it died."""
        return self.stopped(written) if self.claim.tries >= MOST_TRIES else None

    def stopped(self, written: Written) -> Settlement:
        """
        Our own process stopped, or failed, in the middle: what it had sent is not known. What fails each
        time is given up as well.
        """
        tries = self.claim.tries + 1
        state = self._state(Why.UNKNOWN, tries, doubtful=True)
        if state is State.REJECTED and written.filed:
            return self._rest_for_a_person(written)
        again = state is State.IN_DOUBT
        return Settlement(
            state=state,
            outcome="stopped",
            detail="Stopped before an answer was read.",
            written=written.to_json(),
            tries=tries,
            problem="" if again else f"{OUR_FAULT} {GIVEN_UP}",
            next_try_at=self.now + _poison_pause(tries) if again else None,
            doubtful=True,
        )


def _poison_pause(tries: int) -> timedelta:
    return timedelta(seconds=POISON_PAUSES[min(tries, len(POISON_PAUSES)) - 1])


def _remarks(written: Written) -> list[str]:
    """What a person should know of a plan that is there."""
    remarks = [*(p.problem for p in written.parts.values() if p.problem), *written.notes]
    left = len(written.to_close_by_hand)
    return [*remarks, *([_by_hand(left)] if left else [])]


def _by_hand(count: int) -> str:
    if count == 1:
        return "One record of an earlier version is to be seen to by hand: it is listed below."
    return f"{count} records of earlier versions are to be seen to by hand: they are listed below."
