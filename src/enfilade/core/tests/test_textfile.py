"""Encodings, invisible characters and limits of text files from outside."""

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.core.textfile import BYTES_MAX, PROBLEMS_MAX, Problems, clean, code_page, decode, refusal, repair, take


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_found(encoding: str) -> None:
    text = "Name,Telefon\r\nJörg Łuczak,089 1234567\r\n"
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("region", "text"), [("DE", "Jürgen – Groß"), ("PL", "Łukasz Żółć"), ("RU", "Иван"), ("JP", "田中"), ("GR", "Νίκος")]
)
def test_a_file_without_unicode_is_read_in_the_code_page_of_its_country(region: str, text: str) -> None:
    page = code_page(region)
    assert repair(decode(text.encode(page)), page=page) == text


def test_a_wrong_byte_in_one_line_leaves_the_other_lines_alone() -> None:
    lines = decode("Grüße aus Zürich\n".encode() + "Käthe\n".encode("cp1252")).splitlines()
    assert [repair(line) for line in lines] == ["Grüße aus Zürich", "Käthe"]


def test_a_cut_letter_does_not_turn_the_rest_into_others() -> None:
    assert repair(decode("Ñandú ÑÑÑ".encode()[:-1])) == "Ñandú ÑÑ�"


def test_surrogate_pairs_as_java_writes_them_become_one_letter() -> None:
    assert repair(decode("😀".encode("utf-16-le").decode("utf-16-le").encode())) == "😀"
    assert repair(decode(b"\xed\xa0\xbd\xed\xb8\x80")) == "😀"
    assert repair(decode(b"a\xed\xa0\xbdb")) == "a�b"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Anna\x00\x07", "Anna"),
        ("A\u0308rzte", "Ärzte"),
        ("\u202d+49 89 1\u202c", "+49 89 1"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("mark\u200e", "mark"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("lone\ud800", "lone"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, kept: str) -> None:
    assert clean(text)[0] == kept


@pytest.mark.parametrize("text", ["שלום\u200f עולם", "می\u200cخواهم", "👩\u200d⚕️", "tab\tand\nline", "Ärzte", "ﬁ ①"])
def test_what_belongs_to_a_script_stays(text: str) -> None:
    assert clean(text) == (text, False)


def test_heaped_marks_cost_no_time() -> None:
    started = time.process_time()
    kept, changed = clean("a" + "\u0301\u0323" * 30_000)
    assert changed
    assert len(kept) < 40
    assert time.process_time() - started < 1


@given(st.binary(max_size=300), st.sampled_from(["DE", "JP", "RU", "??"]))
def test_no_bytes_raise(data: bytes, region: str) -> None:
    text, _ = clean(repair(decode(data), page=code_page(region)))
    text.encode()
    assert clean(text)[0] == text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once, _ = clean(text)
    assert clean(once)[0] == once


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"x" * (BYTES_MAX + 1), "larger"),
        (b"\n" * 2_000_001 + b"x", "lines"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(data: bytes, word: str) -> None:
    fault = refusal(data, "a CSV file")
    assert fault is not None
    assert word in fault.sentence
    assert fault.refused


def test_a_stream_is_read_no_further_than_the_limit() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 <= size <= BYTES_MAX + 1
            self.given += size
            return b"x" * size

    stream = Endless()
    assert refusal(take(stream), "a CSV file").sentence.startswith("The file is larger")
    assert stream.given == BYTES_MAX + 1


def test_many_problems_are_counted_not_kept() -> None:
    problems = Problems()
    for line in range(5_000):
        problems.add(line, "", "x", refused=line == 4_000)
    listed = problems.listed()
    assert len(listed) == PROBLEMS_MAX + 1
    assert listed[-1].sentence == "4000 more places like these follow."
    assert listed[-1].refused
