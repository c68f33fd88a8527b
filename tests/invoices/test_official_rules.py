"""Every XML that leaves the house, held to the schema, the rules of EN 16931 and those of KoSIT, without a warning."""

from dataclasses import replace

from beistand.server.documents.xml import make_xml
from invoices.making import PLAIN, odd_documents


def test_two_hundred_odd_invoices_keep_every_rule_and_recompute_to_the_cent(tmp_path, judge):
    files = []
    for number, document in enumerate(odd_documents(200)):
        # make_xml itself checks the schema and recomputes; every invoice in one syntax, each syntax in all modes.
        profile, syntax = (("zugferd", "cii"), ("xrechnung", "cii"), ("xrechnung", "ubl"))[number % 3]
        path = tmp_path / f"{number}.xml"
        path.write_bytes(make_xml(document, profile, syntax))
        files.append((path, f"{syntax}-{profile}"))
    for number, (document, profile, syntax) in enumerate(over_a_change_of_taxes()):
        path = tmp_path / f"change-{number}.xml"
        path.write_bytes(make_xml(document, profile, syntax))
        files.append((path, f"{syntax}-{profile}"))
    assert {name: broken for name, broken in judge(files).items() if broken} == {}


def over_a_change_of_taxes():
    """Invoices whose lines were done before and after: two rates, the step to a small business, to reverse charge."""
    foreign = replace(PLAIN.buyer, country="AT", vat_id="ATU12345675", postcode="1010", city="Wien")
    for before, after in ((("S", 1900), ("S", 1600)), (("S", 1900), ("E", 0)), (("E", 0), ("AE", 0))):
        lines = tuple(replace(line, vat_key=(before, after)[at % 2]) for at, line in enumerate(PLAIN.lines))
        buyer = replace(foreign if after[0] == "AE" else PLAIN.buyer, reference="04011000-1234512345-06")
        document = replace(PLAIN, lines=lines, buyer=buyer)
        for profile, syntax in (("zugferd", "cii"), ("xrechnung", "cii"), ("xrechnung", "ubl")):
            yield document, profile, syntax


BROKEN = {
    "BR-DE-15": ("<ram:BuyerReference>-</ram:BuyerReference>", ""),
    "BR-CO-14": ('<ram:TaxTotalAmount currencyID="EUR">', '<ram:TaxTotalAmount currencyID="EUR">1'),
    "BR-CL-18": ("<ram:CategoryCode>S<", "<ram:CategoryCode>Q<"),
    "BR-DE-19": ("DE02120300000000202051", "DE02120300000000202052"),
}


def test_the_rules_themselves_bite(tmp_path, judge):
    good, files = make_xml(PLAIN, "xrechnung").decode(), []
    for rule, (old, new) in BROKEN.items():
        assert old in good
        path = tmp_path / f"{rule}.xml"
        path.write_text(good.replace(old, new), encoding="utf-8")
        files.append((path, "cii-xrechnung"))
    for name, broken in judge(files).items():
        assert any(finding.startswith(name.removesuffix(".xml")) for finding in broken), (name, broken)
