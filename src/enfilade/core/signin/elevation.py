"""Power of an administrator: for a while, for a reason, under audit.

A proof says that a person has just shown who she is; pages give it after asking, the command line because whoever starts it
could read the database anyway. The commands take it as an input, so that no other entrance begins an elevation.
"""

from __future__ import annotations

from django.core import signing

from enfilade.core.context import Context

SALT = "enfilade.elevation"
PROOF_S = 60


def prove(ctx: Context) -> str:
    """A proof for the next minute: it names the person and the company."""
    return signing.dumps([ctx.user.pk, ctx.company_id], salt=SALT)


def is_proof(ctx: Context, text: str) -> bool:
    """Whether a text is a proof of this caller."""
    try:
        found = signing.loads(text, salt=SALT, max_age=PROOF_S)
    except signing.BadSignature:
        return False
    return bool(found == [ctx.user.pk, ctx.company_id])
