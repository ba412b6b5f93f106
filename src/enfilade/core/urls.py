"""Every address, derived from the registries: pages, records, commands, reports, API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from .api import views as api
from .api.openapi import openapi_view
from .http.dispatch import open_view, view
from .http.hooks import hook_view
from .pages import (
    account,
    archive,
    bulk,
    cells,
    commands,
    devices,
    forgotten,
    lists,
    notifications,
    palette,
    records,
    reports,
    security,
    session,
    timeline,
    transfer,
)
from .pages.problems import problem_view
from .resource import RESOURCES, Resource
from .resource.hooks import OPEN_PAGES, PAGES


def _resource_urls(resource: Resource) -> URLResolver:
    at, label = {"label": resource.label}, resource.label
    return path(
        f"{resource.slug}/",
        include(
            [
                path("", lists.list_view, at, name=f"{label}.list"),
                path("options/", lists.options_view, at, name=f"{label}.options"),
                path("new/", records.new_view, at, name=f"{label}.new"),
                path("import/", transfer.import_view, at, name=f"{label}.import"),
                path("import/<int:pk>/", transfer.batch_view, at, name=f"{label}.import_batch"),
                path("import/<int:pk>/refused/", transfer.refused_view, at, name=f"{label}.import_refused"),
                path("export.csv", transfer.export_view, at, name=f"{label}.export"),
                path("export.xlsx", transfer.export_workbook_view, at, name=f"{label}.export_workbook"),
                path("export.<slug:ending>", transfer.export_other_view, at, name=f"{label}.export_other"),
                path("<int:pk>/", records.detail_view, at, name=f"{label}.detail"),
                path("<int:pk>/edit/", records.edit_view, at, name=f"{label}.edit"),
                path("<int:pk>/timeline/", timeline.timeline_view, at, name=f"{label}.timeline"),
                path("<int:pk>/cells/<slug:column>/", cells.cell_view, at, name="cell"),
            ]
        ),
    )


def _rest_urls(resource: Resource) -> URLResolver:
    at, label = {"label": resource.label}, resource.label
    return path(
        f"{resource.slug}/",
        include(
            [
                path("", api.collection, at, name=f"api.{label}.collection"),
                path("<int:pk>/", api.record, at, name=f"api.{label}.record"),
                path("<int:pk>/<slug:verb>/", api.record_command, at, name=f"api.{label}.command"),
            ]
        ),
    )


def _page_urls() -> Iterator[tuple[str, URLPattern]]:
    for label, p in PAGES.items():
        shown = view(p.permission, methods=getattr(p.view, "methods", ("GET", "HEAD")))(p.view)
        yield p.module, path(p.path, shown, name=label)


def _open_urls() -> Iterator[tuple[str, URLPattern]]:
    for label, p in OPEN_PAGES.items():
        yield p.module, path(f"open/<slug:company>/{p.path}", open_view(p.view, p.methods), name=label)


def _by_module(found: Iterable[tuple[str, URLPattern | URLResolver]]) -> list[URLResolver]:
    """One branch per module, so that an address is looked for among its neighbours only."""
    branches: dict[str, list[URLPattern | URLResolver]] = {}
    for module, pattern in found:
        branches.setdefault(module, []).append(pattern)
    return [path(f"{module}/", include(patterns)) for module, patterns in branches.items()]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", session.home_view, name="home"),
    path("sign-in/", session.sign_in_view, name="sign_in"),
    path("sign-in/second/", session.second_view, name="sign_in_second"),
    path("sign-in/password/", forgotten.forgotten_view, name="password_forgotten"),
    path("sign-in/password/new/", forgotten.new_password_view, name="password_new"),
    path("sign-in/password/<str:token>/", forgotten.link_view, name="password_link"),
    path("sign-in/provider/", session.provider_view, name="sign_in_provider"),
    path("sign-in/provider/back/", session.provider_back_view, name="sign_in_provider_back"),
    path("sign-in/passkey/", session.passkey_view, name="sign_in_passkey"),
    path("sign-in/passkey/options/", session.passkey_options_view, name="sign_in_passkey_options"),
    path("sign-out/", session.sign_out_view, name="sign_out"),
    path("switch-company/", session.switch_company_view, name="switch_company"),
    path("in/<int:company>/<path:page>", session.in_company_view, name="in_company"),
    path("account/security/", security.security_view, name="account_security"),
    path("account/security/app/", security.app_view, name="account_app"),
    path("account/security/codes/", security.codes_view, name="account_codes"),
    path("account/security/passkeys/", security.passkeys_view, name="account_passkeys"),
    path("account/security/passkeys/options/", security.passkey_options_view, name="account_passkey_options"),
    path("account/password/", security.password_view, name="account_password"),
    path("account/password/strength/", security.strength_view, name="account_password_strength"),
    path("account/elevate/", security.elevate_view, name="account_elevate"),
    path("account/sessions/", security.sessions_view, name="account_sessions"),
    path("account/confirm/", security.confirm_view, name="account_confirm"),
    path("account/confirm/options/", security.confirm_options_view, name="account_confirm_options"),
    path("account/language/", account.language_view, name="account_language"),
    path("account/notifications/", account.notices_view, name="account_notices"),
    path("account/devices/", devices.devices_view, name="account_devices"),
    path("account/tokens/", account.tokens_view, name="account_tokens"),
    path("worker.js", devices.worker_view, name="worker"),
    path("app.webmanifest", devices.manifest_view, name="manifest"),
    path("palette/", palette.palette_view, name="palette"),
    path("notifications/", notifications.notifications_view, name="notifications"),
    path("notifications/count/", notifications.notifications_count_view, name="notifications_count"),
    path("core/audit-archive/", archive.archive_view, name="audit_archive"),
    path("hooks/<slug:company>/<slug:name>/<int:pk>/", hook_view, name="hook"),
    path("bulk/<int:pk>/", bulk.progress_view, name="bulk_progress"),
    path("files/<int:pk>/", transfer.file_view, name="file"),
    path("problems/", problem_view, name="problems"),
    path("problems/<slug:code>", problem_view, name="problem"),
    path(
        "api/v1/",
        include(
            [
                path("", api.index, name="api.index"),
                path("openapi.json", openapi_view, name="api.openapi"),
                path("files/", api.upload, name="api.files"),
                path("files/<int:pk>/", api.download, name="api.file"),
                path("bulk/", api.bulk, name="api.bulk"),
                path("do/<slug:module>/<slug:verb>/", api.free_command, name="api.do"),
                path("reports/<slug:module>/<slug:name>/", api.report, name="api.report"),
                *_by_module((r.module, _rest_urls(r)) for r in RESOURCES.values()),
            ]
        ),
    ),
    *_by_module([*_page_urls(), *_open_urls(), *((r.module, _resource_urls(r)) for r in RESOURCES.values())]),
    path("<slug:module>/do/<slug:verb>/", commands.command_view, name="do"),
    path("<slug:module>/do/<slug:verb>/many/", bulk.many_view, name="do_many"),
    path("<slug:module>/do/<slug:verb>/<int:pk>/", commands.command_view, name="do_on"),
    path("<slug:module>/reports/<slug:name>/", reports.report_view, name="report"),
]

if settings.DEBUG and find_spec("enfilade.core.ui.gallery"):
    from .pages.gallery import gallery_view

    urlpatterns += [path("_gallery/", gallery_view), path("_gallery/<slug:name>/", gallery_view)]

handler400 = "enfilade.core.http.problems.bad_request"
handler403 = "enfilade.core.http.problems.forbidden"
handler404 = "enfilade.core.http.problems.not_found"
handler500 = "enfilade.core.http.problems.server_error"
