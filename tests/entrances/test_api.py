"""The JSON API: what it answers to good calls, and that every bad one gets a problem document and changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.access import issue_token
from enfilade.core.api.views import BODY_MAX_BYTES
from enfilade.core.context import Context
from enfilade.core.models import ApiToken, AuditEntry, HeldCommand, Membership
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db

ITEM = {"code": "A", "name": "Anything", "price": "12.50"}


def count(ctx: Context) -> tuple[int, int]:
    """Items and audit entries of a company."""
    with scope(ctx.company_id):
        return Item.objects.visible_to(ctx).count(), AuditEntry.objects.visible_to(ctx).count()


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert body["title"]
    assert body["detail"].endswith("."), body["detail"]
    return body


def fields(body: dict[str, Any]) -> set[str]:
    """Which inputs a problem names."""
    return {e["field"] for e in body["errors"]}


def test_a_record_is_added_read_changed_and_acted_on(owner: Context, program: Program) -> None:
    """Amounts are decimal text in major units; a change touches what it names; the answer to a command is the record."""
    made = program.post("item/items/", ITEM)
    assert made.status_code == 201
    body = made.json()
    assert (body["code"], body["price"], body["kind"], body["active"], body["label"]) == ("A", "12.50", "service", True, "A Anything")
    assert made["Location"] == f"/api/v1/item/items/{body['id']}/"
    changed = program.send("PATCH", f"item/items/{body['id']}/", {"name": "Something"})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["price"]) == ("Something", "12.50")
    read = program.get(f"item/items/{body['id']}/").json()
    assert read["name"] == "Something"
    assert [p["price"] for p in read["prices"]] == ["12.50"]
    assert program.get("item/items/", q="some").json()["items"][0]["id"] == body["id"]


def test_the_index_shows_what_the_caller_may_enter(owner: Context) -> None:
    clerk = Program(make_ctx(owner.company, "item.view_item"))
    assert [r["label"] for r in clerk.get("").json()["resources"]] == ["item.item"]


def test_a_rehearsal_keeps_nothing(owner: Context, program: Program) -> None:
    """Even with a key: the key is still free afterwards."""
    shown = program.post("item/items/?rehearse=1", ITEM, key="k")
    assert (shown.status_code, shown.json()["code"]) == (200, "A")
    assert count(owner) == (0, 0)
    assert program.post("item/items/", ITEM, key="k").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "item/items/", 405),
        ("DELETE", "item/items/", 405),
        ("PATCH", "item/items/", 405),
        ("OPTIONS", "item/items/", 405),
        ("POST", "item/items/1/", 405),
        ("DELETE", "item/items/1/", 405),
        ("GET", "do/item/add_item/", 405),
        ("POST", "reports/ledger/trial_balance/", 405),
        ("TRACE", "item/items/", 405),
        ("GET", "item/items/999999999/", 404),
        ("GET", f"item/items/{'9' * 40}/", 404),
        ("PATCH", f"item/items/{'9' * 40}/", 422),
        ("GET", "item/nothing/", 404),
        ("GET", "item/items/x/", 404),
        ("POST", "do/item/no_such_command/", 404),
        ("POST", "item/items/1/no_such_command/", 404),
        ("GET", "reports/item/nothing/", 404),
    ],
)
def test_addresses_and_methods_that_are_none(owner: Context, program: Program, method: str, path: str, status: int) -> None:
    """A problem document, never a page; what does answer is said in Allow."""
    answer = program.send(method, path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    if status == 405:
        assert set(answer["Allow"].split(", ")) <= {"GET", "HEAD", "POST", "PATCH"}
        assert method not in answer["Allow"].split(", ")
    assert count(owner) == (0, 0)


def test_head_is_get_without_a_body(owner: Context, program: Program) -> None:
    answer = program.send("HEAD", "item/items/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "line 1, column 2"),
        (b'{"code": "A",\n  "name": }', "line 2, column 11"),
        (b"{'code': 1}", "line 1, column 2"),
        (b'{"code": "A"} x', "line 1, column 15"),
        (b'{"code": "\xff"}', ""),
        (b'\xef\xbb\xbf{"code": "A"}', ""),
        (b'{"code": NaN}', ""),
        (b'{"code": -Infinity}', ""),
        (b'{"code": ' + b"9" * 5000 + b"}", ""),
        (b'{"code": "A", "code": "B"}', "code"),
        (b'{"lines": [{"a": 1, "a": 2}]}', "a"),
        (b"[" * 5000, ""),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, ""),
        (b"[]", ""),
        (b'"text"', ""),
        (b"null", ""),
        (b"7", ""),
        (b'{"a": ' + b"[" * 25 + b"]" * 25 + b"}", ""),
    ],
)
def test_a_body_that_is_no_object(owner: Context, program: Program, body: bytes, place: str) -> None:
    """A sentence, with line and column where the syntax is broken."""
    found = problem(program.post("item/items/", body), 422, "invalid")
    assert place in found["detail"]
    assert count(owner) == (0, 0)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"code": ""}, {"code"}),
        ({"code": None}, {"code"}),
        ({"code": "x" * 41}, {"code"}),
        ({"code": ["A"]}, {"code"}),
        ({"code": {"a": 1}}, {"code"}),
        ({"code": True}, {"code"}),
        ({"code": "A\x00"}, {"code"}),
        ({"code": "A\ud800"}, {"code"}),
        ({"name": "\udfff"}, {"name"}),
        ({"price": "1.005"}, {"price"}),
        ({"price": "-1"}, {"price"}),
        ({"price": 10**30}, {"price"}),
        ({"price": 1e308}, {"price"}),
        ({"price": "1e999999"}, {"price"}),
        ({"price": "NaN"}, {"price"}),
        ({"price": "twelve"}, {"price"}),
        ({"price": [1]}, {"price"}),
        ({"active": "perhaps"}, {"active"}),
        ({"active": 7}, {"active"}),
        ({"active": []}, {"active"}),
        ({"kind": "robot"}, {"kind"}),
        ({"kind": 7}, {"kind"}),
        ({"tax_class": None, "unit": "parsec"}, {"unit"}),
        ({"company": 1}, {"company"}),
        ({"id": 7, "company_id": 7, "created_by": 7, "state": "paid"}, {"id", "company_id", "created_by", "state"}),
        ({"": 1}, {"''"}),
        ({"x\ud800": 1}, {"x"}),
        ({"x" * 5000: 1}, {"x" * 80}),
    ],
)
def test_inputs_that_are_refused(owner: Context, program: Program, change: dict[str, Any], wrong: set[str]) -> None:
    """One entry per input, and nothing is written: neither the good fields nor those that are nobody's to write (S6)."""
    body = problem(program.post("item/items/", ITEM | change), 422, "invalid")
    named = fields(body)
    assert len(named) == len(wrong)
    assert all(any(w.strip("'") in n for n in named) for w in wrong), named
    assert all(len(e["field"]) <= 200 and e["detail"].endswith(".") for e in body["errors"])
    assert count(owner) == (0, 0)


def test_a_number_that_no_column_can_hold(owner: Context, program: Program) -> None:
    """A sentence at its field, whatever the size of the column."""
    sent = {"legal_name": "A", "address": "B", "valid_from": "2026-01-01", "term_days": 4_430_580}
    assert fields(problem(program.post("billing/letterheads/", sent), 422, "invalid")) == {"term_days"}


@pytest.mark.parametrize("given", [7, -12747, True, {"a": 1}, 1.5])
def test_a_list_that_is_none(program: Program, given: Any) -> None:
    """Neither rows nor texts are read from a number."""
    member = {"email": "a@example.org", "name": "A"}
    wrong = fields(problem(program.do("core.add_member", member | {"roles": given, "departments": given}), 422, "invalid"))
    assert {"roles", "departments"} == wrong


@pytest.mark.parametrize("given", [7, -2.5, 1e300, True, [1], "x", "[1]"])
def test_an_object_that_is_none(program: Program, given: Any) -> None:
    """A number is no object, in whichever way it is written."""
    body = problem(program.do("message.fail_delivery", {"message": 1, "reason": "x", "refused": given}), 422, "invalid")
    assert fields(body) == {"refused"}


def test_mass_assignment_changes_nothing(owner: Context, stranger: Context, program: Program) -> None:
    """Every column of the table that nobody types, sent with an honest change (S6)."""
    made = program.post("item/items/", ITEM).json()
    typed = {"code", "name", "kind", "unit", "price_minor", "tax_class", "description", "active"}
    with scope(owner.company_id):
        before = Item.objects.visible_to(owner).values().get()
    for field in Item._meta.concrete_fields:
        for name in {field.name, field.attname, "price_minor"} - (typed - {"price_minor"}):
            for method, path in (("PATCH", f"item/items/{made['id']}/"), ("POST", "item/items/")):
                sent = {"name": "Other", "code": "B"} | {name: stranger.company_id}
                assert fields(problem(program.send(method, path, sent), 422, "invalid")) == {name}
    with scope(owner.company_id):
        assert Item.objects.visible_to(owner).values().get() == before


def test_a_body_that_is_too_large(owner: Context, program: Program) -> None:
    """Refused before it is read as JSON."""
    for size in (BODY_MAX_BYTES + 1, 30 * 1024 * 1024):
        problem(program.post("item/items/", b'{"code": "' + b"x" * size + b'"}'), 413, "too_large")
    assert count(owner) == (0, 0)


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_kind(owner: Context, program: Program, media_type: str) -> None:
    problem(program.post("item/items/", ITEM, media_type=media_type), 415, "media_type")
    assert count(owner) == (0, 0)


def test_json_with_a_charset_is_json(owner: Context, program: Program) -> None:
    assert program.post("item/items/", ITEM, media_type="application/json; charset=utf-8").status_code == 201


def test_a_key_gives_the_first_answer_again(owner: Context, program: Program) -> None:
    """The same status, the same body, one row; other inputs under the key are refused."""
    first = program.post("item/items/", ITEM, key="k-1")
    again = program.post("item/items/", ITEM, key="k-1")
    assert (again.status_code, again.json(), again["Location"]) == (first.status_code, first.json(), first["Location"])
    problem(program.post("item/items/", ITEM | {"name": "Else"}, key="k-1"), 409, "key_reused")
    problem(program.do("item.add_item", ITEM | {"code": "B"}, key="k-1"), 409, "key_reused")
    assert count(owner) == (1, 1)


def test_a_key_counts_for_one_user_and_company(owner: Context, stranger: Context, program: Program) -> None:
    """Two tokens of one user share it, a colleague is refused without learning the answer, another company is another world."""
    first = program.post("item/items/", ITEM, key="k-2")
    assert Program(owner).post("item/items/", ITEM, key="k-2").json() == first.json()
    colleague = make_ctx(owner.company, "*")
    refused = problem(Program(colleague).post("item/items/", ITEM, key="k-2"), 409, "key_reused")
    assert "12.50" not in json.dumps(refused)
    assert Program(stranger).post("item/items/", ITEM, key="k-2").status_code == 201


@pytest.mark.parametrize("key", ["k" * 201, "tab\there", "bell\x07"])
def test_a_key_that_is_none(owner: Context, program: Program, key: str) -> None:
    assert fields(problem(program.post("item/items/", ITEM, key=key), 422, "invalid")) == {"Idempotency-Key"}
    assert count(owner) == (0, 0)


def test_a_refused_command_leaves_its_key_free(owner: Context, program: Program) -> None:
    """Who corrects the input may send it under the same key."""
    problem(program.post("item/items/", ITEM | {"price": "-1"}, key="k-3"), 422, "invalid")
    assert program.post("item/items/", ITEM, key="k-3").status_code == 201


def test_a_broken_constraint_is_a_sentence(owner: Context, program: Program) -> None:
    program.post("item/items/", ITEM)
    body = problem(program.post("item/items/", ITEM), 409, "item_code_once")
    assert body["detail"] == "There is an item with this code."
    assert body["retryable"] is False
    assert count(owner) == (1, 1)


def test_rows_of_other_companies_do_not_exist(owner: Context, stranger: Context, program: Program) -> None:
    """Read, changed, acted on or referred to: 404, the same as for a number that nobody has (S3, S5)."""
    theirs = Program(stranger).post("item/items/", ITEM).json()["id"]
    party = Program(stranger).do("party.add_party", {"kind": "person", "name": "Theirs"}).json()["id"]
    for asked in (theirs, 10**15):
        there = [
            problem(program.get(f"item/items/{asked}/"), 404, "not_found"),
            problem(program.send("PATCH", f"item/items/{asked}/", {"name": "Mine"}), 404, "not_found"),
        ]
        assert {d["detail"].replace(str(asked), "N") for d in there} == {"There is no item N."}
    refused = problem(program.do("party.archive_party", {"party": party}), 404, "not_found")
    assert fields(refused) == {"party"}
    with scope(stranger.company_id):
        assert Party.objects.visible_to(stranger).get(pk=party).archived_at is None
    assert program.get("item/items/").json()["items"] == []
    assert program.get("item/items/", q="Anything").json()["items"] == []


def test_without_the_permission(owner: Context) -> None:
    """403 with the name of what is missing; nothing is said about the inputs before that."""
    clerk = Program(make_ctx(owner.company, "item.view_item"))
    assert clerk.get("item/items/").status_code == 200
    for body in (ITEM, {"nonsense": 1}):
        assert "item.add_item" in problem(clerk.post("item/items/", body), 403, "not_allowed")["detail"]
    problem(clerk.get("party/parties/"), 403, "not_allowed")
    problem(clerk.get("reports/ledger/trial_balance/"), 403, "not_allowed")
    assert count(owner) == (0, 0)


def test_tokens(owner: Context) -> None:
    """Unknown, expired, revoked, of somebody disabled or no longer a member: 401 with how to sign in, and no difference in the answer."""
    program = Program(owner)
    assert program.get("item/items/").status_code == 200
    past = Program(owner, issue_token(owner.user, owner.company, "old", expires_at=timezone.now() - timedelta(seconds=1)))
    answers = [p.get("item/items/") for p in (past, Program(owner, "enf_unknown"), Program(owner, ""), Program(owner, "é\x00"))]
    ApiToken.objects.filter(user=owner.user, revoked_at=None, expires_at=None).update(revoked_at=timezone.now())
    answers.append(program.get("item/items/"))
    other = Program(owner)
    Membership.objects.filter(user=owner.user).update(active=False)
    answers.append(other.get("item/items/"))
    Membership.objects.filter(user=owner.user).update(active=True)
    owner.user.is_active = False
    owner.user.save()
    answers.append(other.get("item/items/"))
    assert {(a.status_code, a["WWW-Authenticate"], a.content) for a in answers} == {(401, "Bearer", answers[0].content)}
    problem(answers[0], 401, "sign_in")


def test_a_token_works_for_its_company_and_for_the_api_only(owner: Context) -> None:
    """It opens no page, and its text is nowhere in the database."""
    program = Program(owner)
    page = program.client.get("/item/items/", headers={"Authorization": f"Bearer {program.token}"})
    assert (page.status_code, page["Location"][:9]) == (302, "/sign-in/")
    assert len(program.token) >= 40
    assert not ApiToken.objects.filter(digest__contains=program.token[4:]).exists()


def test_rights_that_are_taken_away_count_at_once(owner: Context) -> None:
    clerk = make_ctx(owner.company, "item.view_item")
    program = Program(clerk)
    assert program.get("item/items/").status_code == 200
    clerk.company.roles.get(code__in=clerk.roles).memberships.clear()
    assert program.get("item/items/").status_code == 403


def test_a_session_needs_the_token_of_its_forms(owner: Context) -> None:
    """A browser's cookie alone changes nothing (S11); a bearer token, which no browser sends by itself, needs no such token."""
    browser = browser_of(owner, enforce_csrf_checks=True)
    refused = browser.post("/api/v1/item/items/", ITEM, content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert browser.post("/item/items/new/", {"code": "A", "name": "B"}).status_code == 403
    assert count(owner) == (0, 0)
    browser.get("/item/items/")
    token = browser.cookies["csrftoken"].value
    sent = browser.post("/api/v1/item/items/", ITEM, content_type="application/json", headers={"X-CSRFToken": token})
    assert sent.status_code == 201


def test_a_bearer_header_does_not_open_the_session_without_csrf(owner: Context) -> None:
    """A made-up Authorization header must not be the way around the token of the forms."""
    browser = browser_of(owner, enforce_csrf_checks=True)
    forged = browser.post("/api/v1/item/items/", ITEM, content_type="application/json", headers={"Authorization": "Bearer nonsense"})
    assert forged.status_code == 401
    for scheme in ("Basic", "bearer", "Bearer", "Token"):
        page = browser.post("/item/items/new/", {"code": "A", "name": "B"}, headers={"Authorization": f"{scheme} nonsense"})
        assert page.status_code == 403
    assert count(owner) == (0, 0)


def test_a_stranger_is_told_to_sign_in() -> None:
    answer = Client().get("/api/v1/item/items/")
    problem(answer, 401, "sign_in")


def test_a_report_reads_its_inputs_like_a_command(owner: Context, program: Program) -> None:
    """Unknown and unreadable ones are refused; figures come as JSON."""
    bad = problem(program.get("reports/ledger/trial_balance/", on="tomorrow", colour="red"), 422, "invalid")
    assert fields(bad) == {"on", "colour"}


def test_a_held_command_answers_202(owner: Context, program: Program) -> None:
    """With the reason, the role that can open and what waits; the same key is not held twice, and a rehearsal holds nothing."""
    item = program.post("item/items/", ITEM).json()["id"]
    rule = {"command": "item.set_price", "fact": "change_percent", "op": ">", "value": "10", "sentence": "{change_percent} % is a lot."}
    assert program.post("doors/door-rules/", rule | {"release_role": next(iter(owner.roles)), "verdict": "hold"}).status_code == 201
    rise = {"item": item, "price": "20.00", "valid_from": owner.today.isoformat()}
    shown = problem(program.do("item.set_price", rise, rehearse=True), 202, "held")
    assert shown["held"] is None
    first = problem(program.do("item.set_price", rise, key="h"), 202, "held")
    again = problem(program.do("item.set_price", rise, key="h"), 202, "held")
    assert (first["reason"], first["release_role"]) == ("60.0 % is a lot.", next(iter(owner.roles)))
    assert first == again
    with scope(owner.company_id):
        assert HeldCommand.objects.visible_to(owner).count() == 1
    own = problem(program.do("doors.release_held", {"held": int(first["held"].partition(":")[2])}), 409, "own_release")
    assert own["retryable"] is False
    assert program.get(f"item/items/{item}/").json()["price"] == "12.50"


def test_files_are_kept_and_named_safely(owner: Context, program: Program) -> None:
    kept = program.upload("../../etc/pass\x00wd.txt", b"hello")
    assert (kept.status_code, kept.json()["media_type"], kept.json()["size_bytes"]) == (201, "application/octet-stream", 5)
    assert "/" not in kept.json()["name"]
    problem(program.send("POST", "files/", b"", media_type="multipart/form-data; boundary=x"), 422, "invalid")
    problem(program.upload("empty.txt", b""), 422, "invalid")


def test_an_upload_that_is_sent_again_is_kept_once(owner: Context, program: Program) -> None:
    first, again = (program.upload("letter.txt", b"hello", key="u1") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    problem(program.upload("letter.txt", b"hello again", key="u1"), 409, "key_reused")
    problem(program.upload("other.txt", b"hello", key="u1"), 409, "key_reused")
    assert program.upload("letter.txt", b"hello").json()["id"] != first.json()["id"]
    other = Program(make_ctx(make_company("Other"), "*"))
    assert other.upload("letter.txt", b"hello again", key="u1").status_code == 201
    assert problem(program.upload("letter.txt", b"hello", key="x" * 201), 422, "invalid")
