"""What core itself shows: the audit, people, departments, roles, API tokens, imports."""

from typing import Any

from . import devices, mailing, members, scanning, schedules, verify_record
from .command import REGISTRY, Command
from .commands import save_view
from .context import Context
from .models import (
    ApiToken,
    AuditEntry,
    AuditSeal,
    BulkRun,
    Department,
    Elevation,
    FileScan,
    ImportBatch,
    Membership,
    RecordQuerySet,
    Role,
    RowChange,
    SignInEvent,
    User,
)
from .pages.bulk import report_of
from .pages.context import department
from .resource import Resource, dialog, panel, report_files  # noqa: F401 - the formats of reports register themselves

department("core", "Company & access", "building-2", 95)
# They register themselves: commands, the schedules and the verifier.
__all__ = ["devices", "mailing", "members", "scanning", "schedules", "verify_record"]


class AuditEntryResource(Resource):
    """Every command that ran, newest first."""

    model = AuditEntry
    columns = ("at", "user", "command", "channel", "result", "released_by")
    filters = ("command", "channel", "at")
    facts = ("at", "user", "released_by", "command", "channel", "authority", "key", "inputs", "facts", "changes", "result")
    icon = "scroll-text"
    title = "audit"
    order = 30


class RowChangeResource(Resource):
    """Every row that was made, changed or deleted, by a command or with SQL, newest first."""

    model = RowChange
    columns = ("at", "ref", "kind", "entry", "db_user")
    filters = ("kind", "db_user", "at")
    search = ("ref",)
    facts = ("at", "ref", "kind", "entry", "before", "after", "db_user")
    icon = "file-diff"
    order = 32


class AuditSealResource(Resource):
    """The chain of sealed blocks over commands, row changes and events."""

    model = AuditSeal
    columns = ("number", "sealed_at", "entry_count", "change_count", "event_count", "hash")
    filters = ("sealed_at",)
    facts = ("number", "sealed_at", "entry_count", "change_count", "event_count", "previous", "hash")
    icon = "stamp"
    order = 34


class RoleResource(Resource):
    """Roles of the company: what people may do together, under one name."""

    model = Role
    columns = ("name", "code", "permissions", "privileged")
    search = ("name", "code")
    facts = ("name", "code", "permissions", "privileged", "second_factor")
    ordering = "id"
    icon = "key-round"
    order = 20


class DepartmentResource(Resource):
    """Parts of the company, one inside another; everybody in one holds its roles."""

    model = Department
    columns = ("name", "code", "parent")
    filters = ("parent",)
    search = ("name", "code")
    ordering = "name"
    icon = "network"
    order = 15
    empty = "Make the departments of the company first; people are put into them, and a role can be given for a department's rows only."


class MembershipResource(Resource):
    """Who works here with which access."""

    model = Membership
    columns = ("user__name", "user__email", "holds", "works_in", "active")
    filters = ("active",)
    search = ("user__name", "user__email")
    ordering = "id"
    icon = "users"
    title = "people with access"
    order = 10

    @property
    def add_command(self) -> Command | None:
        """Nobody makes a membership as such: somebody is given access."""
        return REGISTRY.get("core.add_member")

    def queryset(self) -> RecordQuerySet:
        """With company, roles and departments, so that a page of people costs two queries more, not three a person."""
        return super().queryset().select_related("company").prefetch_related("roles", "departments")


class ApiTokenResource(Resource):
    """Tokens of programs: one's own, and everybody's for who manages access. Made on the page of the account."""

    model = ApiToken
    columns = ("name", "user", "scope", "made_at", "last_used_at", "expires_at", "revoked_at")
    filters = ("user", "expires_at")
    search = ("name",)
    icon = "key-square"
    order = 25


class SignInEventResource(Resource):
    """What happened when people signed in, or tried to: one's own, and everybody's for who manages access."""

    model = SignInEvent  # type: ignore[assignment]
    columns = ("at", "user", "kind", "detail", "address", "agent")
    filters = ("kind", "user", "at")
    icon = "log-in"
    order = 35


class ElevationResource(Resource):
    """Who held the power of an administrator, when and what for. What was done then, the audit names by its authority."""

    model = Elevation
    columns = ("began_at", "user", "reason", "until", "ended_at")
    filters = ("user", "began_at")
    icon = "shield-alert"
    order = 36


class ImportBatchResource(Resource):
    """Files that were imported, and what was not taken from them."""

    model = ImportBatch
    columns = ("at", "file_name", "resource", "state", "created_count", "changed_count", "refused_count", "user")
    filters = ("resource", "state", "at")
    facts = (
        "at",
        "file_name",
        "resource",
        "total_count",
        "created_count",
        "changed_count",
        "refused_count",
        "user",
        "undone_at",
        "problems",
    )
    icon = "upload"
    title = "imports"
    order = 40


class FileScanResource(Resource):
    """Files that were scanned, or wait for it, and what was found in them."""

    model = FileScan
    columns = ("file", "state", "found", "asked_at", "scanned_at", "problem")
    filters = ("state", "asked_at")
    search = ("file__name", "found")
    facts = ("file", "state", "found", "problem", "asked_at", "tried_at", "scanned_at", "decided_by", "decided_at", "reason")
    icon = "shield-check"
    title = "scanned files"
    order = 42
    empty = "No file was scanned yet. The report “Virus scanner” says whether there is a scanner; whoever runs Enfilade names it by CLAMD."


class UserResource(Resource):
    """Colleagues, to be chosen in forms; what they may do is told by their memberships."""

    model = User  # type: ignore[assignment]
    columns = ("name", "email")
    search = ("name", "email")
    ordering = "name"
    menu = False


class BulkRunResource(Resource):
    """Commands that were run on many rows at once."""

    model = BulkRun
    columns = ("at", "command", "user", "total_count", "done_count", "refused_count", "held_count", "state")
    filters = ("command", "state", "user", "at")
    facts = ("at", "command", "user", "whole", "total_count", "done_count", "refused_count", "held_count", "state", "inputs")
    icon = "list-checks"
    title = "bulk runs"
    order = 35
    empty = "Tick rows of a list and choose a command: what became of each row is kept here."


@dialog(save_view, template="core/parts/save_view_body.html")
def save_view_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The roles of the company, to be ticked."""
    chosen = values.get("roles") or []
    rows = Role.objects.filter(company=ctx.company).order_by("name")
    return {"roles": [{"code": r.code, "name": r.name, "chosen": r.code in chosen} for r in rows]}


@panel(on=BulkRun, title="Rows", permission="core.view_bulkrun", template="core/parts/bulk_rows.html", icon="list-checks")
def bulk_rows_panel(ctx: Context, run: BulkRun) -> dict[str, Any]:
    """What became of each row."""
    return {"bulk": report_of(ctx, run), "count": run.total_count}
