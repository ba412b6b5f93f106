"""What each verb of the command line does, once Django is up."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from enfilade.core.access import HOUSE_EMAIL, context_for
from enfilade.core.api.views import report_json, result_json
from enfilade.core.archive import PERMISSION, write_archive
from enfilade.core.command import REGISTRY, command_named, run_raw
from enfilade.core.command.reading import is_storable, read
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.files import SIZE_MAX_BYTES
from enfilade.core.importing import import_file
from enfilade.core.many import report_json as report_of_many
from enfilade.core.many import work_on
from enfilade.core.models import Company, Membership, SignInEvent, User
from enfilade.core.refs import key_of
from enfilade.core.resource import RESOURCES, Resource, resource_named
from enfilade.core.resource.cells import Cell, figure_currency, figure_text
from enfilade.core.resource.columns import public_name
from enfilade.core.resource.hooks import REPORTS, report_named
from enfilade.core.resource.intake import intake_of
from enfilade.core.resource.listing import listing
from enfilade.core.resource.reporting import report_file
from enfilade.core.resource.transfer import EXPORTERS, export_csv, export_workbook, exported_rows
from enfilade.core.scope import scope
from enfilade.core.sealing import unsealed_count
from enfilade.core.signin.elevation import prove
from enfilade.core.signin.events import note
from enfilade.core.signin.letters import FORGOTTEN
from enfilade.core.signin.links import HERE, make_link
from enfilade.core.verify import verify_all

from .backup import back_up
from .demo import found_demo
from .embedded import find_cluster, find_database_url, find_socket_folder, socket_url
from .home import find_home
from .migration_rules import breaches_of_pending
from .restore import rehearse


def caller(options: Namespace) -> Context:
    """The context of the person named by --as, in the company named by --company."""
    wanted = {"slug": options.company} if options.company else {}
    if not all(map(is_storable, (options.company, options.user))):
        raise Refusal("usage", "A name or an address here holds characters that can't be in one.")
    companies = Company.objects.filter(**wanted).order_by("pk")
    if not companies.exists():
        raise NotFound("company", options.company or "yet; found one with `enfilade demo`")
    members = Membership.objects.filter(company__in=companies, active=True, user__is_active=True)
    if options.user:
        members = members.filter(user__email=options.user.lower())
        companies = companies.filter(pk__in=members.values("company"))
    if len(companies) > 1:
        names = ", ".join(company.slug for company in companies[:10])
        raise Refusal("which_company", f"There are several companies; name one with --company: {names}.")
    found = members.filter(roles__permissions__contains=["*"]).order_by("pk").first() or members.order_by("pk").first()
    if found is None:
        raise NotFound("member", options.user or "of this company")
    ctx = context_for(found.user, found.company, channel="cli")
    timezone.activate(ctx.zone)
    return ctx


def list_rows(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade list."""
    ctx, resource = caller(options), resource_named(options.resource)
    with scope(ctx.company_id, read_only=True):
        page = listing(resource, ctx, given)
        rows = [resource.as_json(ctx, r) for r in page.rows]
        cells = [[_words(ctx, c) for c in resource.cells(ctx, r)] for r in page.rows]
    if options.json:
        return out({"items": rows, "after": page.after or None, "before": page.before or None})
    table(["id", *[resource.label_of(c) for c in resource.columns]], [[str(r["id"]), *c] for r, c in zip(rows, cells, strict=True)])
    if page.after:
        sys.stdout.write(f"more: --after {page.after}\n")
    return 0


def _words(ctx: Context, cell: Cell) -> str:
    """A cell on a terminal: an instant by the clock of the company."""
    if isinstance(cell.value, datetime):
        return f"{cell.value.astimezone(ctx.zone):%Y-%m-%d %H:%M}"
    return cell.text or str(cell.value or "")


def show_row(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade show."""
    ctx, resource = caller(options), resource_named(options.resource)
    key = key_of(options.id)
    if key is None:
        raise NotFound(resource.singular, options.id[:60])
    with scope(ctx.company_id, read_only=True):
        found = resource.as_json(ctx, resource.get(ctx, key), lines=True)
    return out(found) if options.json else pairs(found)


def run_command(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade run."""
    ctx, command = caller(options), command_named(options.command)
    raw: dict[str, Any] = {**_object(options.input, "--input"), **given}
    if options.reason and "reason" in command.parameters:
        raw["reason"] = options.reason
    # Where a command asks for a reason of its own, the same one wakes the roles, and only where that is needed.
    if options.reason and ("reason" not in command.parameters or not ctx.may(command.permission)):
        ctx = _elevated(ctx, options.reason)
    ctx = replace(ctx, key=(options.key or "")[:200], rehearse=options.rehearse)
    for name, parameter in command.parameters.items():
        text = raw.get(name)
        if isinstance(text, str) and (parameter.is_lines or parameter.kind is dict or (parameter.many and text.startswith("["))):
            raw[name] = _parse(text, f"--{name}")
    if options.targets or options.match:
        return _run_many(options, ctx, command.name, raw)
    if options.whole:
        raise Refusal("usage", "--whole goes with --targets or --match.")
    result = run_raw(ctx, command.name, raw)
    with scope(ctx.company_id, read_only=True):
        found = result_json(ctx, result)
    return out(found) if options.json else pairs(found)


def _elevated(ctx: Context, reason: str) -> Context:
    """The caller with her privileged roles awake for a minute, since a command line is no place to wait."""
    made = run_raw(ctx, "core.start_elevation", {"reason": reason, "minutes": 1, "proof": prove(ctx)})
    return context_for(ctx.user, ctx.company, elevation=made.pk, channel="cli")


def _run_many(options: Namespace, ctx: Context, name: str, raw: dict[str, Any]) -> int:
    """One command on many rows. Exit code 2 where a row was refused or is held."""
    rows = [t for t in (options.targets or "").split(",") if t.strip()]
    asked = {"command": name, "rows": rows, "match": options.match or "", "inputs": raw, "whole": options.whole}
    run = run_raw(ctx, "core.run_many", asked)
    if not ctx.rehearse:
        run = work_on(replace(ctx, key=""), run.pk)
    found = report_of_many(run, kept=not ctx.rehearse)
    if options.json:
        out(found)
    else:
        sys.stdout.write(f"{run.done_count} of {run.total_count} done, {run.refused_count} refused, {run.held_count} held.\n")
        for row in found["rows"]:
            if row["outcome"] != "done":
                sys.stderr.write(f"{row['id']} {row['code']}: {row['detail']}\n")
    return 0 if run.done_count == len(run.report) else 2


def _object(text: str | None, where: str) -> dict[str, Any]:
    found = _parse(text, where) if text else {}
    if not isinstance(found, dict):
        raise Refusal("invalid", f"{where} takes a JSON object.")
    return found


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Refusal("invalid", f"{where} is not JSON{place}.") from None


def import_rows(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade import."""
    ctx, resource = replace(caller(options), channel="import"), resource_named(options.resource)
    if unknown := given.keys() - intake_of(resource).asks.keys():
        raise Refusal("usage", f"import does not know --{min(unknown)}.")
    data = _read_file(options.file)
    chosen = {name: getattr(options, name) for name in ("encoding", "separator", "sheet", "decimal", "dates", "key", "mode")}
    chosen |= {"named": _columns_named(resource, options.map), "answers": given}
    result = import_file(replace(ctx, rehearse=options.dry_run), resource, Path(options.file).name, data, chosen)
    found = {"dry_run": bool(options.dry_run), **result.as_json()}
    if options.json:
        out(found)
    else:
        verb = "would be" if options.dry_run else "were"
        sys.stdout.write(f"{result.created} {verb} added, {result.changed} {verb} changed, {result.refused} {verb} refused.\n")
        for problem in result.problems[:50]:
            sys.stderr.write(f"line {problem.line}{', ' + problem.field if problem.field else ''}: {problem.sentence}\n")
    nothing = result.created + result.changed == 0
    return 2 if nothing and any(p.refused for p in result.problems) else 0


def _columns_named(resource: Resource, given: list[str]) -> dict[str, str]:
    """`price=Preis` as heading -> target."""
    named = {}
    for pair in given:
        target, equals, heading = pair.partition("=")
        if not equals or not heading.strip():
            raise Refusal("usage", f"--map takes TARGET=COLUMN, not {pair[:60]!r}.")
        named[heading.strip()] = next((f for f in resource.fields if public_name(f) == target), target)
    return named


def _read_file(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(SIZE_MAX_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(SIZE_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "this is no name of a file"
        raise Refusal("no_file", f"{name[:200]!r} can't be read: {why}.") from None


def export_rows(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade export."""
    ctx, resource = caller(options), resource_named(options.resource)
    kind = str(given.pop("format", "csv"))
    others = {exporter.ending: exporter for exporter in EXPORTERS.get(resource.label, ())}
    if kind not in (known := ["csv", "xlsx", *others]):
        raise Refusal("usage", f"There is no format {kind[:20]!r}; there are {', '.join(known)}.")
    with scope(ctx.company_id, read_only=True):
        if kind == "xlsx":
            export_workbook(resource, ctx, given, sys.stdout.buffer)
            return 0
        lines = others[kind].write(ctx, exported_rows(resource, ctx, given)) if kind in others else export_csv(resource, ctx, given)
        for line in lines:
            sys.stdout.write(line)
    return 0


def print_report(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade report."""
    ctx, report = caller(options), report_named(options.report)
    ctx.require(report.permission)
    ending = str(given.pop("format", ""))
    inputs = read(report.parameters, given, ctx.company.currency)
    with scope(ctx.company_id, read_only=True):
        if ending:
            sys.stdout.buffer.write(report_file(ctx, report, inputs, ending)[1])
            return 0
        found = report_json(report.figures(ctx, inputs))
    if options.json or not isinstance(found, dict) or "columns" not in found:
        return out(found)
    columns, rows = found["columns"], list(found["rows"])
    if found.get("totals"):
        rows.append({columns[0]["name"]: "Total", **found["totals"]})
    own = ctx.company.currency
    texts = [[figure_text(c["name"], row.get(c["name"]), figure_currency(c, row, own)) for c in columns] for row in rows]
    table([c["label"] for c in columns], texts, right=[c.get("kind") not in {None, "text", "date"} for c in columns])
    return 0


def verify(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade verify: all companies, or the one named."""
    companies = list(Company.objects.filter(slug=options.company) if options.company else Company.objects.order_by("pk"))
    if options.company and not companies:
        raise NotFound("company", options.company)
    findings = []
    for company in companies:
        ctx = caller(Namespace(company=company.slug, user=""))
        with scope(company.pk, read_only=True):
            findings += [{"company": company.slug, **vars(f)} for f in verify_all(ctx)]
    if options.json:
        out({"ok": not findings, "companies": len(companies), "findings": findings})
    elif not findings:
        sys.stdout.write(f"Nothing was altered: {len(companies)} compan{'y' if len(companies) == 1 else 'ies'} checked.\n")
    for found in findings if not options.json else []:
        sys.stdout.write(f"{found['company']} {found['code']} {found['ref']}: {found['sentence']}\n")
    return 1 if findings else 0


def audit(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade audit export."""
    if options.action != "export":
        raise Refusal("usage", "audit knows one word: audit export --from 2026-11-01 --to 2026-11-30.")
    ctx = caller(options)
    ctx.require(PERMISSION)
    try:
        since, until = date.fromisoformat(options.since), date.fromisoformat(options.until)
    except ValueError:
        raise Refusal("invalid", "--from and --to take a day such as 2026-11-30.") from None
    target = Path(options.out or f"record-{ctx.company.slug}-{since}-{until}.zip")
    draft = target.with_name(f"{target.name}.part")
    try:
        with scope(ctx.company_id, read_only=True), draft.open("wb") as file:
            seals, left = write_archive(ctx, since, until, file), unsealed_count(ctx)
        draft.replace(target)
    except OSError as error:
        raise Refusal("no_file", f"{str(target)[:200]!r} can't be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    if left and not options.json:
        sys.stderr.write(f"{left} lines are not sealed yet and not in it; `enfilade run core.seal_audit` seals them.\n")
    return out({"file": str(target), "seals": seals, "unsealed": left}) if options.json else _say(f"{target}: {seals} seals")


def backup(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade backup."""
    made = back_up(_reading_url(), Path(settings.FILES_DIR), Path(options.folder), _progress)
    told = {"folder": options.folder, "tables": len(made["rows"]), "rows": sum(made["rows"].values()), "files": len(made["files"])}
    return out(told) if options.json else _say(f"{options.folder}: {told['rows']} rows of {told['tables']} tables, {told['files']} files")


def rehearse_upgrade(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade rehearse."""
    beside = breaches_of_pending()
    told = {**rehearse(_reading_url(), Path(settings.FILES_DIR), _progress), "stop_first": beside}
    if options.json:
        out(told)
    else:
        _say(f"{told['migrations']} migrations ran on a copy; {told['rows']} rows and the totals of the ledger are as before.")
        for sentence in beside:
            _say(f"Stop the old version first: {sentence}.")
        _say("Nothing was altered." if not told["findings"] else f"verify finds {told['findings']} on the copy.")
    return 1 if told["findings"] else 0


def _reading_url() -> str:
    """The database for one who has to read every row: of the embedded server its superuser, whom row-level security passes by."""
    url, home = os.environ["DATABASE_URL"], find_home()
    return socket_url(find_socket_folder(find_cluster(home)), "enfilade", "postgres") if url == find_database_url(home) else url


def list_commands(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade commands."""
    rows = [["command", n, REGISTRY[n].summary] for n in sorted(REGISTRY)]
    rows += [["resource", n, RESOURCES[n].plural] for n in sorted(RESOURCES)]
    rows += [["report", n, REPORTS[n].summary or REPORTS[n].title] for n in sorted(REPORTS)]
    if options.json:
        return out([{"kind": k, "name": n, "summary": s} for k, n, s in rows])
    table(["kind", "name", "what it does"], rows)
    return 0


def make_token(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade token."""
    ctx = caller(options)
    raw = {"name": options.name or "command line", "scope": (options.scope or "*").split(","), "days": options.days or 90}
    made = run_raw(ctx, "core.make_token", raw)
    return out({"token": made.text, "expires_at": made.expires_at.isoformat()}) if options.json else _say(made.text)


def print_password_link(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade password-link. Whoever starts it could read and write the database anyway; that it was made is written down."""
    if not is_storable(options.email):
        raise Refusal("usage", "A name or an address here holds characters that can't be in one.")
    user = User.objects.filter(email=options.email.lower(), is_active=True).exclude(email=HOUSE_EMAIL).first()
    if user is None:
        raise NotFound("account", options.email)
    link = settings.SITE_URL + make_link(user, FORGOTTEN)
    note(HERE, SignInEvent.Kind.LINK_MADE, user, "command line")
    if options.json:
        return out({"link": link})
    if not settings.SITE_URL:
        sys.stderr.write("Open this under the address at which Enfilade is reached here:\n")
    return _say(link)


def make_demo(options: Namespace, given: dict[str, Any]) -> int:
    """enfilade demo."""
    for name in ("patients", "seed"):
        value = getattr(options, name)
        if value is not None and not 1 <= (key_of(value) or 0) <= 100_000:
            raise Refusal("invalid", f"--{name} takes a whole number from 1 to 100000.", field=name)
    logins = found_demo(options.kind or "dental", patients=int(options.patients or 80), seed=int(options.seed or 1), say=_progress)
    if options.json:
        return out({"logins": logins})
    for login in logins:
        sys.stdout.write(f"{login['email']}  {login['password']}  {login['name']}, {login['role']}\n")
    return 0


def _progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def out(value: Any) -> int:
    """Print JSON; ASCII-safe, so that every terminal and pipe takes it."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")
    return 0


def pairs(found: dict[str, Any]) -> int:
    """Print name: value lines."""
    width = max(map(len, found), default=0)
    for name, value in found.items():
        sys.stdout.write(f"{name.ljust(width)}  {'' if value is None else value}\n")
    return 0


def table(heads: list[str], rows: list[list[str]], right: list[bool] | None = None) -> None:
    """Print columns, cut to a width that fits. right: which of them are figures, which end at one edge."""
    widths = [min(48, max([len(h), *(len(r[i]) for r in rows)])) for i, h in enumerate(heads)]
    sides = [str.rjust if figures else str.ljust for figures in right or [False] * len(heads)]
    for row in [heads, *rows]:
        cells = [side(" ".join(c.split())[:w], w) for c, w, side in zip(row, widths, sides, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


VERBS: dict[str, Callable[[Namespace, dict[str, Any]], int]] = {
    "list": list_rows,
    "show": show_row,
    "run": run_command,
    "import": import_rows,
    "export": export_rows,
    "report": print_report,
    "verify": verify,
    "audit": audit,
    "backup": backup,
    "rehearse": rehearse_upgrade,
    "commands": list_commands,
    "token": make_token,
    "password-link": print_password_link,
    "demo": make_demo,
}
