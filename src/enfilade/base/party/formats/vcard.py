"""vCard 2.1, 3.0 and 4.0, as phones, Google, Apple, Outlook and address books write them.

Every card comes in by itself: what is wrong in one is said with its line and property, and the others are read. What has no field of
its own in a draft is kept in `extra` under the name of its property; only what programs write for themselves (version, revision,
layout) is left out.
"""

from __future__ import annotations

import re

from enfilade.core.textfile import Problems, code_page, decode, refusal

from .card_mapper import drafts_of
from .cards import CARDS_MAX, CardReader
from .contacts import ContactDraft, Parsed

BEGIN = re.compile(r"^[ \t\ufeff]*BEGIN[ \t]*:[ \t]*VCARD", re.IGNORECASE | re.MULTILINE)


def read_vcards(data: bytes, *, region: str) -> Parsed:
    """Every card of a file.

    region: country whose rules apply to telephone numbers without country code, ISO 3166-1 alpha-2.
    """
    if fault := refusal(data, "a vCard file"):
        return Parsed(problems=(fault,))
    text = decode(data)
    problems = Problems()
    if not re.search(r"^[ \t\ufeff]*BEGIN[ \t]*:[ \t]*VCARD", text, re.IGNORECASE | re.MULTILINE) and "VERSION:" not in text[:400]:
        problems.add(1, "BEGIN", "This is not a vCard file: it has no line BEGIN:VCARD.", refused=True)
        return Parsed(problems=problems.listed())
    drafts: list[ContactDraft] = []
    for card in CardReader(text, code_page(region), problems).cards():
        if len(drafts) >= CARDS_MAX:
            problems.add(card.line, "BEGIN", f"The file has more than {CARDS_MAX} cards. The rest was not read.", refused=True)
            break
        drafts.extend(drafts_of(card, region, problems))
    if not drafts:
        problems.add(1, "", "The file has no card that says anything.", refused=True)
    return Parsed(tuple(sorted(drafts, key=lambda draft: draft.line)), problems.listed())


def count_cards(data: bytes) -> int:
    """How many cards a file begins; quick, whatever is in them."""
    return len(BEGIN.findall(decode(data)))
