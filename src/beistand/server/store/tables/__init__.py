"""The tables, one module an area; importing this package makes all of them known to `metadata`.

A change here needs a migration beside it: `tests/server/test_store.py` compares the two.
"""

from beistand.server.store.tables.base import metadata
from beistand.server.store.tables.ground import (
    ROLES,
    customer,
    organisation,
    session_fact,
    setup_token,
    sign_in_session,
    support_session,
    user,
)

__all__ = [
    "ROLES",
    "customer",
    "metadata",
    "organisation",
    "session_fact",
    "setup_token",
    "sign_in_session",
    "support_session",
    "user",
]
