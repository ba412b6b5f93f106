"""Files that people give us: never run by a browser, never a path, never seen by who may not (S8, S9)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enfilade.core import files
from enfilade.core.context import Context, Invalid
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def zip_of(**members: bytes) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def fetch(client: Client, pk: int) -> Any:
    """Ask for a file as a browser would."""
    return client.get(f"/files/{pk}/")


@pytest.mark.parametrize(
    ("name", "content", "media_type", "inline"),
    [
        ("page.html", SCRIPT, "application/octet-stream", False),
        ("page.HTML", SCRIPT, "application/octet-stream", False),
        ("page.html.", SCRIPT, "application/octet-stream", False),
        ("photo.png", SCRIPT, "application/octet-stream", False),
        ("photo.jpg.svg", SVG, "application/octet-stream", False),
        ("drawing.svg", SVG, "application/octet-stream", False),
        ("x.svgz", b"\x1f\x8b" + SVG, "application/octet-stream", False),
        ("data.xml", b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><a/>", "application/octet-stream", False),
        ("page.mht", b"MIME-Version: 1.0\r\n", "application/octet-stream", False),
        ("shell.phtml", b"<?php system($_GET[0]); ?>", "application/octet-stream", False),
        (".htaccess", b"AddType text/html .png", "application/octet-stream", False),
        ("script.js", b"alert(1)", "application/octet-stream", False),
        ("archive.zip", zip_of(a=b"1"), "application/zip", False),
        ("photo.png", PNG, "image/png", True),
        ("photo.html", PNG, "image/png", True),
        ("letter.pdf", b"%PDF-1.7\n", "application/pdf", True),
        ("polyglot.png", PNG + SCRIPT, "image/png", True),
        ("polyglot.pdf", b"%PDF-1.4\n" + zip_of(index=SCRIPT), "application/pdf", True),
        ("gif.gif", b"GIF89a/*<script>*/=alert(1)", "application/octet-stream", False),
    ],
)
def test_no_browser_runs_what_comes_out(owner: Context, name: str, content: bytes, media_type: str, inline: bool) -> None:
    """The type is told by the content, never by the name or the sender; what is no picture or PDF is a download; all of it is sandboxed."""
    kept = Program(owner).upload(name, content).json()
    assert kept["media_type"] == media_type
    answer = fetch(browser_of(owner), kept["id"])
    assert b"".join(answer.streaming_content) == content
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("inline" if inline else "attachment"), disposition
    assert answer["Content-Type"] == (media_type if inline else "application/octet-stream")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("..", "file"),
        ("...", "file"),
        ("", "file"),
        ("/", "file"),
        ("．．／x", "．．／x"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
        ('quo"te;.pdf', 'quo"te;.pdf'),
        ("Übergröße é.pdf", "Übergröße é.pdf"),
    ],
)
def test_a_name_is_for_people(owner: Context, name: str, shown: str) -> None:
    """Its last part, without what cannot be seen; in the header it breaks nothing; on disk there is no trace of it."""
    assert files.clean_name(name) == shown
    with scope(owner.company_id):
        row = files.store(owner, name, io.BytesIO(b"content of " + name.encode("utf-8", "replace")))
    answer = fetch(browser_of(owner), row.pk)
    assert "\r" not in answer["Content-Disposition"]
    assert "\n" not in answer["Content-Disposition"]
    assert "Set-Cookie" not in answer
    kept = [p.name for p in Path(settings.FILES_DIR).rglob("*") if p.is_file()]
    assert row.sha256 in kept
    assert all(len(n) == 64 and set(n) <= set("0123456789abcdef") for n in kept)


def test_a_file_is_seen_by_who_kept_it_and_by_nobody_else(owner: Context, stranger: Context) -> None:
    """A number is not enough: a colleague without a record that carries it, another company, a stranger (S3, S9)."""
    kept = Program(owner).upload("secret.txt", b"secret").json()
    assert fetch(browser_of(owner), kept["id"]).status_code == 200
    colleague = make_ctx(owner.company, "*")
    for client in (browser_of(colleague), browser_of(stranger)):
        for pk in (kept["id"], 10**12, 10**30):
            assert fetch(client, pk).status_code == 404
    assert fetch(Client(), kept["id"]).status_code == 302
    listed = Program(colleague).get("")
    assert "secret" not in listed.content.decode()


def test_the_same_content_of_two_companies_stays_apart(owner: Context, stranger: Context) -> None:
    """One content on disk, two rows; knowing the content opens nobody's file."""
    mine, theirs = Program(owner).upload("a.txt", b"same").json(), Program(stranger).upload("b.txt", b"same").json()
    assert mine["id"] != theirs["id"]
    assert fetch(browser_of(owner), theirs["id"]).status_code == 404
    with scope(owner.company_id):
        assert [r.name for r in StoredFile.objects.visible_to(owner).filter(sha256__isnull=False)] == ["a.txt"]


def test_sizes(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty and too large are refused with a sentence, whatever the entrance, and nothing is kept."""
    monkeypatch.setattr(files, "SIZE_MAX_BYTES", 1000)
    program = Program(owner)
    assert program.upload("fits.txt", b"x" * 1000).status_code == 201
    for content, sentence in ((b"", "This file is empty."), (b"x" * 1001, "This file is larger than")):
        answer = program.upload("bad.txt", content)
        assert answer.status_code == 422
        assert sentence in answer.json()["detail"]
        with pytest.raises(Invalid), scope(owner.company_id):
            files.store(owner, "bad.txt", io.BytesIO(content))
    with scope(owner.company_id):
        assert StoredFile.objects.visible_to(owner).count() == 1


def test_a_body_larger_than_any_file_is_not_even_read(owner: Context) -> None:
    """By its announced length, on pages and in the API."""
    headers = {"CONTENT_LENGTH": str(10 * 1024 * 1024 * 1024)}
    for path in ("/api/v1/files/", "/party/parties/import/", "/sign-in/"):
        answer = browser_of(owner).post(path, {"file": SimpleUploadedFile("x", b"x")}, **headers)
        assert answer.status_code == 413
        assert b"too large" in answer.content


def test_a_post_without_a_file(owner: Context) -> None:
    program = Program(owner)
    for media_type in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json"):
        assert program.send("POST", "files/", b"file=x", media_type=media_type).status_code == 422


def test_files_are_not_below_what_the_web_server_serves() -> None:
    """Neither in the static files nor beside the code."""
    kept = Path(settings.FILES_DIR).resolve()
    assert not kept.is_relative_to(Path(settings.STATIC_ROOT).resolve())
    assert all(not kept.is_relative_to(Path(folder[1] if isinstance(folder, tuple) else folder)) for folder in settings.STATICFILES_DIRS)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_one_key_sent_many_times_at_once_keeps_one_file() -> None:
    ctx = make_ctx(make_company(), "*")
    kept = race(20, lambda _: files.keep_upload(ctx, SimpleUploadedFile("letter.txt", b"hello"), key="u1").pk)
    assert len(set(kept)) == 1, kept
    with scope(ctx.company_id, read_only=True):
        assert StoredFile.objects.visible_to(ctx).count() == 1


def test_a_program_reads_the_files_that_its_owner_may(program: Program) -> None:
    """By the same guards as in a browser: whoever gave it reads it, a colleague who sees no record that carries it finds nothing."""
    kept = program.upload("photo.png", PNG).json()["id"]
    answer = program.get(f"files/{kept}/")
    assert (answer.status_code, answer["Content-Type"], b"".join(answer.streaming_content)) == (200, "image/png", PNG)
    for other in (Program(make_ctx(program.ctx.company, "*")), Program(make_ctx(make_company("Other"), "*"))):
        assert other.get(f"files/{kept}/").json()["code"] == "not_found"
