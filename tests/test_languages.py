"""Every sentence of the house in every language; and no page that says English to somebody who reads German."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.utils import timezone, translation

from enfilade.core.language.collect import of_scripts
from enfilade.core.language.markup import Message, translate_source
from enfilade.core.language.scripts import SCRIPT_WORDS
from enfilade.core.language.words import LANGUAGES, ORIGIN, STATE, book_of, name_of, say, say_finished, say_plural
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.headings import headings
from enfilade.core.scope import scope
from enfilade.core.ui.cells import render_cell
from tools.words import known, said

from .practices import practice
from .test_matrix import awake, cells, client_of, last_rows

KINDS = Path(__file__).resolve().parents[1] / "src" / "enfilade" / "kinds"
SCRIPTS = Path(__file__).resolve().parents[1] / "frontend" / "src"
OTHERS = [language for language in LANGUAGES if language != ORIGIN]
_HOLES = re.compile(r"{\w+}|</?\w+>")
SPOKEN = {"alt", "aria-label", "placeholder", "title", "data-label", "aria-description"}
# The page of the company's own words shows mails in every language.
QUOTES = "/message/words/"
QUIET = {"script", "style", "code", "textarea", "svg"}
# The menu is as long as many pages; it is read once, whichever of its entries is marked as the present one.
OFFICE = re.compile(r'<section class="office".*?</section>', re.DOTALL)
PRESENT = ' aria-current="page"'
# So many letters of a sentence stand between its values, or it could be anything.
PATTERN_LETTERS_MIN = 12
FEWEST_TEXTS = 2_000


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_complete(language: str) -> None:
    """Each sentence has its translation, with the same values and tags in it, and no catalogue keeps what nobody says."""
    words, wanted = known(language), {message for messages in said().values() for message in messages}
    assert [m.text for m in wanted if not words.get(m) or (m.many and not all(words[m]))] == []
    assert [m.text for m in words if m not in wanted] == []
    for message in wanted:
        found = words[message]
        for text in found if isinstance(found, tuple) else (found,):
            assert set(_HOLES.findall(text)) == set(_HOLES.findall(message.text)), text


def test_the_words_of_scripts() -> None:
    """What the scripts say is what pages bring along."""
    assert {message.text for _, message in of_scripts(SCRIPTS)} == set(SCRIPT_WORDS)


def test_sentences_are_found_in_templates() -> None:
    """A sentence goes from box to box, with its values and inline tags; conditions and boxes end it; scripts and data are left alone."""
    source = (
        '<p class="x">Press <kbd class="kbd">N</kbd> for {{ visit.name|title }}.</p><script>say("No")</script>'
        '<a href="/x/" title="Read on">{% icon "plus" %} New {{ label }}</a>{# no #}<td>{{ n }} row{{ n|pluralize }}</td>'
        '{% if x %}Some{% else %}None{% endif %}{{ note|default:"No note" }}'
    )
    _, messages = translate_source(source)
    assert messages == [
        Message("Press <kbd>N</kbd> for {name}."),
        Message("Read on"),
        Message("New {label}"),
        Message("{n} row", "{n} rows"),
        Message("Some"),
        Message("None"),
        Message("No note"),
    ]


def test_what_a_template_hands_on_is_translated() -> None:
    """Words given to an included part, or chosen by a filter, though Django holds both for safe; a state also where it is written small."""
    source, messages = translate_source('{% include "x.html" with submit_label="Check out" %}{{ signed|yesno:"Yes,No" }}')
    assert messages == [Message("Check out"), Message("Yes"), Message("No")]
    assert source == '{% include "x.html" with submit_label="Check out"|say %}{{ signed|yesno:"Yes,No"|say }}'
    drawn = engines["django"].from_string('{% with words="Check out"|say %}{{ words }}{% endwith %}, {{ signed|yesno:"Yes,No"|say }}')
    with translation.override("de"):
        assert drawn.render({"signed": True}) == "Abmelden, Ja"
        assert (say("open", STATE), say("Open", STATE), say("Open")) == ("Offen", "Offen", "Öffnen")


def test_a_finished_sentence_is_found_by_its_pattern() -> None:
    """What a row kept in English, or a command said with values in it, is read in German; a word of the house within it as well."""
    with translation.override("de"):
        assert say("There is no invoice 7.") == "Rechnung 7 gibt es nicht."
        assert say("Nobody has ever written this.") == "Nobody has ever written this."
    with translation.override("en-gb"):
        assert say("There is no invoice 7.") == "There is no invoice 7."
        assert say_plural("{n} row", "{n} rows", 2) == "{n} rows"


def test_a_record_is_called_in_the_language_of_the_reader() -> None:
    """Its words, its days and its clock; `str` stays the one name of audit and books, and what somebody typed stays as it is."""
    from enfilade.back.billing.models import Invoice, Letterhead
    from enfilade.base.books.models import Entry, Period
    from enfilade.base.document.models import Document, DocumentKind
    from enfilade.base.party.models import Party
    from enfilade.core.models import ImportBatch

    document = Document(kind=DocumentKind(name="Report"), party=Party(name="Ada Open"), version=2)
    batch = ImportBatch(file_name="Open.csv", at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    rows = (
        (Entry(pk=24), "Entry 24", "Buchung 24"),
        (Invoice(pk=3), "Draft 3", "Entwurf 3"),
        (document, "Report of Ada Open, version 2", "Bericht von Ada Open, Version 2"),
        (Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31)), "March 2026", "März 2026"),
        (Letterhead(legal_name="Kiel AG", valid_from=date(2026, 3, 1)), "Kiel AG from 2026-03-01", "Kiel AG ab 01.03.2026"),
        (batch, "Open.csv (2026-07-01 22:30)", "Open.csv (02.07.2026, 00:30)"),
        (Party(name="Entry 24"), "Entry 24", "Entry 24"),
    )
    for row, canonical, german in rows:
        with translation.override("de"), timezone.override("Europe/Berlin"):
            assert (str(row), name_of(row)) == (canonical, german)
        with translation.override("en-gb"):
            assert name_of(row) == canonical


def test_what_the_house_wrote_into_a_note_is_said_and_what_people_wrote_is_not() -> None:
    """An entry that a payment made, one that somebody made; a note of a case."""
    from enfilade.base.books.models import Entry

    with translation.override("de"):
        assert Entry(text="Payment from Ada for R-7", origin="billing.payment:7").get_text_display() == "Zahlung von Ada für R-7"
        assert Entry(text="Reversal of entry 7: mistyped", reverses_id=7).get_text_display() == "Storno der Buchung 7: mistyped"
        assert Entry(text="Payment from Ada for R-7").get_text_display() == "Payment from Ada for R-7"
        assert say_finished("Taken up again: she called") == "Wieder aufgenommen: she called"
        assert [say_finished(text) for text in ("Open", "The result of the call")] == ["Open", "The result of the call"]
        assert say("This draft is due on 2026-11-02, before it would be issued.") == (
            "Dieser Entwurf ist am 02.11.2026 fällig, bevor er ausgestellt würde."
        )


@pytest.mark.django_db
def test_what_strangers_read_depends_on_their_browser(client: Any) -> None:
    """And whatever keeps pages for others on the way is told so."""
    german = client.get("/sign-in/", headers={"Accept-Language": "de"})
    assert "Anmelden" in german.content.decode()
    assert "Accept-Language" in german.headers["Vary"]


def test_a_heading_is_no_button() -> None:
    """What is open of an invoice, and the button that opens; in a list and in a file that is taken along."""
    invoices = RESOURCES["billing.invoice"]
    with translation.override("de"):
        drawn = engines["django"].from_string("{{ label|say_state }}, {{ label|say }}").render({"label": invoices.label_of("open_minor")})
    assert drawn == "Offen, Öffnen"
    assert headings(invoices, "de")["open_minor"] == "Offen"


def test_numbers_keep_their_direction() -> None:
    """A telephone number on a page in Arabic begins with its plus; in German it is what it is."""
    with translation.override("ar"):
        assert render_cell({"kind": "text", "text": "+49 431 5600024"}) == "<bdi>+49 431 5600024</bdi>"
    with translation.override("de"):
        assert render_cell({"kind": "text", "text": "+49 431 5600024"}) == "+49 431 5600024"


class Read(HTMLParser):
    """What somebody reads on pages, each text once; `text` in `texts` gives the first page on which it was."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.menus: set[str] = set()
        self.quiet, self.url = 0, ""

    def read(self, url: str, html: str) -> None:
        """One more page."""
        self.reset()
        self.quiet, self.url = 0, url
        self.feed(OFFICE.sub(self.unread, html))
        self.close()

    def unread(self, menu: re.Match[str]) -> str:
        """A part of the menu, "" where it was read on another page."""
        html = menu[0].replace(PRESENT, "")
        known = html in self.menus
        self.menus.add(html)
        return "" if known else html

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Titles and labels are read too."""
        self.quiet += tag in QUIET
        for name, value in attrs:
            if name in SPOKEN and value:
                self.texts.setdefault(value, self.url)

    def handle_endtag(self, tag: str) -> None:
        """Back to where words are read."""
        self.quiet -= tag in QUIET

    def handle_data(self, data: str) -> None:
        """Words between tags."""
        if not self.quiet and re.search(r"[A-Za-z]{2}", data):
            self.texts.setdefault(re.sub(r"\s+", " ", data).strip(), self.url)


def english(text: str) -> bool:
    """Whether this is a sentence of the house that was not translated."""
    book: Any = book_of("de")
    if text in book.exact:
        return len(text) > 2 and book.exact[text] != text and text not in book.exact.values()
    for first in (text.partition(" ")[0], ""):
        for pattern, _ in book.patterns.get(first, ()):
            if pattern.fullmatch(text):
                return len(re.sub(r"\(\?P<\w+>\.\+\?\)|\W", "", pattern.pattern)) >= PATTERN_LETTERS_MIN
    return False


def words_of_the_company(owner: Any) -> tuple[set[str], set[str]]:
    """What is data of the demo company: names of its records, and the words that its kind of company brings along.

    Further: names of records that are said in German.
    """
    with scope(owner.company_id), translation.override("de"), timezone.override(owner.zone):
        rows = [(str(row), name_of(row)) for resource in RESOURCES.values() for row in resource.rows(owner)[:500]]
    own, made = {name for name, said in rows if name == said}, {name for name, said in rows if name != said}
    for file in KINDS.rglob("*.toml"):
        own |= set(texts_in(tomllib.loads(file.read_text())))
    return {name for name in own if len(name) > 1} | {"Cash", "Holiday"}, made


def texts_in(found: Any) -> Iterator[str]:
    """Every text in a file of data."""
    if isinstance(found, str):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from texts_in(inner)


def pages(owner: Any) -> Iterator[str]:
    """Addresses of pages, those of records and dialogs included."""
    for cell in cells(last_rows(owner)):
        if (
            cell.method == "get"
            and not cell.url.startswith("/api/")
            and "/export." not in cell.url
            and "/options/" not in cell.url
            and cell.url != QUOTES
        ):
            yield cell.url


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_no_page_says_english_to_a_german() -> None:
    """Every page, record, dialog and report of a practice whose owner reads German."""
    from enfilade.base.books.models import Account
    from enfilade.core.models import User

    owner = awake(practice()[0])
    User.objects.filter(pk=owner.user.pk).update(language="de")
    client, read = client_of(owner), Read()
    own, made = words_of_the_company(owner)
    with scope(owner.company_id):
        # A chart of accounts is data in one language; some of its names are words of the house as well.
        accounts = set(Account.objects.values_list("name", flat=True))
    for url in pages(owner):
        answer = client.get(url)
        if not answer.streaming and "html" in answer.headers.get("Content-Type", ""):
            read.read(url, answer.content.decode())
    assert len(read.texts) > FEWEST_TEXTS
    left = [
        f"{url}: {text}"
        for text, url in read.texts.items()
        if text in made or (text not in accounts and not any(name in text for name in own) and english(text))
    ]
    assert left == [], f"{len(left)} texts:\n" + "\n".join(left)
