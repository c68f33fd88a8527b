"""Questions about announced prices and their answers. Each one carries the organisation (S39)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields

from sqlalchemy import Connection, insert, select

from beistand.server.store.database import in_portions, new_id
from beistand.server.store.tables import charge_consent, charge_notice, time_policy


@dataclass(frozen=True)
class Notice:
    """The exact words of a price and the price in them; `rate_cents` is net an hour, whatever the words show."""

    id: str
    session_id: str
    text: str
    text_sha256: str
    reason: str
    rate_cents: int
    currency: str
    step_minutes: int
    minimum_minutes: int
    grace_seconds: int
    rounding: str
    vat_bp: int
    is_gross: bool
    payer: str
    language: str
    user_id: str
    made_us: int
    later: str = "[]"

    @property
    def later_prices(self) -> tuple[tuple[int, str, int], ...]:
        """(from microsecond, hour as the words write it, net cents an hour) that the words name for later."""
        return tuple((int(at), str(hour), int(cents)) for at, hour, cents in json.loads(self.later))


@dataclass(frozen=True)
class Given:
    """The answer to a notice; `channel` screen or phone, `way` pointer, keyboard or spoken."""

    id: str
    session_id: str
    notice: Notice
    channel: str
    is_yes: bool
    way: str
    said_by: str
    answered_us: int


def add_notice(db: Connection, organisation_id: str, values: dict[str, object]) -> Notice:
    """Keeps a notice (the fields of `Notice` without `id`) before it is shown; the same words again give the same."""
    session_id, digest = str(values["session_id"]), str(values["text_sha256"])
    found = get_notice(db, organisation_id, session_id, digest)
    if found is not None:
        return found
    id_ = new_id(int(str(values["made_us"])))
    db.execute(insert(charge_notice).values({**values, "id": id_, "organisation_id": organisation_id}))
    return Notice(**{**values, "id": id_})  # type: ignore[arg-type]


def get_notice(db: Connection, organisation_id: str, session_id: str, text_sha256: str) -> Notice | None:
    """The notice of a session whose words have this hash."""
    own = (charge_notice.c.organisation_id == organisation_id, charge_notice.c.session_id == session_id)
    row = db.execute(select(charge_notice).where(*own, charge_notice.c.text_sha256 == text_sha256)).mappings().first()
    return Notice(**{f.name: row[f.name] for f in fields(Notice)}) if row else None


def is_business_caller(db: Connection, organisation_id: str, session_id: str) -> bool:
    """Whether a caller whom nobody knows said at the beginning that they are a business: their price stood net."""
    own = (charge_notice.c.organisation_id == organisation_id, charge_notice.c.session_id == session_id)
    question = select(charge_notice.c.is_gross).where(*own).order_by(charge_notice.c.made_us, charge_notice.c.id)
    return db.scalar(question.limit(1)) is False


def add_consent(db: Connection, organisation_id: str, values: dict[str, object]) -> str:
    """Keeps an answer: session_id, notice_id, channel, is_yes, way, said_by, user_id, answered_us. Gives its id."""
    id_ = new_id(int(str(values["answered_us"])))
    db.execute(insert(charge_consent).values({**values, "id": id_, "organisation_id": organisation_id}))
    return id_


def consents(db: Connection, organisation_id: str, session_ids: Iterable[str]) -> list[Given]:
    """All answers of these sessions, oldest first."""
    question = (
        select(charge_consent, *[charge_notice.c[f.name].label(f"of_notice_{f.name}") for f in fields(Notice)])
        .join(charge_notice, charge_notice.c.id == charge_consent.c.notice_id)
        .where(charge_consent.c.organisation_id == organisation_id)
        .order_by(charge_consent.c.answered_us, charge_consent.c.id)
    )
    own = [f.name for f in fields(Given) if f.name != "notice"]
    found = []
    for row in in_portions(db, question, charge_consent.c.session_id, session_ids):
        notice = Notice(**{f.name: row[f"of_notice_{f.name}"] for f in fields(Notice)})
        found.append(Given(**{name: row[name] for name in own}, notice=notice))
    return found


def may_agree_by_phone(db: Connection, organisation_id: str) -> bool:
    """Whether the firm permits a yes that was said on the phone."""
    question = select(time_policy.c.has_phone_consent).where(time_policy.c.organisation_id == organisation_id)
    return bool(db.execute(question).scalar())


def permit_phone(db: Connection, organisation_id: str, is_permitted: bool) -> None:
    """Permits or forbids a yes that was said on the phone."""
    own = time_policy.c.organisation_id == organisation_id
    if db.execute(select(time_policy.c.organisation_id).where(own)).first() is None:
        db.execute(insert(time_policy).values(organisation_id=organisation_id, has_phone_consent=is_permitted))
    else:
        db.execute(time_policy.update().where(own).values(has_phone_consent=is_permitted))
