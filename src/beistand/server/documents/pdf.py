"""Letters as PDF/A-3 and PDF/UA-1 by Typst, with the invoice's XML inside (ZUGFeRD). The same bytes for the same input.

Text is handed over as data and never read as markup; only the fonts that come with the package are used.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fontpkg_inter
import segno.helpers
import typst
from lxml import etree

from beistand.billing.invoice import Document, InvoiceError, amount, totals
from beistand.billing.timesheet import TimeSheet
from beistand.server.documents.letter import invoice_data

LETTERS = Path(__file__).parent / "letters"
STANDARDS: list[Any] = ["a-3b", "ua-1"]
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
FX_VALUES = {
    "DocumentType": ("INVOICE", "type of the hybrid document"),
    "DocumentFileName": ("factur-x.xml", "name of the embedded XML invoice file"),
    "Version": ("1.0", "version of the Factur-X schema"),
    "ConformanceLevel": ("EN 16931", "conformance level of the embedded data"),
}


class Typesetter:
    """Typst with its fonts loaded: make one a process, loading them takes most of the first letter's time."""

    def __init__(self) -> None:
        fonts = Path(fontpkg_inter.__file__).parent / "files"
        self._compiler = typst.Compiler(
            root=LETTERS,
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]),
        )

    def letter(self, template: str, data: dict[str, Any], made: date, xml: bytes | None = None) -> bytes:
        """The PDF of `letters/<template>.typ`. Raises InvoiceError when Typst refuses."""
        inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
        if xml is not None:
            inputs["xml"] = xml.decode()
        try:
            pdf = self._compiler.compile(
                input=LETTERS / f"{template}.typ",
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=STANDARDS,
                timestamp=int(datetime(made.year, made.month, made.day, 12, tzinfo=UTC).timestamp()),
            )
        except typst.TypstError as error:
            raise InvoiceError(f"The letter could not be set: {error.message}") from error
        assert isinstance(pdf, bytes)
        return pdf

    def invoice(self, document: Document, sheet: TimeSheet, xml: bytes) -> bytes:
        """The invoice as ZUGFeRD: a letter for people, and the XML in it for machines."""
        data = invoice_data(document, sheet, giro_code(document))
        return _say_factur_x(self.letter("invoice", data, document.issued, xml))


def giro_code(document: Document) -> str | None:
    """The QR code that banking apps read (EPC069-12), as SVG; None if there is nothing to pay."""
    cents, seller = totals(document).gross_cents, document.seller
    if document.kind != "invoice" or cents <= 0 or not seller.iban:
        return None
    code = segno.helpers.make_epc_qr(
        name=seller.name[:70],
        iban=seller.iban,
        amount=Decimal(amount(cents)),
        text=document.number,
        bic=seller.bic or None,
    )
    svg: str = code.svg_inline(border=1, dark="#000", light="#fff")
    return svg


def _say_factur_x(pdf: bytes) -> bytes:
    """Adds the `fx:` properties to the one XMP packet, and their schema to the extension bag that may be there."""
    import pikepdf  # here, with the first invoice: 40 ms that no restart of the server should pay

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        packet = opened.Root.Metadata
        tree = etree.fromstring(packet.read_bytes(), etree.XMLParser(resolve_entities=False))
        rdf = tree if tree.tag == f"{{{_RDF}}}RDF" else tree.find(f"{{{_RDF}}}RDF")
        description = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap={"fx": _FX})
        description.set(f"{{{_RDF}}}about", "")
        for name, (value, _said) in FX_VALUES.items():
            etree.SubElement(description, f"{{{_FX}}}{name}").text = value
        _bag(rdf).append(_schema())
        packet.write(_packet(tree))
        out = io.BytesIO()
        opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return out.getvalue()


def _bag(rdf: Any) -> Any:
    found = rdf.find(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    if found is not None:
        return found
    spaces = {"pdfaExtension": _EXTENSION, "pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY}
    description = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap=spaces)
    description.set(f"{{{_RDF}}}about", "")
    schemas = etree.SubElement(description, f"{{{_EXTENSION}}}schemas")
    return etree.SubElement(schemas, f"{{{_RDF}}}Bag")


def _schema() -> Any:
    spaces = {"pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY}
    item = etree.Element(f"{{{_RDF}}}li", nsmap={"rdf": _RDF} | spaces)
    item.set(f"{{{_RDF}}}parseType", "Resource")
    for name, value in (("schema", "Factur-X PDFA Extension Schema"), ("namespaceURI", _FX), ("prefix", "fx")):
        etree.SubElement(item, f"{{{_SCHEMA}}}{name}").text = value
    sequence = etree.SubElement(etree.SubElement(item, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    for name, (_value, said) in FX_VALUES.items():
        entry = etree.SubElement(sequence, f"{{{_RDF}}}li")
        entry.set(f"{{{_RDF}}}parseType", "Resource")
        for part, text in (("name", name), ("valueType", "Text"), ("category", "external"), ("description", said)):
            etree.SubElement(entry, f"{{{_PROPERTY}}}{part}").text = text
    return item


def _packet(tree: Any) -> bytes:
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return begin + bytes(etree.tostring(tree, encoding="utf-8")) + b'\n<?xpacket end="r"?>'
