"""A telephone that nobody answered does not ring for ever."""

from __future__ import annotations

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope
from enfilade.front.reception.commands import miss_call
from enfilade.front.reception.queries.calls import given_up_calls


@schedule("reception.miss", "*/5 * * * *")
def miss_unanswered_calls(timestamp: int) -> None:
    """Every five minutes: calls that rang for ten minutes without being taken count as missed."""
    del timestamp
    for_each_company(miss_calls_of_company)


def miss_calls_of_company(ctx: Context) -> int:
    """Close the given-up calls of one company; how many."""
    with scope(ctx.company_id, read_only=True):
        found = given_up_calls(ctx)
    missed = 0
    for call in found:
        try:
            miss_call(ctx.with_key(f"miss:{call.pk}"), call=call.pk)
            missed += 1
        except Refusal as no:
            # Somebody took it in the meantime.
            if no.code != "not_ringing_or_open" and no.code != "not_yours":
                raise
    return missed
