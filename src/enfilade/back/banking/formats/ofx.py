"""OFX, as programs for private finance and many banks outside Europe give it: version 1 (SGML) and 2 (XML).

A file says what the account held at one instant, not before: its opening balance is reckoned from its lines.
Source: Open Financial Exchange 2.3, 11 (Banking). In SGML a value has no end tag, so a tag with a value behind it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from enfilade.core.textfile import Problems, code_page, decode, repair
from enfilade.core.textvalues import Fault, currency, day, minor, say, told, words
from enfilade.core.tree import DEPTH_MAX, ELEMENTS_MAX, Node, Refused

from .found import STATEMENTS_MAX, Found, FoundLine, FoundStatement, Hints, number

_BEGIN = re.compile(r"<OFX>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)\s*>([^<]*)")
_NOTES = re.compile(r"<!--.*?-->", re.DOTALL)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_STATEMENTS = ("BANKMSGSRSV1/STMTTRNRS/STMTRS", "CREDITCARDMSGSRSV1/CCSTMTTRNRS/CCSTMTRS")
_NONE = "There is no statement in this file."
_OTHERS = {
    "INVSTMTMSGSRSV1": "This file is of securities, and no statement of an account.",
    "PROFMSGSRSV1": "This file is about what a bank offers, and no statement.",
    "SIGNUPMSGSRSV1": "This file is about which accounts there are, and no statement.",
}


def is_ofx(text: str) -> bool:
    """Whether a text is OFX: its element, behind a header of whichever version."""
    return bool(_BEGIN.search(text[:4_096]))


def read_ofx(data: bytes, hints: Hints) -> Found:
    """Every statement of a file."""
    text = repair(decode(data).replace("\r\n", "\n").replace("\r", "\n"), page=code_page(hints.region))
    found, problems = Found("OFX"), Problems()
    try:
        root = _tree(_NOTES.sub(lambda note: "\n" * note[0].count("\n"), text))
        nodes = [node for path in _STATEMENTS for node in root.all(path)]
        if not nodes:
            raise Refused(root.line, next((said for name, said in _OTHERS.items() if root.find(name)), _NONE))
        if len(nodes) > STATEMENTS_MAX:
            raise Refused(root.line, f"There are more than {STATEMENTS_MAX} statements in this file.")
        for node in nodes:
            try:
                found.statements.append(_statement(node, problems))
            except Fault as fault:
                say(problems, fault)
    except Refused as no:
        problems.add(no.line, "", no.sentence, refused=True)
    found.problems = told(problems.listed())
    return found


def _tags(text: str) -> Iterator[tuple[int, bool, str, str]]:
    """Every tag: its line, whether it ends, its name, what stands behind it."""
    line, at = 1, 0
    for tag in _TAG.finditer(text, _begin(text)):
        line += text.count("\n", at, tag.start())
        at = tag.start()
        yield line, bool(tag[1]), tag[2].upper(), tag[3].strip()


def _begin(text: str) -> int:
    found = _BEGIN.search(text)
    if found is None:
        raise Refused(1, "There is no element OFX in this file.")
    return found.start()


def _tree(text: str) -> Node:
    """The elements of a file. An end tag closes what is open up to it; one of an element that is not open ends a value."""
    root, count = Node("", {}, 1), 0
    path = [root]
    tags = list(_tags(text))
    # What ends somewhere holds others where no value stands behind it.
    holders = {name for _, ends, name, _ in tags if ends}
    for line, ends, name, value in tags:
        count += 1
        if count > ELEMENTS_MAX:
            raise Refused(line, f"There are more than {ELEMENTS_MAX} elements.")
        if ends:
            held = next((at for at in range(len(path) - 1, 0, -1) if path[at].name == name), 0)
            if held:
                del path[held:]
            continue
        if len(path) > DEPTH_MAX:
            raise Refused(line, f"The elements are nested deeper than {DEPTH_MAX}.")
        node = Node(name, {}, line)
        node.text = _plain(value)
        path[-1].children.append(node)
        if not value and name in holders:
            path.append(node)
    top = root.find("OFX")
    if top is None:
        raise Refused(1, "There is no element OFX in this file.")
    return top


def _plain(value: str) -> str:
    for name, sign in _ENTITIES.items():
        value = value.replace(name, sign)
    return value


def _statement(node: Node, problems: Problems) -> FoundStatement:
    code = currency(node.get("CURDEF"), node.line, "CURDEF")
    place = node.find("BANKACCTFROM", "CCACCTFROM")
    account = number(place.get("ACCTID")) if place else ""
    if not account:
        raise Fault(node.line, "ACCTID", "This statement does not say which account it is of.")
    lines = []
    for row in node.all("BANKTRANLIST/STMTTRN"):
        try:
            lines.append(_line(row, code))
        except Fault as fault:
            say(problems, fault)
    lines.sort(key=lambda line: line.booked_on)
    held, at = node.get("LEDGERBAL/BALAMT"), node.get("LEDGERBAL/DTASOF")
    last = lines[-1].booked_on if lines else ""
    end = _day(at or node.get("BANKTRANLIST/DTEND") or last.replace("-", ""), node.line, "DTASOF")
    return FoundStatement(
        line=node.line,
        account=account,
        currency=code,
        number=words(f"{account} {end}", 60),
        opening_minor=None,
        closing_minor=minor(_decimal(held), code, node.line, "BALAMT") if held else None,
        closing_on=max(end, last),
        lines=lines,
    )


def _decimal(text: str) -> str:
    """Some banks write a comma, though the standard allows a point or a comma and no thousands."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text.replace(",", "")


def _day(text: str, line: int, name: str) -> str:
    bare = text.strip()
    return day(f"{bare[:4]}-{bare[4:6]}-{bare[6:8]}" if bare[:8].isdigit() else bare, line, name)


def _line(row: Node, code: str) -> FoundLine:
    booked = _day(row.get("DTPOSTED"), row.line, "DTPOSTED")
    available = row.get("DTAVAIL")
    if (said := row.get("CURRENCY/CURSYM")) and said != code:
        raise Fault(row.line, "CURSYM", f"This amount is in {said[:10]}, the account is in {code}.")
    kind, check = row.get("TRNTYPE"), row.get("CHECKNUM")
    other = row.find("BANKACCTTO", "CCACCTTO")
    return FoundLine(
        line=row.line,
        booked_on=booked,
        value_on=_day(available, row.line, "DTAVAIL") if available else booked,
        amount_minor=minor(_decimal(row.get("TRNAMT")), code, row.line, "TRNAMT"),
        name=words(row.get("NAME", "PAYEE/NAME"), 140),
        iban=number(other.get("ACCTID")) if other else "",
        reference=words(row.get("REFNUM") or (f"Cheque {check}" if check else ""), 200),
        purpose=words(row.get("MEMO") or row.get("NAME", "PAYEE/NAME") or kind),
        bank_reference=words(row.get("FITID"), 60),
    )
