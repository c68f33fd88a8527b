"""The tables, one module an area; importing this package makes all of them known to `metadata`.

A change here needs a migration beside it: `tests/server/test_store.py` compares the two.
"""

from beistand.server.store.tables.accounts import passkey, recovery_code
from beistand.server.store.tables.audit import (
    audit_checkpoint,
    audit_detail,
    audit_entry,
    audit_node,
    audit_retention,
)
from beistand.server.store.tables.base import metadata
from beistand.server.store.tables.contracts import (
    beneficiary,
    contact,
    contract,
    contract_version,
    coverage_decision,
    coverage_rule,
    party,
    price_list,
    quota_ledger,
    quota_period,
    service_type,
    support_case,
)
from beistand.server.store.tables.ground import (
    ROLES,
    organisation,
    session_fact,
    setup_token,
    sign_in_session,
    support_session,
    user,
)
from beistand.server.store.tables.invoices import (
    debtor_account,
    export_batch,
    invoice,
    invoice_document,
    invoice_event,
    invoice_line,
    invoice_run,
    number_series,
    rated_item,
    seller,
)
from beistand.server.store.tables.receipts import receipt
from beistand.server.store.tables.recordings import recording, recording_key, recording_terms
from beistand.server.store.tables.report_mails import report_mail_event
from beistand.server.store.tables.retention import retention_policy
from beistand.server.store.tables.taxes import tax_change
from beistand.server.store.tables.times import (
    charge_consent,
    charge_notice,
    charge_release,
    goodwill,
    goodwill_decision,
    session_pulse,
    time_approval,
    time_correction,
    time_entry,
    time_policy,
)

__all__ = [
    "ROLES",
    "audit_checkpoint",
    "audit_detail",
    "audit_entry",
    "audit_node",
    "audit_retention",
    "beneficiary",
    "charge_consent",
    "charge_notice",
    "charge_release",
    "contact",
    "contract",
    "contract_version",
    "coverage_decision",
    "coverage_rule",
    "debtor_account",
    "export_batch",
    "goodwill",
    "goodwill_decision",
    "invoice",
    "invoice_document",
    "invoice_event",
    "invoice_line",
    "invoice_run",
    "metadata",
    "number_series",
    "organisation",
    "party",
    "passkey",
    "price_list",
    "quota_ledger",
    "quota_period",
    "rated_item",
    "receipt",
    "recording",
    "recording_key",
    "recording_terms",
    "recovery_code",
    "report_mail_event",
    "retention_policy",
    "seller",
    "service_type",
    "session_fact",
    "session_pulse",
    "setup_token",
    "sign_in_session",
    "support_case",
    "support_session",
    "tax_change",
    "time_approval",
    "time_correction",
    "time_entry",
    "time_policy",
    "user",
]
