"""The language of papers: what is wrong is named with its line, what is put in is never read again."""

from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.document import wording

NAMES = {"number", "party"}
PARTS = {"facts": 0, "lines": 3}


def said(text: str) -> list[str]:
    """The faults of a text."""
    return [str(fault) for fault in wording.faults(text, NAMES, PARTS, ("lines",))]


def test_every_fault_has_its_line() -> None:
    known = "Known names: facts, lines, number, party."
    assert said("Dear {party},\n{lines: a | b | c}\n{facts}") == []
    assert said("Dear {name},\n\n{lines}") == [f"Line 1: There is no {{name}}. {known}"]
    assert said("{lines}\n{party.email} {number()} {{number}}")[:2] == [
        f"Line 2: There is no {{party.email}}. {known}",
        f"Line 2: There is no {{number()}}. {known}",
    ]
    assert said("{lines}\nDear {party\n")[0].startswith("Line 2: A brace is open")
    assert said("{lines}\nSee {facts} here") == ["Line 2: {facts} stands alone on its line."]
    assert said("{lines: a | b}") == ["Line 1: {lines} has 3 columns, but 2 headings are given."]
    assert said("{facts: a}\n{lines}") == ["Line 1: {facts} has no columns, but 1 headings are given."]
    assert said("Hello") == ["This paper has to show {lines} on a line of its own."]
    assert said("x\n" * 301) == ["A paper has at most 300 lines of text."]
    assert [str(f) for f in wording.name_faults("Bill {lines}", NAMES)] == ["There is no {lines}. Known names: number, party."]


def test_what_is_printed() -> None:
    """Lines that follow each other are one paragraph; what is put in is not read again; an empty line of a list goes."""
    values = {"number": "7", "party": "{number} ## x"}
    text = "## No. {number}\nDear {party},\nhello\n\n- one\n- two\n{lines: a | b | c}\n{facts}"
    assert wording.blocks(text, values, PARTS) == [
        {"kind": "heading", "text": "No. 7"},
        {"kind": "paragraph", "items": ["Dear {number} ## x,", "hello"]},
        {"kind": "list", "items": ["one", "two"]},
        {"kind": "lines", "labels": ["a", "b", "c"]},
        {"kind": "facts", "labels": []},
    ]
    assert wording.blocks("{number}", {"number": ""}, PARTS) == []


@given(st.text(alphabet="{}:|# -abnumberlis\n", max_size=120))
def test_a_text_without_faults_has_no_brace_left(text: str) -> None:
    """Whatever is taken is understood whole."""
    if not wording.faults(text, NAMES, PARTS, ()):
        printed = wording.blocks(text, {"number": "7", "party": "Ada"}, PARTS)
        assert not any("{" in str(one.get("text", "")) + "".join(one.get("items", [])) for one in printed)
