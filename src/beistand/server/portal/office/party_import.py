"""Customers from a table: choose a file, see what will be kept and what not and why, then keep the good rows.

Nothing is remembered between the two steps: the page carries the table along; it is checked again before it is kept.
"""

from __future__ import annotations

import base64
import binascii

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.billing.tables import csv
from beistand.server.portal.access import OFFICE, Door, RefusalError, Visit
from beistand.server.portal.office.page import page
from beistand.server.portal.party_csv import MOST_BYTES, Sheet, SheetError, read
from beistand.server.store import parties

# The page carries the table in base64, which takes a third more.
FORM_LIMIT = MOST_BYTES * 4 // 3 + 10_000
PREVIEW_ROWS = 20


def doors() -> list[Door]:
    """The routes; before those of one customer, whose address has the same form."""
    return [
        Door("/customers/import", ("GET",), OFFICE, choose),
        Door("/customers/import", ("POST",), OFFICE, preview),
        Door("/customers/import/keep", ("POST",), OFFICE, keep),
        Door("/customers/import/bad", ("POST",), OFFICE, bad_rows),
    ]


async def choose(visit: Visit) -> Response:
    """Asks for the file."""
    return await page(visit, "party_import", sheet=None, problem="", here="customers")


async def preview(visit: Visit) -> Response:
    """Shows every bad row with its reason, and the first good ones. Keeps nothing."""
    data = await visit.upload("file", FORM_LIMIT)
    try:
        sheet = await visit.parts.db.read(lambda c: _checked(c, visit.me.organisation_id, data))
    except SheetError as error:
        return await page(visit, "party_import", 422, sheet=None, problem=visit.say(error.key), here="customers")
    told = [(bad, visit.say(bad.key).format(text=bad.text)) for bad in sheet.bad]
    carried = base64.b64encode(data).decode()
    shown = {"sheet": sheet, "bad": told, "good": sheet.good[:PREVIEW_ROWS], "carried": carried, "problem": ""}
    return await page(visit, "party_import", 200, **shown, here="customers")


async def keep(visit: Visit) -> Response:
    """Keeps the good rows, all in one transaction."""
    fields = await visit.form(FORM_LIMIT)
    organisation, at = visit.me.organisation_id, visit.at.utc_us

    def add_all(connection: Connection) -> int:
        data = base64.b64decode(fields.get("table", ""), validate=True)
        sheet = _checked(connection, organisation, data)
        ids = {known.number: known.id for known in parties.parties_by_id(connection, organisation).values()}
        for good in sheet.good:
            if good.is_change:
                parties.change_party(connection, organisation, ids[str(good.values["number"])], good.values)
            else:
                parties.add_party(connection, organisation, good.values, at)
        return len(sheet.good)

    try:
        count = await visit.parts.db.write(add_all)
    except SheetError as error:
        return await page(visit, "party_import", 422, sheet=None, problem=visit.say(error.key), here="customers")
    except binascii.Error:
        raise RefusalError(400, "form", visit.say("bad_request")) from None
    return RedirectResponse(f"/customers?imported={count}", 303)


async def bad_rows(visit: Visit) -> Response:
    """The rows that are left out as a table, with the reason in a column of its own: to mend and to bring again."""
    fields = await visit.form(FORM_LIMIT)
    try:
        data = base64.b64decode(fields.get("table", ""), validate=True)
        sheet = await visit.parts.db.read(lambda c: _checked(c, visit.me.organisation_id, data))
    except (binascii.Error, SheetError):
        raise RefusalError(400, "form", visit.say("bad_request")) from None
    rows = [[visit.say(bad.key).format(text=bad.text), *bad.cells] for bad in sheet.bad]
    head = [visit.say("import_why"), *(cell.replace(";", " ").replace("\n", " ") for cell in sheet.header)]
    name = {"content-disposition": 'attachment; filename="left-out.csv"'}
    return Response(csv(head, rows), media_type="text/csv; charset=utf-8", headers=name)


def _checked(connection: Connection, organisation: str, data: bytes) -> Sheet:
    known = parties.parties_by_id(connection, organisation).values()
    return read(data, [p.number for p in known], [(p.name.casefold(), p.postcode) for p in known])
