"""Pages: headers, what a role may see of the palette, the bell, saved views and the timeline; forms that say what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.models import Notification, SavedView
from enfilade.core.notify import tell
from enfilade.core.pages.session import home_view
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db

PART = {"HX-Request": "true"}
DIALOG = {"HX-Request": "true", "HX-Target": "div#dialog-body"}


def add_item(ctx: Context, **more: str) -> int:
    """An item by the API; its key."""
    answer = Program(ctx).post("item/items/", {"code": "A", "name": "Anything", "price": "12.50"} | more)
    assert answer.status_code == 201, answer.content
    return int(answer.json()["id"])


def text_of(response: Any) -> str:
    """The body."""
    return str(response.content.decode())


# -- headers


@pytest.mark.parametrize(
    "path", ["/item/items/", "/item/items/new/", "/sign-in/", "/nothing/", "/palette/", "/api/v1/", "/party/parties/import/"]
)
@pytest.mark.parametrize("who", ["stranger", "owner"])
def test_headers(owner: Context, path: str, who: str) -> None:
    """On pages, fragments, answers to programs and refusals (R27)."""
    client = browser_of(owner) if who == "owner" else Client()
    answer = client.get(path)
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert (policy["default-src"], policy["object-src"], policy["base-uri"]) == ("'self'", "'none'", "'none'")
    assert (policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'self'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    if who == "owner":
        assert "no-store" in answer["Cache-Control"]
    for script in re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", answer.content.decode()):
        assert "nonce=" in script


def test_the_nonce_is_new_for_each_page(browser_page: Client) -> None:
    nonces = {re.search(r"nonce-([^']+)", browser_page.get("/item/items/")["Content-Security-Policy"])[1] for _ in range(3)}  # type: ignore[index]
    assert len(nonces) == 3


@pytest.mark.parametrize(
    "path", ["/nothing/", "/item/items/999999/", "/item/items/999999/edit/", "/item/do/nothing/", "/item/reports/x/", "/files/1/"]
)
def test_an_address_that_leads_nowhere(browser_page: Client, path: str) -> None:
    """A page with a sentence; a fragment for htmx; a problem document for programs. For a stranger too."""
    page = browser_page.get(path)
    assert page.status_code == 404
    assert "<h1>Not found</h1>" in text_of(page)
    part = browser_page.get(path, headers=PART)
    assert (part.status_code, "<html" in text_of(part)) == (404, False)
    assert browser_page.get(path, headers={"Accept": "application/json"})["Content-Type"] == "application/problem+json"
    assert Client().get(path).status_code in {302, 404}


def test_methods_that_a_page_does_not_answer(owner: Context, browser_page: Client) -> None:
    pk = add_item(owner)
    for method in ("put", "delete", "patch", "options"):
        for path in ("/item/items/", f"/item/items/{pk}/", "/item/items/new/", "/palette/"):
            answer = getattr(browser_page, method)(path)
            assert answer.status_code == 405
            assert "GET" in answer["Allow"]
    assert browser_page.post(f"/item/items/{pk}/").status_code == 405


# -- home, navigation, palette


def test_home_leads_to_the_first_door_that_is_open(owner: Context) -> None:
    """And says so where there is none."""
    assert home_view.__doc__
    assert browser_of(make_ctx(owner.company, "item.view_item")).get("/")["Location"] == "/item/items/"
    nowhere = browser_of(make_ctx(owner.company, "nothing.at_all")).get("/")
    assert (nowhere.status_code, "No door is open for you yet" in text_of(nowhere)) == (403, True)


def test_the_navigation_shows_what_may_be_entered(owner: Context) -> None:
    page = text_of(browser_of(make_ctx(owner.company, "item.view_item")).get("/item/items/"))
    assert 'href="/item/items/"' in page
    assert 'href="/party/parties/"' not in page
    assert "New item" not in page
    assert 'href="/item/items/import/"' not in page


def test_the_palette_finds_what_the_caller_may(owner: Context) -> None:
    """Pages, commands that start something, and records; nothing of what is closed to her or belongs to others (S3, S5)."""
    pk = add_item(owner)
    found = browser_of(owner).get("/palette/?q=anything").json()
    assert [(f["kind"], f["url"]) for f in found] == [("record", f"/item/items/{pk}/")]
    everything = {f["label"] for q in ("item", "save", "price", "import") for f in browser_of(owner).get(f"/palette/?q={q}").json()}
    assert {"Items", "Add item"} <= everything
    assert not {"Save view", "Set price", "Import contact", "Import rows"} & everything, "parts of others, and commands on a record"
    reader = {f["label"] for f in browser_of(make_ctx(owner.company, "item.view_item")).get("/palette/?q=item").json()}
    assert "Items" in reader
    assert "Add item" not in reader
    blind = browser_of(make_ctx(owner.company, "party.view_party"))
    assert [f for f in blind.get("/palette/?q=anything").json() if f["kind"] == "record"] == []
    assert [f for f in browser_of(make_ctx(make_company(), "*")).get("/palette/?q=anything").json() if f["kind"] == "record"] == []


@pytest.mark.parametrize("q", ["", "x", "\x00", "%", "_", "'", "\\", "x" * 5000, "a " * 300, "<script>", "ß" * 99])
def test_the_palette_takes_any_words(browser_page: Client, q: str) -> None:
    answer = browser_page.get("/palette/", {"q": q})
    assert answer.status_code == 200
    assert len(answer.json()) <= 60


# -- the bell


def test_notifications_are_ones_own(owner: Context) -> None:
    """A colleague's bell stays silent; the link is there for those who may follow it; reading is a post."""
    pk = add_item(owner)
    reader, blind = make_ctx(owner.company, "item.view_item", "core.read_notifications"), make_ctx(owner.company, "party.view_party")
    with scope(owner.company_id):
        tell(owner, [reader.user, blind.user, owner.user], "The <b>price</b> changed.", f"item.item:{pk}")
    assert "price" not in text_of(browser_of(owner).get("/notifications/")), "nobody is told what she did herself"
    browser = browser_of(reader)
    assert "1</span>" in text_of(browser.get("/notifications/count/"))
    shown = text_of(browser.get("/notifications/"))
    assert "The &lt;b&gt;price&lt;/b&gt; changed." in shown
    assert f'href="/item/items/{pk}/"' in shown
    unlinked = text_of(browser_of(blind).get("/notifications/"))
    assert "changed." in unlinked
    assert f"/item/items/{pk}/" not in unlinked
    done = browser.post("/notifications/")
    assert (done.status_code, done["HX-Trigger"]) == (200, "live:core.notification")
    assert text_of(browser.get("/notifications/count/")) == ""
    with scope(owner.company_id):
        unread = Notification.objects.visible_to(owner).filter(read_at=None).values_list("user", flat=True)
        assert list(unread) == [blind.user.pk]
    assert browser_of(blind).post("/notifications/").status_code == 403


# -- saved views


def save(client: Client, name: str, query: str = "kind=service", **more: str) -> Any:
    """Save the list of items under a name, as the dialog does."""
    return client.post("/core/do/save_view/", {"resource": "item.item", "query": query, "name": name, **more}, headers=DIALOG)


def test_saved_views(owner: Context) -> None:
    """Kept for oneself or shared; shown above the list; removed by the one who saved it, once per name."""
    colleague = make_ctx(owner.company, "item.view_item", "core.save_view")
    mine, hers = browser_of(owner), browser_of(colleague)
    saved = save(mine, "My <services>")
    assert (saved.status_code, "dialog-close" in saved["HX-Trigger"]) == (204, True)
    assert save(mine, "Shared", shared="on").status_code == 204
    assert save(mine, "Shared").status_code == 409
    page = text_of(mine.get("/item/items/?kind=service"))
    assert "My &lt;services&gt;" in page
    assert 'href="/item/items/?kind=service" aria-current="true"' in page
    assert "Delete the view" in page
    theirs = text_of(hers.get("/item/items/?kind=service"))
    assert "Shared" in theirs
    assert "services&gt;" not in theirs
    assert "Delete the view" not in theirs
    with scope(owner.company_id):
        keys = {v.name: v.pk for v in SavedView.objects.visible_to(owner)}
    refused = hers.post(f"/core/do/delete_view/{keys['Shared']}/", headers=DIALOG)
    assert (refused.status_code, "Only the person who saved this view" in text_of(refused)) == (409, True)
    assert mine.post(f"/core/do/delete_view/{keys['Shared']}/", headers=DIALOG).status_code == 204


def test_a_view_of_what_one_may_not_see_is_not_kept(owner: Context) -> None:
    blind = browser_of(make_ctx(owner.company, "core.save_view"))
    assert save(blind, "Items").status_code == 403
    assert save(browser_of(owner), "Nothing", resource="no.such").status_code == 409


def test_a_view_leads_nowhere_else(owner: Context) -> None:
    """Its query is text that somebody else may have written: it stays a query of this list."""
    save(browser_of(owner), "Odd", query='"><script>alert(1)</script>&x=1#//evil.example')
    page = text_of(browser_of(owner).get("/item/items/"))
    assert "<script>alert" not in page
    assert 'href="/item/items/?&quot;&gt;' in page


# -- lists and records


def test_a_list_says_what_is_wrong_with_its_address(browser_page: Client) -> None:
    answer = browser_page.get("/item/items/?kind=robot")
    assert (answer.status_code, "Choose one of" in text_of(answer)) == (422, True)
    part = browser_page.get("/item/items/", headers={**PART, "HX-Target": "section#list"})
    assert (part.status_code, "<html" in text_of(part)) == (200, False)


def test_text_from_people_is_text(owner: Context) -> None:
    """In list, record, timeline, palette, titles and attributes (S7)."""
    payload = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% debug %}'"
    pk = add_item(owner, name=payload, description=payload)
    browser = browser_of(owner)
    for path in ("/item/items/", f"/item/items/{pk}/", f"/item/items/{pk}/timeline/", f"/item/items/{pk}/edit/", "/item/items/?q=script"):
        page = text_of(browser.get(path))
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "onerror=alert" in page, path
        assert "{{7*7}}" in page, path
    assert payload in browser.get("/palette/?q=alert").json()[0]["label"]


def test_the_timeline_tells_what_was_typed_to_those_who_may_type_it(owner: Context) -> None:
    """Others see that it happened."""
    pk = add_item(owner, name="Before")
    Program(owner).send("PATCH", f"item/items/{pk}/", {"name": "After", "price": "99.00"})
    full = text_of(browser_of(owner).get(f"/item/items/{pk}/timeline/"))
    assert "<del>Before</del>" in full
    assert "€99.00" in full
    assert "company" not in full.lower()
    brief = text_of(browser_of(make_ctx(owner.company, "item.view_item")).get(f"/item/items/{pk}/timeline/"))
    assert "Change item" in brief
    assert "Olga Owner" in brief
    assert "Before" not in brief
    assert "99.00" not in brief


def test_the_timeline_shows_what_no_command_did(owner: Context) -> None:
    """A person with SQL leaves her name and the values; who may not change the record reads that it happened."""
    pk = add_item(owner, name="Before")
    with scope(owner.company_id):
        Item.objects.visible_to(owner).filter(pk=pk).update(name="By hand", active=False)
    full = text_of(browser_of(owner).get(f"/item/items/{pk}/timeline/"))
    assert "Changed in the database, without a command" in full
    assert str(connection.settings_dict["USER"]) in full
    assert "<del>Before</del> <ins>By hand</ins>" in full
    assert "<del>yes</del> <ins>no</ins>" in full
    assert full.index("By hand") < full.index("Add item")
    brief = text_of(browser_of(make_ctx(owner.company, "item.view_item")).get(f"/item/items/{pk}/timeline/"))
    assert "without a command" in brief
    assert "By hand" not in brief


def test_a_long_timeline_goes_on(owner: Context) -> None:
    pk = add_item(owner)
    program = Program(owner)
    for number in range(35):
        program.send("PATCH", f"item/items/{pk}/", {"name": f"Name {number:02d}"})
    browser = browser_of(owner)
    first = text_of(browser.get(f"/item/items/{pk}/timeline/"))
    older = re.search(r'hx-get="([^"]+before=\d+)"', first)
    assert older is not None
    second = text_of(browser.get(older[1]))
    names = [set(re.findall(r"<ins>Name (\d\d)</ins>", text)) for text in (first, second)]
    assert len(names[0]) == 30
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == 35
    for mark in ("x", "-1", "²", "9" * 40):
        assert browser.get(f"/item/items/{pk}/timeline/?before={mark}").status_code == 200


# -- forms


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(owner: Context, browser_page: Client) -> None:
    """422 with the sentence at its field; the key of the form stays, so that the next try is the same try."""
    form = {"code": "A", "name": "", "price": "1.005", "kind": "service", "_key": "form-1"}
    answer = browser_page.post("/item/items/new/", form)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Name is required." in page
    assert "at most 2 decimals" in page
    assert 'value="1.005"' in page
    assert 'name="_key" value="form-1"' in page
    for sentence in ("Name is required.", "at most 2 decimals"):
        assert page.count(sentence) == 1, "once, at its field"


def test_a_form_sent_twice_is_one_record(owner: Context, browser_page: Client) -> None:
    """A second click, the back button: the same key, the same row."""
    form = {"code": "A", "name": "Once", "price": "1", "kind": "service", "unit": "C62", "tax_class": "standard", "_key": "form-2"}
    first, second = (browser_page.post("/item/items/new/", form) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    with scope(owner.company_id):
        assert Item.objects.visible_to(owner).count() == 1


def test_an_edit_form_shows_what_is_and_changes_what_was_typed(owner: Context, browser_page: Client) -> None:
    pk = add_item(owner, description="Two\nlines")
    page = text_of(browser_page.get(f"/item/items/{pk}/edit/"))
    assert 'value="12.50"' in page
    assert "Two\nlines" in page
    form = {"code": "A", "name": "New name", "price": "13", "kind": "product", "unit": "C62", "tax_class": "standard", "description": ""}
    assert browser_page.post(f"/item/items/{pk}/edit/", form).status_code == 302
    with scope(owner.company_id):
        row = Item.objects.visible_to(owner).get()
    assert (row.name, row.price_minor, row.kind, row.description, row.active) == ("New name", 1300, "product", "", False)


def test_a_dialog_rehearses_and_runs(owner: Context, browser_page: Client) -> None:
    """The preview keeps nothing; running closes the dialog and tells the page."""
    pk = add_item(owner)
    url = f"/item/do/set_price/{pk}/"
    opened = browser_page.get(url, headers=DIALOG)
    assert (opened.status_code, "<html" in text_of(opened)) == (200, False)
    form = {"price": "20.00", "valid_from": owner.today.isoformat(), "_key": "d"}
    shown = browser_page.post(url, {**form, "rehearse": "1"}, headers=DIALOG)
    assert "nothing is saved yet" in text_of(shown)
    done = browser_page.post(url, form, headers=DIALOG)
    assert done.status_code == 204
    assert {"dialog-close", "record-changed", "toast"} <= set(json.loads(done["HX-Trigger"]))
    bad = browser_page.post(url, {**form, "price": "x"}, headers=DIALOG)
    assert (bad.status_code, "Enter an amount" in text_of(bad)) == (422, True)


def test_a_dialog_over_a_dialog_hands_over_what_it_made(owner: Context, browser_page: Client) -> None:
    form = {"code": "Q", "name": "Queue", "role_code": "owner"}
    done = browser_page.post("/work/queues/new/?dialog=subdialog", form, headers={**PART, "HX-Target": "div#subdialog-body"})
    assert done.status_code == 204
    assert "ref-created" in done["HX-Trigger"]


def test_a_refusal_that_belongs_to_no_field_is_said_above_the_form(owner: Context, browser_page: Client) -> None:
    """Also when it concerns an input that the form hides."""
    pk = add_item(owner)
    twice = browser_page.post(
        "/item/items/new/", {"code": "A", "name": "x", "price": "1", "kind": "service", "unit": "C62", "tax_class": "zero"}
    )
    assert (twice.status_code, text_of(twice).count("There is an item with this code.")) == (409, 1)
    hidden = browser_page.post(f"/item/do/set_price/{pk}/?hide=price", {"price": "x", "valid_from": "2026-11-02"})
    assert (hidden.status_code, text_of(hidden).count("Enter an amount")) == (422, 1)


def test_the_target_of_a_form_is_in_its_address(owner: Context, stranger: Context, browser_page: Client) -> None:
    """Whatever the body names: the record of the page is changed, and a record of others is none (S3)."""
    mine, theirs = add_item(owner), add_item(stranger, name="Theirs")
    form = {"code": "A", "name": "Hacked", "price": "1", "kind": "service", "unit": "C62", "tax_class": "standard", "item": str(theirs)}
    assert browser_page.post(f"/item/items/{theirs}/edit/", form).status_code in {404, 409}
    assert browser_page.post(f"/item/items/{mine}/edit/", form).status_code == 302
    with scope(stranger.company_id):
        assert Item.objects.visible_to(stranger).get().name == "Theirs"


@pytest.mark.parametrize("extra", ["company", "id", "pk", "is_staff", "state", "owner", "number", "search_text", "merged_into"])
def test_a_form_takes_only_its_fields(owner: Context, stranger: Context, browser_page: Client, extra: str) -> None:
    """More in the post changes nothing (S6)."""
    answer = browser_page.post("/party/parties/new/", {"kind": "person", "name": "Pia Person", extra: str(stranger.company_id)})
    assert answer.status_code == 302
    with scope(owner.company_id):
        row = Party.objects.visible_to(owner).get()
        assert (row.company_id, row.number, row.merged_into_id) == (owner.company_id, "P-00001", None)
        assert row.search_text != str(stranger.company_id)


def test_lines_of_a_form_with_odd_numbers(browser_page: Client) -> None:
    """Indices that are no numbers, or huge, are no lines; nothing ends in an error of ours."""
    odd = {f"lines-{n}-account_code": "x" for n in ("²", "9" * 300, "-1", "x", "0", "00", "１")}
    answer = browser_page.post("/ledger/do/post_journal/", {**odd, "on": "2026-11-02", "text": "x"}, headers=DIALOG)
    assert answer.status_code in {409, 422}


def test_a_company_lives_in_its_own_zone_and_language(owner: Context) -> None:
    """Dates and amounts are written as the company's people write them."""
    owner.company.language = "de"
    owner.company.save()
    pk = add_item(owner, price="1234.50")
    assert "1.234,50\xa0€" in text_of(browser_of(owner).get(f"/item/items/{pk}/"))
