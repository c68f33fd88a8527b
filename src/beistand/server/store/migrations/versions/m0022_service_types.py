"""Kinds of work: which of them matter to coverage, which one the note offers first; the three that were fixed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.database import new_id

revision = "service_types"
down_revision = "money"
branch_labels = None
depends_on = None

# What the note offered before firms had their own list: (code, Deutsch, English).
FIXED = (
    ("support", "Störung beheben", "Fix a fault"),
    ("advice", "Beratung", "Advice"),
    ("maintenance", "Wartung", "Maintenance"),
)


def upgrade() -> None:
    """Adds the columns, gives each firm the three as its own, and lets its sessions name them."""
    op.add_column("service_type", sa.Column("is_for_coverage", sa.Boolean, nullable=False, server_default="1"))
    op.add_column("service_type", sa.Column("is_default", sa.Boolean, nullable=False, server_default="0"))
    db = op.get_bind()
    kind = sa.table(
        "service_type",
        *(sa.column(name) for name in ("id", "organisation_id", "name_de", "name_en", "is_for_coverage", "is_default")),
    )
    session = sa.table("support_session", sa.column("organisation_id"), sa.column("service_type"))
    for firm, created_us in db.execute(sa.text("SELECT id, created_us FROM organisation")).all():
        for code, german, english in FIXED:
            id_ = new_id(created_us)
            names = {"id": id_, "organisation_id": firm, "name_de": german, "name_en": english}
            db.execute(sa.insert(kind).values(**names, is_for_coverage=False, is_default=code == "support"))
            own = (session.c.organisation_id == firm, session.c.service_type == code)
            db.execute(sa.update(session).where(*own).values(service_type=id_))
