"""Commands on who may what: roles, departments and members.

Whoever manages access changes it for others, never for herself; and somebody who can manage it always stays. Every command here
has a door, so that modules above can look at what it would give (segregation of duties).
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from django.db.models import Q

from .access import departments_with_role
from .command import Input, LongText, Ref, command
from .command.inputs import UNSET
from .context import Context, Refusal
from .grants import COMPANY, EVERYTHING, patterns, read_grant
from .models import Company, Department, Membership, Role, User
from .permissions import permission_problem
from .signin.links import invite, is_without_password, mails_links

MANAGE = "core.manage_access"
# What a change leaves as it is when it is not given.
_KEPT: Any = UNSET
Lines = Annotated[str, Input(widget="textarea", max_length=20_000, prefill="row.lines", help="One permission a line.")]


class Given(TypedDict):
    """Keys of the roles and departments that somebody, or a department, would have; None where they stay as they are."""

    roles: list[int] | None
    departments: list[int] | None


def _given(*, roles: Any = UNSET, departments: Any = UNSET, **_: object) -> Given:
    return {"roles": _keys(roles), "departments": _keys(departments)}


def _keys(rows: Any) -> list[int] | None:
    return None if rows is UNSET else [r.pk for r in rows or []]


@command(permission=MANAGE, door=True, label="New role", target="")
def add_role(ctx: Context, *, code: Annotated[str, Input(max_length=50)], name: str, permissions: LongText = "") -> Role:
    """Make a role: a name for what people may do together.

    code: short, for example clerk; rules and queues know the role by it.
    permissions: one `module.action`, `module.*` or `*` a line; with `@department` or `@own` for those rows only.
    Refuses: unknown_permission; role_code_once (database).
    """
    return Role.objects.create(company=ctx.company, code=_code(code), name=name, permissions=_read(permissions))


@command(permission=MANAGE, door=True, label="Change role")
def change_role(ctx: Context, *, role: Role, name: Annotated[str, Input(prefill="row.name")] = _KEPT, permissions: Lines = _KEPT) -> Role:
    """Replace what a role grants. Everybody who holds it has the new permissions from her next click.

    permissions: one `module.action`, `module.*` or `*` a line; with `@department` or `@own` for those rows only.
    Refuses: unknown_permission, own_access, last_manager.
    """
    if role.code in ctx.roles:
        _require_other(ctx)
    role.name = name or role.name
    role.permissions = role.permissions if permissions is _KEPT else _read(permissions or "")
    role.save(update_fields=["name", "permissions"])
    keep_a_manager(ctx)
    return role


@command(permission=MANAGE, label="Let it sleep, or not")
def guard_role(ctx: Context, *, role: Role, privileged: bool = True) -> Role:
    """Say whether a role sleeps until its holder elevates herself.

    privileged: what the role grants of administration is then given to nobody without an elevation.
    Refuses: last_manager.
    """
    role.privileged = privileged
    role.save(update_fields=["privileged"])
    keep_a_manager(ctx)
    return role


@command(permission=MANAGE, door=_given, label="New department", target="")
def add_department(
    ctx: Context,
    *,
    code: Annotated[str, Input(max_length=50)],
    name: str,
    parent: Ref[Department] | None = None,
    roles: list[Ref[Role]] | None = None,
) -> Department:
    """Make a department.

    parent: the department it is a part of; empty at the top.
    roles: what everybody holds who works in it or below it.
    Refuses: department_code_once, department_tree (database).
    """
    department = Department.objects.create(company=ctx.company, code=_code(code), name=name, parent=parent)
    department.roles.set(roles or [])
    return department


@command(permission=MANAGE, door=_given, label="Change department")
def change_department(
    ctx: Context,
    *,
    department: Department,
    name: Annotated[str, Input(prefill="row.name")] = _KEPT,
    parent: Annotated[Department | None, Input(shared=True, prefill="row.parent")] = _KEPT,
    roles: Annotated[list[Role] | None, Input(shared=True, prefill="row.role_keys")] = _KEPT,
) -> Department:
    """Rename or move a department, and say what everybody in it holds.

    parent: the department it is a part of; empty at the top.
    roles: what everybody holds who works in it or below it.
    Refuses: own_access, last_manager; department_tree (database).
    """
    if department.pk in ctx.departments:
        _require_other(ctx)
    department.name = name or department.name
    department.parent = department.parent if parent is _KEPT else parent
    department.save(update_fields=["name", "parent"])
    _set(department.roles, roles)
    keep_a_manager(ctx)
    return department


@command(permission=MANAGE, door=_given, label="Give access", target="")
def add_member(
    ctx: Context,
    *,
    email: Annotated[str, Input(widget="email")],
    name: str,
    roles: list[Ref[Role]],
    departments: list[Ref[Department]] | None = None,
) -> Membership:
    """Give a person access to this company in some roles. Who has no password yet is mailed a link by which she chooses one.

    departments: where she works; she holds their roles too.
    Refuses: membership_once (database).
    """
    user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email, name=name)
    membership = Membership.objects.create(company=ctx.company, user=user)
    membership.roles.set(roles)
    membership.departments.set(departments or [])
    if is_without_password(user) and mails_links():
        invite(user, ctx.company_id, ctx.user.name)
    return membership


@command(permission=MANAGE, label="Mail a link for a password", offered=lambda membership: membership.active)
def mail_password_link(ctx: Context, *, membership: Membership) -> Membership:
    """Mail a person a link by which she chooses her first password, or another one. Nobody else sees it, and it opens once.

    Refuses: not_active, no_links.
    """
    if not membership.active or not membership.user.is_active:
        raise Refusal("not_active", "This person has no access at the moment, so a password would open nothing.")
    if not mails_links():
        raise Refusal(
            "no_links", f"Enfilade mails no links here. On the machine, `enfilade password-link {membership.user.email}` prints one."
        )
    invite(membership.user, ctx.company_id, ctx.user.name)
    return membership


@command(permission=MANAGE, door=_given, label="Change access")
def change_membership(
    ctx: Context,
    *,
    membership: Membership,
    roles: Annotated[list[Role] | None, Input(shared=True, prefill="row.role_keys")] = _KEPT,
    departments: Annotated[list[Department] | None, Input(shared=True, prefill="row.department_keys")] = _KEPT,
) -> Membership:
    """Say which roles a person holds and in which departments she works.

    Refuses: own_access, last_manager.
    """
    if membership.user_id == ctx.user.pk:
        _require_other(ctx)
    _set(membership.roles, roles)
    _set(membership.departments, departments)
    keep_a_manager(ctx)
    return membership


@command(permission=MANAGE, label="Take access away", tone="danger", offered=lambda membership: membership.active)
def suspend_member(ctx: Context, *, membership: Membership, reason: LongText) -> Membership:
    """Shut a person out of this company, from her next click. Her roles are kept for the day she comes back.

    reason: for the audit.
    Refuses: own_access, last_manager.
    """
    if membership.user_id == ctx.user.pk:
        raise Refusal("own_access", "Somebody else has to take your own access away.")
    membership.active = False
    membership.save(update_fields=["active"])
    keep_a_manager(ctx)
    return membership


@command(permission=MANAGE, door=True, label="Let in again", tone="primary", offered=lambda membership: not membership.active)
def restore_member(ctx: Context, *, membership: Membership) -> Membership:
    """Let a person in again, with the roles she had."""
    membership.active = True
    membership.save(update_fields=["active"])
    return membership


def withdraw(ctx: Context, membership: Membership, role: Role) -> None:
    """Take a role from a person who holds it herself.

    Refuses: own_access, by_department, last_manager.
    """
    if membership.user_id == ctx.user.pk:
        _require_other(ctx)
    if not membership.roles.filter(pk=role.pk).exists():
        raise Refusal("by_department", f"{membership.user} does not hold {role} herself; her department gives it. Change the department.")
    membership.roles.remove(role)
    keep_a_manager(ctx)


def _set(links: Any, rows: Any) -> None:
    """Replace what is linked; what was not given stays."""
    if rows is not UNSET:
        links.set(rows or [])


def _require_other(ctx: Context) -> None:
    """Nobody widens her own access: only who may do everything has nothing to gain."""
    if not ctx.may(EVERYTHING):
        raise Refusal("own_access", "This would change your own access, so somebody else has to do it.")


def keep_a_manager(ctx: Context) -> None:
    """After the change somebody can still manage access. Whoever changes it waits for whoever is changing it."""
    Company.objects.select_for_update(no_key=True).get(pk=ctx.company_id)
    managing = Role.objects.filter(company=ctx.company, permissions__overlap=list(patterns(MANAGE)))
    # Where one of them is privileged, the others manage nothing (core.access).
    managing = managing.filter(privileged=True) if managing.filter(privileged=True).exists() else managing
    departments = {pk for code in managing.values_list("code", flat=True) for pk in departments_with_role(ctx.company, code)}
    people = Membership.objects.filter(company=ctx.company, active=True, user__is_active=True)
    if not people.filter(Q(roles__in=managing) | Q(departments__in=departments)).exists():
        raise Refusal("last_manager", "Then nobody could manage access any more. Give it to somebody else first.")


def _code(text: str) -> str:
    code = text.strip().lower().replace(" ", "_")
    if not code.replace("_", "").replace("-", "").isalnum() or not code.isascii():
        raise Refusal("bad_code", "A short name has small letters, digits, - and _ only.", field="code")
    return code


def _read(text: str) -> list[str]:
    """The lines of a role, in one order, each once. Refuses unknown_permission."""
    found = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        grant = read_grant(line)
        if grant is None:
            raise Refusal(
                "unknown_permission",
                f"{line[:80]!r} is no permission. Write work.view_case, work.* or *, with @department or @own.",
                field="permissions",
            )
        if problem := permission_problem(grant):
            raise Refusal("unknown_permission", problem, field="permissions")
        found.add(str(grant) if grant.scope != COMPANY else grant.permission)
    return sorted(found)
