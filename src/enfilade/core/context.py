"""Who acts, for which company, at what instant; and the three ways an operation does not simply succeed.

Owns: Context (frozen, explicit, passed first to every command and query), Refusal (a rule said no), Held (a door
wants somebody else to look first) and OutcomeUnknown (the database can't say whether it committed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import to_locale

from .grants import EVERYTHING, EVERYWHERE, NOWHERE, Reach, patterns

if TYPE_CHECKING:
    from .command.work import Work
    from .models import Company, HeldCommand, User


class Refusal(Exception):
    """A business rule said no. Everything the operation did is rolled back.

    code: stable and public, snake_case.
    message: one sentence for people.
    field: the input it concerns, "" for the whole.
    hints: what would be possible instead, ready to show (for example the next free slots).
    """

    status = 409

    def __init__(self, code: str, message: str, *, field: str = "", hints: tuple[dict[str, Any], ...] = ()) -> None:
        super().__init__(message)
        self.code, self.message, self.field, self.hints = code, message, field, hints


class Invalid(Refusal):
    """Inputs that could not be read. `errors` maps an input path (`lines[1].quantity`) to its sentences."""

    status = 422

    def __init__(self, errors: dict[str, list[str]]) -> None:
        path, sentences = next(iter(errors.items()))
        super().__init__("invalid", sentences[0], field=path)
        self.errors = errors


class NotAllowed(Refusal):
    """The caller lacks the permission. The sentence names it, so that somebody can grant it."""

    status = 403

    def __init__(self, permission: str) -> None:
        super().__init__("not_allowed", f"You are not allowed to do this ({permission}).")
        self.permission = permission


class NeedsElevation(NotAllowed):
    """The caller's roles allow it, but only while she is elevated."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.code = "needs_elevation"
        self.message = (
            f"This is administration ({permission}): elevate yourself first, with a reason, under your account (command line: --reason)."
        )
        self.args = (self.message,)


class OutOfReach(NotAllowed):
    """The caller holds the permission, but only for some rows, and this is none of them."""

    def __init__(self, permission: str, reach: Reach) -> None:
        super().__init__(permission)
        whose = " and ".join({"own": "your own rows", "department": "rows of your departments"}[s] for s in sorted(reach, reverse=True))
        self.code, self.message = "out_of_reach", f"Your roles allow this for {whose} only ({permission})."
        self.args = (self.message,)


class NotFound(Refusal):
    """No such row for this caller. Rows of other companies do not exist."""

    status = 404

    def __init__(self, what: str, key: object, *, field: str = "") -> None:
        super().__init__("not_found", f"There is no {what} {key}.", field=field)


class Held(Exception):
    """The command waits at a door. Nothing was done; its inputs are kept in `held` until somebody releases or returns it."""

    def __init__(self, held: HeldCommand) -> None:
        super().__init__(held.reason)
        self.held = held


class OutcomeUnknown(Exception):
    """COMMIT answered, but a wait for the standby was cancelled. Ask again with the same key (reliability: a COMMIT can lie)."""


@dataclass(frozen=True, slots=True)
class Context:
    """The caller of a command or query.

    permissions: what is granted for every row of the company; limited: what is granted only for some rows (see core.grants).
    departments: keys of the departments the caller works in, with those below them.
    now: the instant of the call; the only clock a command body knows.
    key: idempotency key made by the caller; the same key gives the first result again.
    rehearse: run every step, show the result, roll back.
    channel: page, api, cli, agent, job or import; for the audit.
    guard: asked with the locked inputs before anything is done, and refuses where they are not what the caller has seen.
    witness: called inside a rehearsal when everything is done and before it is rolled back, with the context of that transaction.
    sleeping: codes of privileged roles that the caller holds but that sleep, since she is not elevated.
    dormant: patterns of what those would grant. withheld: permissions of administration that nobody holds without an elevation.
    authority: reference of what lends the caller her power (`core.apitoken:7`); "" for a plain sign-in; for the audit.
    work: the transaction under way; set by the runner only. A command called with it set runs inside that transaction
        on the authority of the outer command.
    """

    user: User
    company: Company
    permissions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    limited: Mapping[str, Reach] = field(default_factory=dict, hash=False)
    departments: frozenset[int] = frozenset()
    sleeping: frozenset[str] = frozenset()
    dormant: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    now: datetime = field(default_factory=timezone.now)
    key: str = ""
    rehearse: bool = False
    channel: str = "job"
    authority: str = ""
    guard: Callable[[Mapping[str, Any]], None] | None = None
    witness: Callable[[Context], None] | None = None
    work: Work | None = None

    @property
    def company_id(self) -> int:
        """Primary key of the company acted for."""
        return self.company.pk

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone, in which a day begins and ends."""
        return ZoneInfo(self.company.timezone)

    @property
    def today(self) -> date:
        """The calendar date of `now` where the company is."""
        return self.now.astimezone(self.zone).date()

    @property
    def language(self) -> str:
        """The language the caller reads, as Django names it (`en-gb`): her own choice, or that of the company."""
        return self.user.language_at(self.company)

    @property
    def locale(self) -> str:
        """The caller's language as Babel names it (`en_GB`)."""
        return to_locale(self.language)

    @property
    def rights(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """What `may` depends on: whoever has the same rights is shown the same menu."""
        return self.permissions, frozenset(self.limited), self.withheld

    def wakes(self, permission: str) -> bool:
        """Whether the caller would be allowed if she elevated herself, and is not now."""
        return (
            bool(self.sleeping)
            and not self.may(permission)
            and (permission in self.withheld or not self.dormant.isdisjoint(patterns(permission)))
        )

    def may(self, permission: str) -> bool:
        """Whether one of the caller's roles holds `module.action`, `module.*` or `*`, be it for some rows only."""
        held = self.permissions
        if permission in self.withheld:
            return False
        if permission in held or EVERYTHING in held or f"{permission.partition('.')[0]}.*" in held:
            return True
        return bool(self.limited) and any(pattern in self.limited for pattern in patterns(permission))

    def reach(self, permission: str) -> Reach:
        """The rows for which the caller may: {company}, or any of department and own; empty where she may not at all."""
        if permission in self.withheld:
            return NOWHERE
        if any(pattern in self.permissions for pattern in patterns(permission)):
            return EVERYWHERE
        return frozenset().union(*(self.limited.get(pattern, NOWHERE) for pattern in patterns(permission)))

    def require(self, permission: str) -> None:
        """Refuse with NotAllowed unless the caller may."""
        if not self.may(permission):
            raise NeedsElevation(permission) if self.wakes(permission) else NotAllowed(permission)

    def with_key(self, key: str) -> Context:
        """The same caller with another idempotency key."""
        return replace(self, key=key)
