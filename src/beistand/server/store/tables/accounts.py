"""How people prove who they are, beside password and app (`user`): passkeys and recovery codes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from beistand.server.store.tables.base import metadata
from beistand.server.store.tables.base import organisation_column as _organisation

passkey = Table(
    "passkey",
    metadata,
    # The credential id in base64url without padding (WebAuthn level 3, section 5.8.3: unique by its randomness).
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("name", Text, nullable=False),
    # COSE_Key (RFC 9052, section 7).
    Column("public_key", LargeBinary, nullable=False),
    # 0 for ever where the authenticator counts nothing (synchronised passkeys).
    Column("sign_count", BigInteger, nullable=False),
    # JSON list as the browser gave it, "internal" or "usb": a hint which dialogue to show.
    Column("transports", Text, nullable=False, server_default="[]"),
    Column("created_us", BigInteger, nullable=False),
    Column("used_us", BigInteger, nullable=False, server_default="0"),
    Index("ix_passkey_user_id", "user_id"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    # 80 random bits need no slow hash: nobody can try them out.
    Column("code_sha256", Text, primary_key=True),
    _organisation(),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Index("ix_recovery_code_user_id", "user_id"),
)
