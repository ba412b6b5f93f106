"""A showcase of every page and component with invented data, for development and for the axe tests; routed in DEBUG only.

Owns no table and reads none. `PAGES` names what can be shown; `sample(name)` gives its template and context.
"""

from collections.abc import Callable
from typing import Any

from enfilade.core.ui.gallery import around, inputs, lists, parts, records, work
from enfilade.core.ui.gallery.frame import frame

PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "": ("core/gallery.html", parts.components),
    "list": ("core/list.html", lists.list_page),
    "empty": ("core/list.html", lists.empty_page),
    "detail": ("core/detail.html", records.detail_page),
    "timeline": ("core/timeline.html", records.timeline),
    "form": ("core/form.html", inputs.form_page),
    "dialog": ("core/command_dialog.html", inputs.dialog),
    "rehearsal": ("core/rehearsal.html", inputs.rehearsal),
    "board": ("core/gallery_board.html", work.board_page),
    "calendar": ("core/gallery_calendar.html", work.calendar_page),
    "cockpit": ("core/gallery_cockpit.html", work.cockpit_page),
    "import": ("core/import.html", around.import_page),
    "upload": ("core/import.html", around.upload_page),
    "report": ("core/report.html", around.report_page),
    "notifications": ("core/notifications.html", work.notifications),
    "sign-in": ("core/sign_in.html", around.sign_in_page),
    "problem": ("core/problem.html", around.problem_page),
    "no-company": ("core/no_company.html", around.no_company_page),
}


def sample(name: str) -> tuple[str, dict[str, Any]]:
    """Return template and context of one page of the showcase. Raises KeyError where there is none."""
    template, make = PAGES[name]
    return template, {**frame(name), **make()}
