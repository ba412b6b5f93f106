"""Where a case stands, from the front to the back and to the front again; and the same for any record that has cases."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet
from enfilade.core.refs import ref
from enfilade.core.resource import Step

from .models import Case, HandOver
from .queries import cases_of, offices_of_users, with_offices
from .rules import FROM_OUTSIDE, KINDS, UNFINISHED

_URL = "/work/cases/{}/"
_STEPS_MAX = 12


def case_steps(ctx: Context, case: Case) -> list[Step]:
    """Every station of one case: taken, each hand-over, in work, answered, told, closed."""
    passed = list(case.hand_overs.select_related("from_user", "to_user", "to_queue", "decided_by").order_by("pk"))
    people = {h.to_user_id for h in passed if h.to_user_id} | {h.decided_by_id for h in passed if h.decided_by_id}
    offices = offices_of_users(ctx, people | {pk for pk in (case.owner_id, case.answered_by_id) if pk})
    home = case.queue.office if case.queue else "front"
    first = "front" if case.kind in FROM_OUTSIDE else home
    steps = [Step("Taken", first, "done", str(case.opened_by), case.opened_at)]
    steps += [_hand_over_step(h, offices, home) for h in passed]
    place = offices.get(case.answered_by_id or case.owner_id or 0, home)
    if case.merged_into is not None:
        return [
            *steps,
            Step(f"Merged into {case.merged_into.number}", home, "done", "", case.closed_at, url=_URL.format(case.merged_into_id)),
        ]
    # What was split off stands on the way, too: it has to be done as well.
    return [*steps, *_work_steps(case, place), *_end_steps(case, first), *steps_by_ref(ctx, ref(case))]


def _hand_over_step(hand_over: HandOver, offices: dict[int, str], home: str) -> Step:
    to_queue = hand_over.to_queue
    office = to_queue.office if to_queue else offices.get(hand_over.to_user_id or 0, home)
    if hand_over.state == HandOver.State.OFFERED:
        return Step(f"Offered to {hand_over.receiver}", office, "now", "not accepted yet", hand_over.offered_at, note=hand_over.note)
    if hand_over.state == HandOver.State.ACCEPTED:
        return Step("Accepted", office, "done", str(hand_over.decided_by), hand_over.decided_at, note=hand_over.note)
    words = "Returned" if hand_over.state == HandOver.State.RETURNED else "Recalled"
    return Step(words, office, "done", str(hand_over.decided_by), hand_over.decided_at, note=hand_over.reason)


def _work_steps(case: Case, office: str) -> list[Step]:
    if case.state == Case.State.OPEN:
        return [Step(f"Waits in {case.queue}", office, "now", "nobody yet", case.opened_at, case.due_at)]
    if case.state == Case.State.WAITING:
        return [Step("Waiting", office, "held", str(case.owner), None, case.due_at, note=case.waiting_for)]
    if case.state == Case.State.ACCEPTED:
        return [Step("In work", office, "now", str(case.owner), None, case.due_at)]
    if case.answered_at is not None:
        return [Step("Answered", office, "done", str(case.answered_by), case.answered_at)]
    return []


def _end_steps(case: Case, office: str) -> list[Step]:
    steps = []
    if case.answered_at is None and case.state in UNFINISHED and case.kind in FROM_OUTSIDE:
        steps.append(Step("Answer", office, "todo"))
    if case.who and (case.kind in FROM_OUTSIDE or case.answered_at is not None) and case.state != Case.State.CLOSED:
        told = case.told_party_at is not None
        state = "done" if told else "now" if case.state == Case.State.ANSWERED else "todo"
        who = str(case.told_by if told else case.opened_by)
        steps.append(Step(f"{case.who} is told", office, state, who, case.told_party_at, None if told else case.due_at))
    elif case.told_party_at is not None:
        steps.append(Step(f"{case.who} was told", office, "done", str(case.told_by), case.told_party_at))
    closed = case.state == Case.State.CLOSED
    steps.append(
        Step("Closed" if closed else "Close", office, "done" if closed else "todo", since=case.closed_at, note=case.get_outcome_display())
    )
    return steps


def steps_by_ref(ctx: Context, reference: str) -> list[Step]:
    """One step for each of the newest cases of a record: what it is, who has it, until when."""
    return _summaries(ctx, cases_of(ctx, reference))


def _summaries(ctx: Context, rows: RecordQuerySet) -> list[Step]:
    """One query, whatever it finds: every record page asks it."""
    newest = list(with_offices(ctx, rows)[:_STEPS_MAX])
    return [_summary(case, ctx) for case in reversed(newest)]


def _summary(case: Any, ctx: Context) -> Step:
    office = case.owner_office or (case.queue.office if case.queue else "front")
    finished = case.state in {Case.State.CLOSED, Case.State.ANSWERED} and not (case.state == Case.State.ANSWERED and case.owes_answer)
    state = "done" if finished else "held" if case.state == Case.State.WAITING else "now"
    who = str(case.owner or case.queue or "")
    note = "overdue" if case.is_overdue(ctx.now) else str(case.get_state_display()).lower()
    label = f"{KINDS[case.kind]}: {case.title}"
    return Step(label, office, state, who, case.opened_at, case.due_at, note, _URL.format(case.pk))


def case_flow(ctx: Context, row: Model) -> list[Step]:
    """The cases that came from any record as steps of its flow strip; of a party, those that are not finished."""
    if not ctx.may("work.view_case"):
        return []
    if isinstance(row, Party):
        # She may have asked a thousand things; what she waits for is on her strip, the rest in the panel below.
        return _summaries(ctx, cases_of(ctx, ref(row)).filter(state__in=UNFINISHED))
    return steps_by_ref(ctx, ref(row))
