"""Doors for becoming a user: the first owner by /setup/<token>, colleagues by /welcome/<token>.

Once an owner exists every variant of /setup answers as a page that never was (S30).
"""

from __future__ import annotations

import segno
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.server.portal import limits, passwords, signing_in, texts
from beistand.server.portal.access import PUBLIC, Door, RefusalError, Visit
from beistand.server.store import accounts, prices
from beistand.server.store.accounts import Setup
from beistand.server.store.database import StoreError, new_id

# All of them: another method must not answer 405 and so tell that the route exists.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_WHO = ("company", "domain", "name", "email")


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/setup/{token}", METHODS, PUBLIC, owner),
        Door("/welcome/{token}", METHODS, PUBLIC, colleague),
    ]


async def owner(visit: Visit) -> Response:
    """The first owner."""
    return await _setup(visit, is_owner=True)


async def colleague(visit: Visit) -> Response:
    """Somebody whom the owner invited by `beistand user add`."""
    return await _setup(visit, is_owner=False)


async def _setup(visit: Visit, is_owner: bool) -> Response:
    visit.allow(f"setup {visit.address}", limits.SETUP_FROM_ADDRESS)
    token, at = visit.request.path_params["token"], visit.at.utc_us
    setup = await visit.parts.db.read(lambda c: accounts.find_setup(c, token, at))
    if (
        setup is None
        or (setup.organisation_id is None) != is_owner
        or visit.request.method not in ("GET", "HEAD", "POST")
    ):
        raise RefusalError(404, "not_found", visit.say("not_found"))
    if visit.request.method != "POST":
        wants_form = "again" in visit.request.query_params
        return await (_who(visit, setup, {}, "") if wants_form or not setup.pending else _factor(visit, setup, ""))
    fields = await visit.form()
    if fields.get("step") == "confirm" and setup.pending:
        return await _confirm(visit, token, setup, fields.get("code", ""))
    return await _begin(visit, token, setup, fields)


async def _begin(visit: Visit, token: str, setup: Setup, fields: dict[str, str]) -> Response:
    """The first form: checks it and makes the second factor."""
    who = {name: texts.one_line(fields.get(name, ""), 253) for name in _WHO}
    password = fields.get("password", "")
    problem = await _problem(visit, setup, who, password)
    if problem:
        return await _who(visit, setup, who, problem)
    id_ = new_id(visit.at.utc_us)
    pending = {
        **who,
        "id": id_,
        "name": who["name"][: texts.NAME_LIMIT],
        "company": who["company"][: texts.NAME_LIMIT],
        "domain": texts.domain(who["domain"]) or "",
        "password_hash": await visit.parts.passwords.hash(password),
        "totp_sealed": visit.parts.keys.seal(passwords.new_secret(), id_),
    }
    await visit.parts.db.write(lambda c: accounts.keep_pending(c, token, pending))
    return RedirectResponse(visit.request.url.path, 303)


async def _problem(visit: Visit, setup: Setup, who: dict[str, str], password: str) -> str:
    """The key of what is wrong with the first form, or ""."""
    needed = _WHO if setup.organisation_id is None else ("name", "email")
    if not all(who[name] for name in needed) or not password:
        return "missing"
    if setup.organisation_id is None and not texts.domain(who["domain"]):
        return "bad_domain"
    taken = await visit.parts.db.read(lambda c: accounts.user_by_email(c, who["email"]))
    if not texts.is_email(who["email"]) or taken:
        return "bad_email"
    return "weak_password" if passwords.is_weak(password, who["email"], who["name"], who["company"]) else ""


async def _confirm(visit: Visit, token: str, setup: Setup, code: str) -> Response:
    """The code fits: the user comes into being and the link is gone, in one transaction."""
    secret = visit.parts.keys.open(setup.pending["totp_sealed"], setup.pending["id"])
    step = passwords.check_code(secret, code, visit.at.utc_seconds)
    if step is None:
        return await _factor(visit, setup, "wrong_code")
    at = visit.at.utc_us

    def make(db: Connection) -> None:
        accounts.use_setup(db, token)
        if setup.organisation_id is None and accounts.has_owner(db):
            raise StoreError("This server has an owner already.")
        pending = setup.pending
        firm = setup.organisation_id or accounts.add_organisation(db, pending["company"], pending["domain"], at)
        if setup.organisation_id is None:
            prices.add_first_service_types(db, firm, at)
        names = ("id", "email", "name", "password_hash", "totp_sealed")
        user = accounts.add_user(db, firm, {name: pending[name] for name in names} | {"role": setup.role}, at)
        accounts.use_totp_step(db, firm, user, step)

    try:
        await visit.parts.db.write(make)
    except StoreError as error:
        if error.__cause__ is None:
            raise RefusalError(404, "not_found", visit.say("not_found")) from None
        raise
    email = setup.pending["email"]
    user = await visit.parts.db.read(lambda c: accounts.user_by_email(c, email))
    if user is None:
        return RedirectResponse("/sign-in?welcome", 303)
    # Password and code were proven a moment ago; asking again would mean waiting for the app's next code.
    response = RedirectResponse(signing_in.START, 303)
    await signing_in.let_in(visit, user, response)
    return response


async def _who(visit: Visit, setup: Setup, who: dict[str, str], problem: str) -> Response:
    values = {name: who.get(name) or setup.pending.get(name, "") for name in _WHO}
    company = await _company(visit, setup)
    status = 422 if problem else 200
    is_owner = setup.organisation_id is None
    shown = {
        "problem": problem,
        "values": values,
        "is_owner": is_owner,
        "company": company,
        "shortest": passwords.SHORTEST,
    }
    return visit.parts.pages.page("setup_who", visit.language, status, **shown)


async def _factor(visit: Visit, setup: Setup, problem: str) -> Response:
    secret = visit.parts.keys.open(setup.pending["totp_sealed"], setup.pending["id"])
    company = await _company(visit, setup)
    uri = passwords.provisioning_uri(secret, setup.pending["email"], company)
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    shown = {"problem": problem, "picture": qr_picture(uri), "secret": grouped, "path": visit.request.url.path}
    return visit.parts.pages.page("setup_factor", visit.language, 422 if problem else 200, **shown)


async def _company(visit: Visit, setup: Setup) -> str:
    firm = setup.organisation_id
    if firm is None:
        return setup.pending.get("company", "")
    return (await visit.parts.db.read(lambda c: accounts.get_organisation(c, firm))).name


def qr_picture(text: str) -> Markup:
    """An inline SVG without styles and scripts; black on white with the quiet zone that scanners need."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=6, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    # The text goes in as squares only: segno writes no user text into the SVG.
    return Markup(svg)  # noqa: S704
