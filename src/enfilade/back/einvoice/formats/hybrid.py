"""Factur-X / ZUGFeRD: the invoice as PDF/A-3, with the XML inside and a note in its metadata that says so.

Source: Factur-X 1.0, 6.2: the XML is called factur-x.xml, its relationship is Alternative; the XMP names type, file, version and profile,
and declares the schema of those names, since PDF/A allows no undeclared ones.
"""

from __future__ import annotations

import io
from typing import Any, cast

from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, StreamObject

from enfilade.base.document.pdf import Attached

FILE_NAME = "factur-x.xml"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_SAID = {
    "DocumentType": ("INVOICE", "The type of the hybrid document"),
    "DocumentFileName": (FILE_NAME, "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard applying to the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}
_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{said}</pdfaProperty:description></rdf:li>"""
_NOTE = """<rdf:RDF xmlns:rdf="{rdf}" xmlns:fx="{fx}" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<rdf:Description rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>{fx}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
<rdf:Description rdf:about="">{values}</rdf:Description></rdf:RDF>"""


def attachment(xml: bytes) -> Attached:
    """The XML as a file inside the PDF."""
    return Attached(FILE_NAME, xml, "text/xml", "The invoice as data (Factur-X)", "alternative")


def declare(pdf: bytes) -> bytes:
    """The same PDF/A-3, whose metadata say that an invoice is inside. Everything else stays as it was made."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    root = writer.root_object
    metadata = cast("StreamObject", root["/Metadata"])
    stream = DecodedStreamObject()
    stream.set_data(_noted(metadata.get_data()))
    stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    root[NameObject("/Metadata")] = writer._add_object(stream)  # noqa: SLF001 - pypdf documents no other way to add a stream
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _noted(xmp: bytes) -> bytes:
    """The metadata with our note as two descriptions more."""
    head, _, rest = xmp.partition(b"?>")
    body, mark, tail = rest.rpartition(b"<?xpacket")
    root: Any = etree.fromstring(body.strip())
    told = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f"{{{_RDF}}}RDF")
    properties = "".join(_PROPERTY.format(name=name, said=said) for name, (_, said) in _SAID.items())
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _SAID.items())
    for description in etree.fromstring(_NOTE.format(rdf=_RDF, fx=_FX, properties=properties, values=values)):
        told.append(description)
    return head + b"?>\n" + etree.tostring(root, encoding="utf-8") + b"\n" + mark + tail
