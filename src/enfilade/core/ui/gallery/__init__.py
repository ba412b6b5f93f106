"""A showcase of every page and component with invented data, for development and for the axe tests; routed in DEBUG only.

Owns no table and reads none. `PAGES` names what can be shown; `sample(name)` gives its template and context.
"""

from collections.abc import Callable
from typing import Any

from enfilade.core.ui.gallery import parts, records, work
from enfilade.core.ui.gallery.frame import frame

PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "": ("core/gallery.html", parts.components),
    "list": ("core/list.html", records.list_page),
    "empty": ("core/list.html", records.empty_page),
    "detail": ("core/detail.html", records.detail_page),
    "timeline": ("core/timeline.html", records.timeline),
    "form": ("core/form.html", records.form_page),
    "dialog": ("core/command_dialog.html", records.dialog),
    "rehearsal": ("core/rehearsal.html", records.rehearsal),
    "board": ("core/gallery_board.html", work.board_page),
    "calendar": ("core/gallery_calendar.html", work.calendar_page),
    "cockpit": ("core/gallery_cockpit.html", work.cockpit_page),
    "import": ("core/import.html", records.import_page),
    "upload": ("core/import.html", records.upload_page),
    "report": ("core/report.html", records.report_page),
    "notifications": ("core/notifications.html", work.notifications),
    "sign-in": ("core/sign_in.html", records.sign_in_page),
    "problem": ("core/problem.html", records.problem_page),
    "no-company": ("core/no_company.html", records.no_company_page),
}


def sample(name: str) -> tuple[str, dict[str, Any]]:
    """Return template and context of one page of the showcase. Raises KeyError where there is none."""
    template, make = PAGES[name]
    return template, {**frame(name), **make()}
