"""What names, numbers and relationships of parties mean. Pure functions.

Telephone numbers are compared in E.164; where a number cannot be dialled from everywhere (an extension, a short code) by its figures.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from .formats.text import fold, normalise_phone, parse_e164, read_email

__all__ = [
    "address_lines",
    "full_name",
    "lookup_keys",
    "name_key",
    "normalise",
    "phone_as_read",
    "phone_tail",
    "relation_words",
    "same_number",
    "search_words",
    "shown_name",
    "shown_phone",
]

# So many figures at the end of two numbers are the same subscriber, however the beginning was written; the rest is then compared too.
TAIL_LENGTH = 7

# Numbers come again on every page of a list.
PHONES_MAX = 8192

# Letters that Unicode does not take apart, as people write them on another keyboard.
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"})

_NO_FIGURES = re.compile("[^0-9]+")
_BLANKS = re.compile(r"\s+")
# Languages in Latin letters that say the family's name before one's own.
FAMILY_FIRST = {"hu", "vi"}
_EASTERN = re.compile("[\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af\\u3005]+")

RELATIONS: dict[str, tuple[str, str]] = {
    "parent": ("parent of", "child of"),
    "guardian": ("guardian of", "ward of"),
    "spouse": ("married to", "married to"),
    "sibling": ("sibling of", "sibling of"),
    "emergency_contact": ("emergency contact of", "to be called in an emergency:"),
    "employee": ("works at", "employs"),
    "contact": ("contact person at", "has as contact person"),
    "insurer": ("insures", "is insured by"),
    "owner": ("owns", "is owned by"),
    "doctor": ("is the doctor of", "is a patient of"),
    "referrer": ("referred", "was referred by"),
    "other": ("is connected with", "is connected with"),
}


def relation_words(kind: str, *, from_other: bool = False) -> str:
    """How a relationship reads from its first or from its second party."""
    return RELATIONS.get(kind, RELATIONS["other"])[from_other]


@lru_cache(maxsize=4_000)
def name_key(name: str) -> str:
    """A name by which it is found and compared: without case, accents, strokes and punctuation."""
    return fold(unicodedata.normalize("NFKC", name)).translate(_PLAIN_LETTERS)


def address_lines(street: str, extra: str, postal_code: str, city: str, region: str, country: str) -> list[str]:
    """What an address says, line by line and in one order whatever the country: by this two of them are compared."""
    place = " ".join(part for part in (postal_code, city) if part)
    return [line for line in (street, extra, place, region, country) if line]


def shown_name(name: str, spoken: str) -> str:
    """The name as it is shown: as it was typed, else made of its parts."""
    return " ".join((name if name.strip() else spoken or name).split())


def full_name(given: str, additional: str, family: str, language: str = "") -> str:
    """The name as it is spoken: given, further and family names; the family first where a language or a script has it so.

    language: that of the person. Names in Chinese, Japanese and Korean letters are written without blanks between them.
    """
    parts = [part for part in (given.strip(), additional.strip(), family.strip()) if part]
    if parts and all(_EASTERN.fullmatch(part) for part in parts):
        return f"{family.strip()}{given.strip()}{additional.strip()}"
    if language.partition("-")[0].lower() in FAMILY_FIRST:
        # In Vietnam the name by which one is called stands last, in Hungary the further ones do.
        further = (additional, given) if language.lower().startswith("vi") else (given, additional)
        parts = [part.strip() for part in (family, *further) if part.strip()]
    return " ".join(parts)


def normalise(kind: str, value: str, region: str) -> str:
    """What two spellings of one contact point have in common.

    kind: phone and fax give E.164, or the bare figures where the number has no such form; email gives small letters; others are folded.
    region: country whose rules apply to a number without +, ISO 3166-1 alpha-2.
    """
    if kind in {"phone", "fax", "pager"}:
        return normalise_phone(value, region) or normalise_phone(bare := figures(value), region) or bare
    if kind == "email":
        return read_email(value)[1].lower()
    return value.strip().casefold()


def figures(text: str) -> str:
    """Its decimal figures, of whatever script, as 0 to 9."""
    if text.isascii():
        return _NO_FIGURES.sub("", text)
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def phone_tail(normalised: str) -> str:
    """The end of a number, by which it is found whatever its beginning looks like."""
    return figures(normalised)[-TAIL_LENGTH:]


def lookup_keys(number: str, region: str) -> tuple[str, ...]:
    """The normalised forms that a number on a display may stand for, best first.

    Exchanges show numbers with +, with 00, without either, and in national form.
    """
    bare = figures(number)
    found = [normalise_phone(number, region), normalise_phone(f"+{bare}", region) if bare and not bare.startswith("0") else "", bare]
    return tuple(dict.fromkeys(key for key in found if key))


def same_number(stored: str, asked: str) -> bool:
    """Whether two normalised numbers are one where one of them lacks its beginning."""
    a, b = figures(stored), figures(asked).lstrip("0")
    return len(b) >= TAIL_LENGTH and (a.endswith(b) or (b.endswith(a.lstrip("0")) and len(a) >= TAIL_LENGTH))


@lru_cache(PHONES_MAX)
def phone_as_read(value: str, region: str) -> str:
    """A number written as people of a country write it; what can't be dialled from everywhere stays as it was given."""
    found = normalise("phone", value, region)
    return shown_phone(found, region) if found.startswith("+") else value


def shown_phone(normalised: str, region: str) -> str:
    """A number as people of a country write it: national at home, international abroad."""
    number = parse_e164(normalised)
    if number is None:
        return normalised
    home = phonenumbers.region_code_for_number(number) == region
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def search_words(values: list[tuple[str, str, str]], region: str) -> list[str]:
    """Words under which contact points are found, each in every spelling that people type.

    values: (kind, value, normalised).
    """
    found = []
    for kind, value, normalised in values:
        found += [value, normalised]
        if kind == "phone" and normalised.startswith("+"):
            national = shown_phone(normalised, region)
            found += [national, figures(national)]
    return [_BLANKS.sub(" ", word).lower() for word in dict.fromkeys(found) if word]
