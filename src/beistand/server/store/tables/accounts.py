"""How people prove who they are, beside password and app (`user`): passkeys, recovery codes, a provider's word."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text

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

oidc_provider = Table(
    "oidc_provider",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("secret_sealed", Text, nullable=False),
    # JSON lists. Whoever has a verified address of these domains joins by signing in, with `role`; empty: nobody does.
    Column("mail_domains", Text, nullable=False, server_default="[]"),
    Column("role", Text, nullable=False, server_default="technician"),
    # The provider's `acr` values that stand for two factors, beside the `amr` of RFC 8176.
    Column("strong_acr", Text, nullable=False, server_default="[]"),
    CheckConstraint("role IN ('technician', 'billing', 'auditor')", name="role"),
)

oidc_identity = Table(
    "oidc_identity",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Index("ix_oidc_identity_user_id", "user_id"),
)
