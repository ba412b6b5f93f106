"""What core does by the clock."""

from __future__ import annotations

from .context import Context, Refusal
from .jobs import for_each_company, forget_jobs, resume_jobs, schedule
from .scope import scope
from .sealing import seal_audit, unsealed_count

# Each sealing leaves two lines that the next one covers: its own entry and its event.
OF_A_SEAL = 2


@schedule("core.resume_jobs", "* * * * *")
def resume_what_was_cut_off(timestamp: int) -> None:
    """Every minute: jobs of workers that were killed."""
    del timestamp
    resume_jobs()


@schedule("core.forget_jobs", "25 3 * * *")
def forget_what_is_done(timestamp: int) -> None:
    """Every night: jobs that ended long ago."""
    del timestamp
    forget_jobs()


@schedule("core.seal_audit", "5-59/10 * * * *")
def seal_audits(timestamp: int) -> None:
    """Every ten minutes: whatever was recorded since the last seal is hashed into the chain of its company."""
    del timestamp
    for_each_company(seal_audit_of)


def seal_audit_of(ctx: Context) -> int:
    """Seal the record of one company to its end; how many seals that took.

    A company in which nothing happened gets none: the entry of the last sealing alone is no reason for another.
    """
    with scope(ctx.company_id, read_only=True):
        left = unsealed_count(ctx)
    made = 0
    while left > OF_A_SEAL:
        try:
            seal = seal_audit(ctx)
        except Refusal as no:
            if no.code not in {"nothing_to_seal", "still_writing"}:
                raise
            break
        left -= seal.entry_count + seal.change_count + seal.event_count
        made += 1
    return made
