"""Debtor accounts of customers in the tax adviser's books. Once given, an account is never changed nor another's."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from beistand.server.store.tables import debtor_account


def account_of(db: Connection, organisation_id: str, party_id: str, first: int, utc_us: int) -> int:
    """The customer's account; a new customer gets the one after the highest given so far, from `first` on.

    Called within a writing transaction, of which there is one at a time.
    """
    own = debtor_account.c.organisation_id == organisation_id
    kept: int | None = db.execute(
        select(debtor_account.c.account).where(own, debtor_account.c.party_id == party_id)
    ).scalar()
    if kept is not None:
        return kept
    highest: int | None = db.execute(select(func.max(debtor_account.c.account)).where(own)).scalar()
    account = max(first, (highest or 0) + 1)
    row = {"organisation_id": organisation_id, "party_id": party_id, "account": account, "made_us": utc_us}
    db.execute(insert(debtor_account).values(row))
    return account
