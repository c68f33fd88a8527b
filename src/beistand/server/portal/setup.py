"""Doors for one-time links: the first owner by /setup/<token>; colleagues and new factors by /welcome/<token>.

Once an owner exists every variant of /setup answers as a page that never was (S30). First who one is, then how one
signs in: a passkey, or a password with an authenticator app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import segno
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.server.portal import limits, passwords, signing_in, texts
from beistand.server.portal.access import PUBLIC, Door, RefusalError, Visit
from beistand.server.portal.ceremonies import CeremonyError, Person, Registered
from beistand.server.store import accounts, audit, passkeys, prices
from beistand.server.store.accounts import Setup
from beistand.server.store.database import StoreError, new_id
from beistand.server.store.passkeys import Passkey

# All of them: another method must not answer 405 and so tell that the route exists.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
WELCOME = "/account?new"
_WHO = ("company", "domain", "name", "email")

# Gives the new person (or the known one) their factor, in the transaction that uses the link up.
Factor = Callable[[Connection, str, str], dict[str, str]]


@dataclass(frozen=True)
class Link:
    """The link of a visit and for whom it is; `who` has their id, email and name once these are known."""

    token: str
    setup: Setup
    who: Person | None

    @property
    def is_owner(self) -> bool:
        """Whether it makes the first owner, or the owner of a new firm that has nobody yet."""
        return self.setup.organisation_id is None


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
    """Somebody whom the owner invited, or who sets up one more factor."""
    return await _setup(visit, is_owner=False)


async def _setup(visit: Visit, is_owner: bool) -> Response:
    visit.allow(f"setup {visit.address}", limits.SETUP_FROM_ADDRESS)
    link = await _link(visit)
    if link is None or link.is_owner != is_owner or visit.request.method not in ("GET", "HEAD", "POST"):
        raise RefusalError(404, "not_found", visit.say("not_found"))
    if visit.request.method == "POST":
        return await _take(visit, link)
    asked = visit.request.query_params
    if link.who is None or ("again" in asked and link.setup.kind == "invite"):
        return await _who_page(visit, link, {}, "")
    if "options" in asked:
        return await _options(visit, link, link.who)
    if link.setup.pending.get("totp_sealed") and "choose" not in asked:
        return await _app_page(visit, link, link.who, "")
    return await _choose_page(visit, link, "")


async def _link(visit: Visit) -> Link | None:
    """The link, if it may still be used."""
    token, at = visit.request.path_params["token"], visit.at.utc_us
    setup = await visit.parts.db.read(lambda c: accounts.find_setup(c, token, at))
    if setup is None:
        return None
    if setup.organisation_id is not None:
        firm = setup.organisation_id
        if not (await visit.parts.db.read(lambda c: accounts.get_organisation(c, firm))).is_active:
            return None
    if setup.user_id is None:
        pending = setup.pending
        who = Person(pending["id"], pending["email"], pending["name"]) if pending else None
        return Link(token, setup, who)
    firm_id, user_id = setup.organisation_id or "", setup.user_id
    user = await visit.parts.db.read(lambda c: accounts.get_user(c, firm_id, user_id))
    if user is None or not user.is_active:
        return None
    return Link(token, setup, Person(user.id, user.email, user.name))


async def _take(visit: Visit, link: Link) -> Response:
    """One of the forms."""
    fields = await visit.form()
    step = fields.get("step", "")
    if link.who is None or (step == "who" and link.setup.kind == "invite"):
        return await _begin(visit, link, fields)
    if step == "passkey":
        return await _by_passkey(visit, link, link.who, fields.get("credential", ""))
    if step == "confirm" and link.setup.pending.get("totp_sealed"):
        return await _by_app(visit, link, link.who, fields.get("code", ""))
    return await _password(visit, link, link.who, fields.get("password", ""))


async def _begin(visit: Visit, link: Link, fields: dict[str, str]) -> Response:
    """The first form: who one is."""
    who = {name: texts.one_line(fields.get(name, ""), 253) for name in _WHO}
    problem = await _problem(visit, link, who)
    if problem:
        return await _who_page(visit, link, who, problem)
    pending = {
        **who,
        "id": new_id(visit.at.utc_us),
        "name": who["name"][: texts.NAME_LIMIT],
        "company": who["company"][: texts.NAME_LIMIT],
        "domain": texts.domain(who["domain"]) or "",
    }
    return await _keep(visit, link, pending)


async def _problem(visit: Visit, link: Link, who: dict[str, str]) -> str:
    """The key of what is wrong with the first form, or ""."""
    needed = _WHO if link.is_owner else ("name", "email")
    if not all(who[name] for name in needed):
        return "missing"
    if link.is_owner and not texts.domain(who["domain"]):
        return "bad_domain"
    taken = await visit.parts.db.read(lambda c: accounts.user_by_email(c, who["email"]))
    return "bad_email" if not texts.is_email(who["email"]) or taken else ""


async def _options(visit: Visit, link: Link, who: Person) -> Response:
    """What the browser needs to make a passkey."""
    firm = link.setup.organisation_id or ""
    known = await visit.parts.db.read(lambda c: passkeys.passkeys(c, firm, who.id))
    options = visit.parts.ceremonies.registration(signing_in.site(visit), who, known, visit.run_seconds)
    return Response(options, media_type="application/json")


async def _by_passkey(visit: Visit, link: Link, who: Person, text: str) -> Response:
    try:
        made = visit.parts.ceremonies.register(signing_in.site(visit), who.id, text, visit.run_seconds)
    except CeremonyError as error:
        signing_in.log.info("%s", error)
        return await _choose_page(visit, link, "passkey_failed")
    name = passkey_name(visit)

    def give(db: Connection, firm: str, user: str) -> dict[str, str]:
        passkeys.add_passkey(db, new_passkey(firm, user, made, name, visit.at.utc_us))
        return {"factor": "passkey"}

    return await _finish(visit, link, who, give)


def new_passkey(organisation_id: str, user_id: str, made: Registered, name: str, utc_us: int) -> Passkey:
    """The row of a passkey that was just made."""
    return Passkey(
        made.id, organisation_id, user_id, name, made.public_key, made.sign_count, made.transports, utc_us, 0
    )  # fmt: skip


def passkey_name(visit: Visit) -> str:
    """A first name for a new passkey: the system and the browser it was made in, as far as they say."""
    told = visit.request.headers.get("user-agent", "")
    systems = (("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"))
    names = (*systems, ("Mac OS", "Mac"), ("Linux", "Linux"))
    found = next((name for word, name in names if word in told), "")
    return found or visit.say("passkey_name_default")


async def _password(visit: Visit, link: Link, who: Person, password: str) -> Response:
    """A password was chosen: makes the app's secret beside it."""
    if passwords.is_weak(password, who.email, who.name, link.setup.pending.get("company", "")):
        return await _choose_page(visit, link, "weak_password")
    own = {
        "password_hash": await visit.parts.passwords.hash(password),
        "totp_sealed": visit.parts.keys.seal(passwords.new_secret(), who.id),
    }
    return await _keep(visit, link, {**link.setup.pending, **own})


async def _keep(visit: Visit, link: Link, pending: dict[str, str]) -> Response:
    await visit.parts.db.write(lambda c: accounts.keep_pending(c, link.token, pending))
    return RedirectResponse(visit.request.url.path, 303)


async def _by_app(visit: Visit, link: Link, who: Person, code: str) -> Response:
    pending = link.setup.pending
    secret = visit.parts.keys.open(pending["totp_sealed"], who.id)
    step = passwords.check_code(secret, code, visit.at.utc_seconds)
    if step is None:
        return await _app_page(visit, link, who, "wrong_code")

    def give(db: Connection, firm: str, user: str) -> dict[str, str]:
        accounts.set_password(db, firm, user, pending["password_hash"], pending["totp_sealed"])
        accounts.use_totp_step(db, firm, user, step)
        return {"factor": "password and app"}

    return await _finish(visit, link, who, give)


async def _finish(visit: Visit, link: Link, who: Person, give: Factor) -> Response:
    """The factor is proven: the person comes into being and the link is gone, in one transaction."""
    at, setup = visit.at.utc_us, link.setup

    def make(db: Connection) -> str:
        accounts.use_setup(db, link.token)
        if setup.organisation_id is None and accounts.has_owner(db):
            raise StoreError("This server has an owner already.")
        firm = setup.organisation_id or _new_firm(db, setup, who, at)
        if setup.user_id is None:
            row = {"id": who.id, "email": who.email, "name": who.name, "role": setup.role}
            accounts.add_user(db, firm, {**row, "password_hash": "", "totp_sealed": ""}, at)
        told = {"user": who.id, "email": who.email, **give(db, firm, who.id)}
        kind = "user joined" if setup.user_id is None else "factor added"
        audit.append(db, firm, kind, told | ({"role": setup.role} if setup.user_id is None else {}), who.id, at)
        return firm

    try:
        firm = await visit.parts.db.write(make)
    except StoreError as error:
        if error.__cause__ is None:
            raise RefusalError(404, "not_found", visit.say("not_found")) from None
        raise
    user = await visit.parts.db.read(lambda c: accounts.get_user(c, firm, who.id))
    if user is None:
        return RedirectResponse("/sign-in?welcome", 303)
    # The factor was proven a moment ago; asking again would mean waiting for the app's next code.
    response = RedirectResponse(WELCOME, 303)
    await signing_in.let_in(visit, user, response)
    return response


def _new_firm(db: Connection, setup: Setup, who: Person, at: int) -> str:
    pending = setup.pending
    firm = accounts.add_organisation(db, pending["company"], pending["domain"], at)
    prices.add_first_service_types(db, firm, at)
    audit.append(db, firm, "firm made", {"name": pending["company"], "domain": pending["domain"]}, who.id, at)
    return firm


async def _who_page(visit: Visit, link: Link, who: dict[str, str], problem: str) -> Response:
    setup = link.setup
    known = {**setup.pending, "name": setup.pending.get("name") or setup.name}
    known["email"] = setup.pending.get("email") or setup.email
    shown = {
        "problem": problem,
        "values": {name: who.get(name) or known.get(name, "") for name in _WHO},
        "is_owner": link.is_owner,
        "company": await _company(visit, link),
    }
    return visit.parts.pages.page("setup_who", visit.language, 422 if problem else 200, **shown)


async def _choose_page(visit: Visit, link: Link, problem: str) -> Response:
    """How one wants to sign in: the passkey first."""
    shown = {
        "problem": problem,
        "is_known": link.setup.user_id is not None,
        "path": visit.request.url.path,
        "shortest": passwords.SHORTEST,
        "company": await _company(visit, link),
        "email": link.who.email if link.who else "",
    }
    return visit.parts.pages.page("setup_choose", visit.language, 422 if problem else 200, **shown)


async def _app_page(visit: Visit, link: Link, who: Person, problem: str) -> Response:
    secret = visit.parts.keys.open(link.setup.pending["totp_sealed"], who.id)
    uri = passwords.provisioning_uri(secret, who.email, await _company(visit, link))
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    path, is_known = visit.request.url.path, link.setup.user_id is not None
    shown = {"problem": problem, "picture": qr_picture(uri), "secret": grouped, "path": path, "is_known": is_known}
    return visit.parts.pages.page("setup_factor", visit.language, 422 if problem else 200, **shown)


async def _company(visit: Visit, link: Link) -> str:
    firm = link.setup.organisation_id
    if firm is None:
        return link.setup.pending.get("company", "")
    return (await visit.parts.db.read(lambda c: accounts.get_organisation(c, firm))).name


def qr_picture(text: str) -> Markup:
    """An inline SVG without styles and scripts; black on white with the quiet zone that scanners need."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=6, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    # The text goes in as squares only: segno writes no user text into the SVG.
    return Markup(svg)  # noqa: S704
