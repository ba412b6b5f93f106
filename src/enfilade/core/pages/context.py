"""What the frame of every page needs: navigation by office and rights, company, person, notifications."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from enfilade.core.context import Context
from enfilade.core.models import Elevation, HeldCommand
from enfilade.core.refs import split
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.hooks import PAGES, REPORTS

from .devices import key_to_renew

OFFICE_LABELS = {"front": "Front office", "middle": "Middle office", "back": "Back office"}
DEPARTMENTS: dict[str, tuple[str, str, int, str]] = {}
MENUS_MAX = 256
# Where the reports of a department begin: what is worked with comes first.
REPORTS_LAST = 10_000
# Asked by every page.
_UNREAD = "SELECT count(*) FROM core_notification WHERE company_id = %s AND user_id = %s AND read_at IS NULL"
_MENUS: dict[Any, Menu] = {}


def department(module: str, label: str, icon: str, order: int, office: str = "") -> None:
    """Name a module's department in the navigation. office: where a module of base is shown, since it lives in none."""
    DEPARTMENTS[module] = (label, icon, order, office)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the shell; empty for strangers."""
    ctx: Context | None = getattr(request, "ctx", None)
    if ctx is None:
        return {"nav": [], "company": None, "companies": [], "demo": False}
    companies = getattr(request, "companies", [])
    menu = menu_of(ctx)
    return {
        "ctx": ctx,
        "nav": menu.offices,
        "rail": menu.at(request.path),
        "company": ctx.company,
        "companies": [{"pk": c.pk, "name": c.name, "active": c.pk == ctx.company_id} for c in companies],
        "user": ctx.user,
        "role_label": ", ".join(sorted(c.replace("_", " ") for c in ctx.roles)),
        "notifications_count": Lazy(lambda: _unread_count(ctx)),
        "live_url": settings.LIVE_URL or f"{request.scheme}://{request.get_host().partition(':')[0]}:{settings.LIVE_PORT}/events",
        "demo": ctx.company.demo,
        "elevation": Lazy(lambda: _elevation(ctx)) if ctx.authority.startswith("core.elevation:") else None,
        "may_elevate": bool(ctx.sleeping) and ctx.may("core.elevate"),
        "push_renew": Lazy(lambda: key_to_renew(request, ctx)),
        "may_make_tokens": ctx.may("core.make_token"),
        "crumbs": [],
    }


def _unread_count(ctx: Context) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [ctx.company_id, ctx.user.pk])
        return int(cursor.fetchone()[0])


def _elevation(ctx: Context) -> Elevation | None:
    return Elevation.objects.visible_to(ctx).filter(pk=split(ctx.authority)[1]).first()


class Lazy:
    """A value that is read when a template draws it, inside the scope, or never."""

    def __init__(self, read: Any) -> None:
        self.read = read
        self.value: Any = None

    def __str__(self) -> str:
        if self.value is None:
            self.value = self.read()
        return str(self.value)

    def __bool__(self) -> bool:
        return str(self) not in {"", "0"}


@dataclass(frozen=True)
class Menu:
    """offices: with the departments and entries that one may enter; drawn: the same as HTML, all folded and no entry marked."""

    offices: list[dict[str, Any]]
    drawn: SafeString

    def at(self, path: str) -> SafeString:
        """The drawn menu with the entries marked under which a page lies, and their department open.

        A form, or figures that the menu does not name, lie in the department of their module.
        """
        html: str = self.drawn
        module = path.lstrip("/").partition("/")[0]
        for office in self.offices:
            for department in office["departments"]:
                for entry in department["entries"]:
                    url = entry["url"]
                    if path == url or (path.startswith(url) and url.count("/") > 2):
                        html = html.replace(f'href="{url}"', f'href="{url}" aria-current="page"', 1)
                        module = department["module"]
        folded = f'data-department="{module}"'
        return SafeString(html.replace(f"{folded}>", f"{folded} open>", 1))


def menu_of(ctx: Context) -> Menu:
    """What the caller may enter. Made once for everybody of the same rights and language: it follows from nothing else."""
    key = (ctx.rights, get_language(), len(PAGES), len(REPORTS), len(RESOURCES))
    found = _MENUS.get(key)
    if found is None:
        if len(_MENUS) >= MENUS_MAX:
            _MENUS.clear()
        offices = _offices(ctx)
        found = _MENUS[key] = Menu(offices, render_to_string("core/parts/rail_offices.html", {"nav": offices}))
    return found


def navigation(ctx: Context) -> list[dict[str, Any]]:
    """Offices with the departments and entries that the caller may enter; an office without entries is left out."""
    return menu_of(ctx).offices


def _offices(ctx: Context) -> list[dict[str, Any]]:
    found: dict[str, dict[str, list[tuple[int, dict[str, Any]]]]] = defaultdict(lambda: defaultdict(list))
    for page in PAGES.values():
        if page.menu and ctx.may(page.permission):
            _add(found, page.office, page.module, page.order, page.title, f"/{page.module}/{page.path}", page.icon)
    for report in REPORTS.values():
        if report.menu and ctx.may(report.permission):
            url = f"/{report.module}/reports/{report.name}/"
            _add(found, report.office, report.module, REPORTS_LAST + report.order, report.title, url, report.icon)
    for resource in RESOURCES.values():
        if resource.menu and ctx.may(resource.view_permission):
            _add(found, resource.office, resource.module, resource.order, resource.plural, resource.list_url(), resource.icon)
    return [{"office": o, "label": OFFICE_LABELS[o], "departments": _departments(found[o])} for o in OFFICE_LABELS if o in found]


def _add(found: Any, office: str, module: str, order: int, label: str, url: str, icon: str) -> None:
    office = DEPARTMENTS.get(module, ("", "", 0, ""))[3] or office
    found[office][module].append((order, {"label": label, "url": url, "icon": icon}))


def _departments(modules: dict[str, list[tuple[int, dict[str, Any]]]]) -> list[dict[str, Any]]:
    rows = []
    for module, entries in modules.items():
        label, icon, order, _ = DEPARTMENTS.get(module, (module.replace("_", " ").capitalize(), "circle", 50, ""))
        work, reports = (sorted((e for e in entries if (e[0] >= REPORTS_LAST) == last), key=_place) for last in (False, True))
        if work and reports:
            reports[0][1]["first_report"] = True
        rows.append((order, label, icon, module, [entry for _, entry in work + reports]))
    names = ("label", "icon", "module", "entries")
    return [dict(zip(names, row[1:], strict=True)) for row in sorted(rows, key=lambda r: r[:2])]


def _place(entry: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    return entry[0], entry[1]["label"]


def held_count(ctx: Context) -> int:
    """Commands that wait for a role of the caller."""
    return HeldCommand.objects.visible_to(ctx).filter(state="waiting", release_role__in=ctx.roles).count()
