"""The archive for an auditor: complete, the same again, and checked by a program that knows nothing of the house."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from enfilade.core.archive import write_archive
from enfilade.core.commands import delete_view, save_view
from enfilade.core.context import Context, Refusal
from enfilade.core.members import add_role, change_role
from enfilade.core.models import AuditEntry
from enfilade.core.scope import scope
from enfilade.core.sealing import seal_audit
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """A company with two seals and something that is not sealed."""
    made = make_ctx(make_company("Prüfling"), "*", name="Zoë Ünal")
    view = save_view(made, resource="core.auditentry", name='A "view" ½ \u2028')
    seal_audit(made)
    delete_view(made, view=view)
    role = add_role(made, code="desk", name="Desk")
    seal_audit(made)
    change_role(made, role=role, name="Front desk")
    return made


def archive_of(ctx: Context, days: int = 0) -> bytes:
    """The archive of today, or of some days ago."""
    out = io.BytesIO()
    with scope(ctx.company_id, read_only=True):
        write_archive(ctx, ctx.today + timedelta(days), ctx.today + timedelta(days), out)
    return out.getvalue()


def unpacked(data: bytes, folder: Path) -> Path:
    """The files of an archive in a folder."""
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


def check(folder: Path) -> tuple[int, str]:
    """Exit code and words of the program in the archive, run without our packages."""
    done = subprocess.run([sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_holds_what_was_sealed_and_checks_itself(ctx: Context, tmp_path: Path) -> None:
    folder = unpacked(archive_of(ctx), tmp_path)
    entries = [json.loads(text) for text in (folder / "entries.jsonl").read_text().split("\n") if text]
    assert [e["command"] for e in entries] == ["core.save_view", "core.seal_audit", "core.delete_view", "core.add_role"]
    assert entries[0]["inputs"]["name"] == 'A "view" ½ \u2028'
    changes = [json.loads(text) for text in (folder / "changes.jsonl").read_text().split("\n") if text]
    assert {"insert", "delete"} <= {c["kind"] for c in changes}
    assert all(c["entry"] is None or c["entry"] in {e["id"] for e in entries} for c in changes)
    assert [p["name"] for p in json.loads((folder / "people.json").read_text()).values()] == ["Zoë Ünal"]
    code, words = check(folder)
    assert (code, words.splitlines()[0]) == (0, "Nothing was altered in seals 1 to 2.")


def test_the_same_period_gives_the_same_bytes(ctx: Context) -> None:
    first = archive_of(ctx)
    save_view(ctx, resource="core.auditentry", name="Later")
    assert archive_of(ctx) == first


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("entries.jsonl", lambda lines: [lines[0].replace(b"core.save_view", b"core.add_role"), *lines[1:]], "is not what was sealed"),
        ("changes.jsonl", lambda lines: lines[:1] + lines[2:], "is gone"),
        ("changes.jsonl", lambda lines: lines[:-1], "is gone"),
        ("entries.jsonl", lambda lines: [lines[1], lines[0], *lines[2:]], "is gone"),
        ("events.jsonl", lambda lines: [*lines, b'{"id": 999999}'], "belongs to no seal"),
        ("entries.jsonl", lambda lines: [b'{"id": 0}', *lines], "line 0 was put in"),
        ("seals.jsonl", lambda lines: [lines[0].replace(b'"hash": "', b'"hash": "0'), *lines[1:]], "is not the one that was made"),
    ],
)
def test_the_program_in_it_names_what_was_altered(ctx: Context, tmp_path: Path, name: str, change: object, words: str) -> None:
    folder = unpacked(archive_of(ctx), tmp_path)
    lines = (folder / name).read_bytes().splitlines()
    (folder / name).write_bytes(b"".join(line + b"\n" for line in change(lines)))  # type: ignore[operator]
    code, said = check(folder)
    assert code == 1
    assert words in said, said


def test_a_day_without_seals_and_a_period_turned_around(ctx: Context) -> None:
    with pytest.raises(Refusal) as refused:
        archive_of(ctx, -1)
    assert refused.value.code == "nothing_sealed"
    with pytest.raises(Refusal) as refused, scope(ctx.company_id, read_only=True):
        write_archive(ctx, ctx.today, ctx.today - timedelta(1), io.BytesIO())
    assert refused.value.code == "period_reversed"


def test_page_and_file_for_who_may(ctx: Context) -> None:
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/core/reports/sealed_record/")
    assert page.status_code == 200
    assert f'href="/core/audit-archive/?since={ctx.today.replace(day=1)}&amp;until={ctx.today}"' in page.content.decode()
    answer = client.get("/core/audit-archive/", {"since": str(ctx.today), "until": str(ctx.today)})
    assert b"".join(answer.streaming_content) == archive_of(ctx)  # type: ignore[attr-defined]
    assert client.get("/core/audit-archive/", {"since": "yesterday"}).status_code == 422
    assert client.get("/core/audit-archive/", {"since": "2020-01-01", "until": "2020-01-02"}).status_code == 409
    clerk = make_ctx(ctx.company, "core.view_auditentry")
    client.force_login(clerk.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/core/audit-archive/").status_code == 403
    with scope(ctx.company_id, read_only=True):
        assert AuditEntry.objects.visible_to(ctx).exists()
