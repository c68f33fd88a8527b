"""The page of the invoice data, for the owner: the firm, its numbers, accounts for DATEV. Without scripts."""

from __future__ import annotations

import re
from dataclasses import fields, replace

from starlette.responses import RedirectResponse, Response

from beistand.billing.invoice import Seller
from beistand.server.portal import texts
from beistand.server.portal.access import Visit
from beistand.server.portal.office.page import page
from beistand.server.store import accounts, audit, seller, taxes
from beistand.server.store.seller import SellerData

_FIRM = tuple(f.name for f in fields(Seller) if f.type == "str" or f.type is str)
_MORE = tuple(f.name for f in fields(SellerData) if f.name not in ("firm", "due_days"))
_VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9]{2,12}")
_PREFIX = re.compile(r"[A-Z0-9]{1,6}")


async def show(visit: Visit) -> Response:
    """The data as they stand; the firm's name is there from the start."""
    organisation = visit.me.organisation_id
    kept = await visit.parts.db.read(lambda c: seller.get_seller(c, organisation))
    if kept is None:
        firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
        kept = SellerData(Seller(firm.name, "", "", ""))
    return await _page(visit, kept, "", saved="saved" in visit.request.query_params)


async def change(visit: Visit) -> Response:
    """Checks all fields, then keeps all of them or none."""
    entered = await visit.form()
    own = visit.me.organisation_id
    history = await visit.parts.db.read(lambda c: taxes.history(c, own))
    data = _data(entered)
    if history.changes:  # then the switch stands with its days on the page of taxes, and is not in this form
        data = replace(data, firm=replace(data.firm, is_small_business=history.first.is_small_business))
    problem = _problem(data, entered)
    if problem:
        return await _page(visit, data, problem)
    organisation, me, at = visit.me.organisation_id, visit.me.id, visit.at.utc_us

    def write(c: object) -> None:
        seller.set_seller(c, organisation, data)  # type: ignore[arg-type]
        audit.append(c, organisation, "invoice data changed", {"name": data.firm.name}, me, at)  # type: ignore[arg-type]

    await visit.parts.db.write(write)
    return RedirectResponse("/invoices/data?saved", 303)


def _data(entered: dict[str, str]) -> SellerData:
    told = {name: texts.one_line(entered.get(name, ""), 120) for name in _FIRM}
    firm = Seller(**told)  # type: ignore[arg-type]
    firm = replace(
        firm,
        country=(firm.country or "DE").upper(),
        vat_id=firm.vat_id.replace(" ", "").upper(),
        iban=firm.iban.replace(" ", "").upper(),
        bic=firm.bic.replace(" ", "").upper(),
        is_small_business="is_small_business" in entered,
    )
    more = {name: texts.one_line(entered.get(name, ""), 12) for name in _MORE}
    days = texts.whole(entered.get("due_days", ""), 0, 365)
    return SellerData(firm, 14 if days is None else days, **more)


def _problem(data: SellerData, entered: dict[str, str]) -> str:
    """The key of the sentence that says what is wrong, or ""."""
    firm = data.firm
    if not (firm.name and firm.street and firm.postcode and firm.city and (firm.vat_id or firm.tax_number)):
        return "seller_missing"
    if not is_iban(firm.iban):
        return "bad_iban"
    if firm.vat_id and not _VAT_ID.fullmatch(firm.vat_id):
        return "bad_vat_id"
    if firm.email and not texts.is_email(firm.email):
        return "bad_email"
    if texts.whole(entered.get("due_days", ""), 0, 365) is None:
        return "bad_due"
    prefixes = (data.invoice_prefix, data.cancellation_prefix)
    return "" if all(map(_PREFIX.fullmatch, prefixes)) and len(set(prefixes)) == 2 else "bad_prefix"


def is_iban(text: str) -> bool:
    """Whether the check digits fit (ISO 13616)."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", text):
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


async def _page(visit: Visit, data: SellerData, problem: str, saved: bool = False) -> Response:
    own = visit.me.organisation_id
    has_days = bool((await visit.parts.db.read(lambda c: taxes.history(c, own))).changes)
    shown: dict[str, object] = {
        "has_tax_days": has_days,
        "data": data,
        "seller": data.firm,
        "problem": problem,
        "saved": saved,
        "here": "invoices",
    }
    return await page(visit, "invoice_data", 422 if problem else 200, **shown)
