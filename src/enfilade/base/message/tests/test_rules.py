"""Addresses, placeholders, HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.message import rules


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada@Post.Example", ("", "ada@post.example")),
        ("Ada Löwe <ada@post.example>", ("Ada Löwe", "ada@post.example")),
        ("ada", ("", "")),
        ("a@b.example, c@d.example", ("", "")),
        ("a@b.example\r\nBcc: c@d.example", ("", "")),
    ],
)
def test_addresses(text: str, found: tuple[str, str]) -> None:
    """Read, or refused as a whole."""
    assert rules.read_address(text)[1] == found[1]
    if found[1]:
        assert rules.read_address(text)[0] == found[0]


@given(st.text())
def test_no_text_is_run(text: str) -> None:
    """Values come out as they are; what they contain is not filled in again."""
    assert rules.fill("{a}", {"a": text, "b": "secret"}) == text
    assert "secret" not in rules.fill("{a} {a.b} {a[0]} {{ b }} {b!r} {% b %}", {"a": "{b}", "b": ""})


@given(st.text())
def test_html_of_a_text_has_no_tag_of_its_own(text: str) -> None:
    """Only p, br and a."""
    html = rules.as_html(text)
    for tag in ("<p>", "</p>", "<br>", "</a>"):
        html = html.replace(tag, "")
    assert "<" not in html.replace('<a href="http', "")


@given(st.text())
def test_a_header_is_one_line(text: str) -> None:
    """No control character gets into a header."""
    assert all(c.isprintable() for c in rules.one_line(text))


def test_languages_are_tried_in_order() -> None:
    """The party's, the company's, English."""
    assert rules.languages_for("de-CH", "fr") == ["de", "fr", "en"]
    assert rules.languages_for("", "en-gb") == ["en"]
