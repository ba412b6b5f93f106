"""Formatting, cells, widgets, and what every template of the house must keep to."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from enfilade.core.ui import avatar, cells, charts, icons, widgets
from enfilade.core.ui import format as wording

TEMPLATES = sorted((Path(icons.__file__).parents[2]).rglob("templates/**/*.html"))
COTTON = Path(icons.__file__).parents[1] / "templates" / "cotton"
EVIL = "<img src=x onerror=alert(1)>\"'"
DECLARED = re.compile(r"<c-vars\s+(.*?)/>", re.DOTALL)
COMPONENT = re.compile(r"<c-([a-z-]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [(120050, "EUR", "€1,200.50"), (-5, "EUR", "-€0.05"), (1200, "JPY", "JP¥1,200"), (1234, "KWD", "KWD1.234")],
)
def test_amounts_keep_every_decimal(minor: int, currency: str, words: str) -> None:
    with translation.override("en"):
        assert wording.format_amount(minor, currency).replace("\xa0", "") == words


@pytest.mark.parametrize(
    ("number", "words"),
    [("DE02120300000000202051", "DE02 1203 0000 0000 2020 51"), ("NO93 8601 1117 947", "NO93 8601 1117 947"), ("12345-678", "12345-678")],
)
def test_ibans_are_read_in_groups_of_four(number: str, words: str) -> None:
    """What is no IBAN, as an account in the United States, stays as it is."""
    assert wording.format_iban(number) == words


def test_amounts_follow_the_language() -> None:
    with translation.override("de"):
        assert wording.format_amount(120050, "EUR") == "1.200,50\xa0€"


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (90, "1 h 30 min"), (1440, "1 d"), (1500, "1 d 1 h"), (-5, "-5 min")]
)
def test_durations(minutes: int, words: str) -> None:
    assert wording.format_duration(minutes) == words


def test_english_without_a_country_counts_24_hours() -> None:
    with translation.override("en"), timezone.override("Europe/Berlin"):
        assert wording.format_clock(datetime(2026, 11, 2, 14, 5, tzinfo=UTC)) == "15:05"
        assert wording.format_day(date(2026, 11, 2)) == "2 Nov 2026"
        assert wording.format_clock(time(9, 30)) == "09:30"


def test_brief_leaves_out_what_is_clear() -> None:
    with translation.override("en"), timezone.override("UTC"):
        now = timezone.now().replace(hour=9, minute=30)
        assert wording.format_brief(now) == "09:30"
        assert wording.format_brief(datetime(2019, 1, 2, 9, 30, tzinfo=UTC)) == "2 Jan 2019, 09:30"


@pytest.mark.parametrize("kind", ["text", "number", "amount", "badge", "ref", "person", "list", "bool", "date", "datetime", "unheard-of"])
@pytest.mark.parametrize("url", ["", f"/x?{EVIL}"])
def test_cells_escape_what_people_typed(kind: str, url: str) -> None:
    html = str(cells.render_cell({"kind": kind, "value": [EVIL] if kind == "list" else EVIL, "text": EVIL, "url": url, "tone": EVIL}))
    if isinstance(html, SafeString):
        assert "<img" not in html
        assert 'onerror=alert(1)>"' not in html


def test_empty_cells_are_a_quiet_dash_and_no_is_an_answer() -> None:
    assert "nothing" in cells.render_cell({"kind": "amount", "value": None})
    assert cells.is_empty({"kind": "text", "value": ""})
    assert not cells.is_empty({"kind": "bool", "value": False})
    assert not cells.is_empty({"kind": "number", "value": 0})


def test_zero_is_shown() -> None:
    assert cells.render_cell({"kind": "number", "value": 0}) == "0"


@pytest.mark.parametrize(
    ("name", "letters"), [("Ada Lindqvist", "AL"), ("Prince", "P"), ("", "?"), ("  ", "?"), ("李 伟", "李伟"), ("Jean-Luc Picard", "JP")]
)
def test_initials(name: str, letters: str) -> None:
    assert avatar.initials(name) == letters
    assert avatar.hue(name) == avatar.hue(name)


def test_a_ref_box_carries_ids_and_escapes_labels() -> None:
    box = widgets.RefBox("/s/", create_url="/new/", label_of=lambda pk: f"{EVIL}{pk}")
    html = box.render("party", 7, {"id": "id_party"})
    assert 'type="hidden" name="party" value="7"' in html
    assert "<img" not in html
    assert 'data-create-url="/new/"' in html


def test_a_ref_box_for_several_reads_all_ids() -> None:
    box = widgets.RefBox("/s/", multiple=True)
    assert box.value_from_datadict(QueryDict("team=1&team=&team=3"), {}, "team") == ["1", "3"]


def test_a_cash_count_reads_inputs_and_json_alike() -> None:
    box = widgets.CashCount("EUR", (5000, 100))
    assert box.value_from_datadict({"cash-5000": "2", "cash-100": ""}, {}, "cash") == {5000: "2"}
    assert box.value_from_datadict({"cash": {"5000": 2}}, {}, "cash") == {5000: 2}
    assert "€100.00" in box.render("cash", {5000: 2})


def test_a_sparkline_of_one_value_is_nothing() -> None:
    assert charts.sparkline([1]) == ""
    assert "polyline" in charts.sparkline([1, 1])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_icon_in_a_template_exists(template: Path) -> None:
    text = template.read_text()
    for name in (
        re.findall(r'{% icon "([^"]+)"', text)
        + re.findall(r'(?<![\w-])icon="([a-z0-9-]+)"', text)
        + re.findall(r'\|default:"([a-z0-9-]+)" \d+ %}', text)
    ):
        icons.icon(name)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_components_bind_only_attributes_they_declare(template: Path) -> None:
    """An attribute that a component does not declare is passed on unescaped when it is bound with a colon: a hole for scripts."""
    for name, attributes in COMPONENT.findall(template.read_text()):
        if name in {"vars", "slot"}:
            continue
        declaration = DECLARED.search((COTTON / f"{name.replace('-', '_')}.html").read_text())
        declared = set(re.findall(r":?([a-z_-]+)=", declaration[1])) if declaration else set()
        bound = set(re.findall(r"\s:([a-z_-]+)=", attributes))
        assert bound <= declared, f"<c-{name}> binds {sorted(bound - declared)}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_templates_keep_to_the_content_security_policy(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\son[a-z]+=", text), "no inline handlers"
    assert "hx-on" not in text, "hx-on compiles text"
    assert not re.search(r"hx-trigger=\"[^\"]*\w\[", text), "filters in hx-trigger compile text"
    assert "js:" not in text, "js: values compile text"
    assert "|safe" not in text, "safe text is made in Python"
    assert all("nonce" in tag for tag in re.findall(r"<script[^>]*>", text)), "scripts carry the nonce"
