"""How every page of the back office is put together."""

from __future__ import annotations

from starlette.responses import Response

from beistand.server.portal.access import Visit
from beistand.server.store import accounts


async def page(visit: Visit, name: str, status: int = 200, **values: object) -> Response:
    """A page of the back office: who is signed in, the firm's name, and `values`."""
    organisation = visit.me.organisation_id
    firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    shown = {"me": visit.me, "csrf": visit.form_token, "firm": firm} | values
    return visit.parts.pages.page(name, visit.language, status, **shown)
