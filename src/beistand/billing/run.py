"""The invoice run: recorded work, contracts and yeses become drafts of invoices. Pure; asks nobody and issues nothing.

One draft per payer and period, or per case. What may not be billed is not dropped: it comes out as an open question
with its reason. The day on which an entry starts (on the wall clock) decides its month and the version of its contract,
also when it lasts over midnight, over a month's end or over a change of prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from beistand.billing.bands import NORMAL, Calendar
from beistand.billing.contract import Contract, ContractError, ContractVersion
from beistand.billing.coverage import Asked, Covered, decide
from beistand.billing.draft import Draft, FlatCharge, Outcome, Period, Question, QuotaMove, ReasonCode, Source
from beistand.billing.flat import flat_lines
from beistand.billing.minutes import Terms
from beistand.billing.money import price_line
from beistand.billing.quota import Account
from beistand.billing.rating import Consent, Price, Rated, UnannouncedCharge, rate_group
from beistand.billing.timesheet import Group, Priced, Quota, Worked
from beistand.billing.work import Work, entries, local_day

RELEASED = "released"
NOT_ANNOUNCED = "No price was announced for this work: book it as goodwill, or release it by hand."


@dataclass
class _Basis:
    """By what a group of works is rated: a contract's version, or the customer's yes to a notice."""

    payer_id: str
    terms: Terms
    calendar: Calendar
    scope: str
    price: Price
    contract: Contract | None = None
    version: ContractVersion | None = None
    consent: Consent | None = None
    channel: str = ""
    release_reason: str = ""
    vat_bp: int | None = None


@dataclass
class _Bunch:
    """Works that are rounded together."""

    basis: _Basis
    works: list[Work] = field(default_factory=list)

    @property
    def started(self) -> datetime:
        return min(work.started for work in self.works)


@dataclass
class _Sheet:
    """A draft that is being filled."""

    payer_id: str
    case_id: str
    charges: list[FlatCharge] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    moves: list[QuotaMove] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    contracts: set[str] = field(default_factory=set)


def make_drafts(
    works: Sequence[Work],
    contracts: Sequence[Contract],
    period: Period,
    accounts: Mapping[str, Account] | None = None,
    billed: frozenset[str] = frozenset(),
) -> Outcome:
    """Drafts for all work up to the period's end that is not billed yet, and for the period's flats.

    `accounts` are the included minutes by contract id as they stand before the run; `billed` are keys of sources that
    stand on a living invoice.
    """
    maker = _Maker(contracts, period, dict(accounts or {}), billed)
    for work in sorted(works, key=lambda each: (each.started, each.entry_id)):
        maker.take(work)
    maker.charge_flats()
    maker.rate()
    return maker.outcome()


class _Maker:
    """One run. The order of the calls is the order of the rating (docs/invoices.md)."""

    def __init__(
        self, contracts: Sequence[Contract], period: Period, accounts: dict[str, Account], billed: frozenset[str]
    ) -> None:
        self._contracts, self._period, self._accounts, self._billed = contracts, period, accounts, billed
        self._zone = Calendar().zone
        self._questions: list[Question] = []
        self._bunches: dict[tuple[object, ...], _Bunch] = {}
        self._sheets: dict[tuple[str, str], _Sheet] = {}
        self._accounted_on: dict[str, _Sheet] = {}
        self._granted: dict[str, Account] = {}
        self._over: dict[str, int] = {}

    # --- who pays ---

    def take(self, work: Work) -> None:
        """Puts a work where it is rounded, or among the questions."""
        is_later = local_day(work.started, self._zone) > self._period.last
        if is_later or work.net_seconds == 0 or f"entry:{work.entry_id}" in self._billed:
            return
        try:
            basis = self._basis(work)
        except ContractError as error:
            code: ReasonCode = "two_payers" if error.code == "two_payers" else "no_rate"
            self._questions.append(Question(work, code, str(error)))
            return
        if basis is None:
            return
        is_lead = work.is_lead or basis.version is None or not basis.version.is_lead_only
        who = (
            basis.payer_id,
            work.technician,
            work.level,
            is_lead,
        )  # who led, then helped, is charged for the first alone
        key = (id(basis.version) if basis.version else basis.consent, *who)
        self._bunches.setdefault((*key, *self._scope(work, basis)), _Bunch(basis)).works.append(work)

    def _scope(self, work: Work, basis: _Basis) -> tuple[str, ...]:
        if basis.scope == "case" and work.case_id:
            return ("case", work.case_id)
        if basis.scope == "day":
            return ("day", f"{local_day(work.started, basis.calendar.zone)}", work.customer_id or "")
        return ("session", work.session_id)

    def _basis(self, work: Work) -> _Basis | None:
        if work.is_chargeable or work.release_reason:
            return self._by_yes(work)
        asked = Asked(work.customer_id, work.service_type, work.level)
        found = decide(self._contracts, asked, work.started, (), work.contract_id)
        if isinstance(found, Covered):
            if found.warning is not None:
                raise found.warning
            return _of_version(found.contract, found.version, work.level)
        self._ask(work, "unannounced", "No contract covers this work, and no price was announced: book it as goodwill.")
        return None

    def _by_yes(self, work: Work) -> _Basis | None:
        told = work.announced
        if work.customer_id is None:
            self._ask(work, "no_payer", "Nobody is named who pays: choose the customer of this session.")
            return None
        if told is None:
            self._ask(work, "unannounced", NOT_ANNOUNCED)
            return None
        consent = told.consent
        if work.release_reason:
            # Somebody with a name took the decision; the reason is printed and stands in the audit log.
            consent = Consent(consent.notice_sha256 or RELEASED, min(consent.answered_at, work.started), is_yes=True)
        return _Basis(
            *(work.customer_id, told.terms, told.calendar, "session", told.price),
            consent=consent,
            channel=told.channel,
            release_reason=work.release_reason,
            vat_bp=told.vat_bp,
        )

    def _ask(self, work: Work, code: ReasonCode, sentence: str) -> None:
        if work.charged_seconds > 0:
            self._questions.append(Question(work, code, sentence))

    # --- flats and blocks ---

    def charge_flats(self) -> None:
        """The monthly flats, prepaid blocks, and the minutes they grant."""
        for contract in self._contracts:
            self._charge_flat(contract)
            self._charge_blocks(contract)

    def _charge_flat(self, contract: Contract) -> None:
        included = 0
        for line in flat_lines(contract, self._period.first.year, self._period.first.month):
            key = f"flat:{contract.id}:{line.first}:{line.last}"
            included += line.included_minutes
            if key in self._billed:
                continue
            sheet = self._sheet(contract.partner_id, "")
            sheet.contracts.add(contract.number)
            charge = FlatCharge(
                *(contract.number, contract.title, "flat", line.first, line.last, line.days_of_month),
                *(line.net_cents, line.included_minutes, key, line.version.flat_cents),
            )
            sheet.charges.append(charge)
            sheet.sources.append(
                Source(key, 0, line.net_cents, _flat_snapshot(line.version, line.days, line.days_of_month))
            )
        if included:
            account = self._accounts.get(contract.id, Account())
            if account.granted == 0:
                account = replace(account, granted=included)
                self._granted[contract.id] = account
            self._accounts[contract.id] = account

    def _charge_blocks(self, contract: Contract) -> None:
        for version in contract.versions:
            key = f"block:{version.id}"
            is_due = version.valid_from <= self._period.last and contract.version_on(version.valid_from) is version
            if version.model != "prepaid_block" or key in self._billed or not is_due:
                continue
            sheet = self._sheet(contract.partner_id, "")
            sheet.contracts.add(contract.number)
            day = version.valid_from
            sheet.charges.append(
                FlatCharge(
                    *(contract.number, contract.title, "block", day, day, 1),
                    *(version.block_cents, version.block_minutes, key),
                )
            )
            sheet.sources.append(Source(key, 0, version.block_cents, {"version": version.id, "model": version.model}))
            sheet.moves.append(QuotaMove(contract.id, "granted", version.block_minutes, key))
            account = self._accounts.get(contract.id, Account())
            self._accounts[contract.id] = replace(account, granted=account.granted + version.block_minutes)

    # --- rating ---

    def rate(self) -> None:
        """Rates every bunch in order of time, because included minutes go to the earliest work."""
        used: dict[str, int] = {}
        for bunch in sorted(self._bunches.values(), key=lambda each: (each.started, each.works[0].entry_id)):
            self._rate(bunch, used)
        for contract_id in {**self._granted, **used}:
            self._close_quota(contract_id, used.get(contract_id, 0))

    def _rate(self, bunch: _Bunch, used: dict[str, int]) -> None:
        basis, works = bunch.basis, bunch.works
        lead = [work for work in works if work.is_lead or basis.version is None or not basis.version.is_lead_only]
        try:
            rated = rate_group(
                [entry for work in lead for entry in entries(work)],
                *(basis.terms, basis.price, basis.calendar),
                basis.contract is not None,
                basis.consent,
            )
        except UnannouncedCharge as error:
            code: ReasonCode = "declined" if basis.consent and not basis.consent.is_yes else "too_late"
            self._questions.extend(Question(work, code, str(error)) for work in works)
            return
        included, carried = self._include(basis, rated.minutes, used)
        priced = _price(rated, basis.price, included)
        group = _group(bunch, bool(lead), rated, (carried, included - carried), priced)
        sheet = self._sheet(basis.payer_id, self._invoice_case(bunch))
        sheet.groups.append(group)
        if basis.contract:
            sheet.contracts.add(basis.contract.number)
            self._accounted_on.setdefault(basis.contract.id, sheet)
        sheet.sources.extend(_sources(bunch, rated, group))

    def _include(self, basis: _Basis, minutes: int, used: dict[str, int]) -> tuple[int, int]:
        """(included minutes, of which carried ones) of so many billed ones."""
        if basis.contract is None or basis.version is None or basis.version.model == "time":
            return 0, 0
        if basis.version.model == "flat":
            return minutes, 0
        contract_id = basis.contract.id
        account = self._accounts.get(contract_id, Account())
        inside = min(minutes, account.left)
        carried = min(inside, max(0, account.carried - account.used))
        # Over a block's end each minute costs by itself: it must not eat into the next block as well.
        taken = inside if basis.version.model == "prepaid_block" else minutes
        self._over[contract_id] = self._over.get(contract_id, 0) + minutes - inside
        self._accounts[contract_id] = replace(account, used=account.used + taken)
        used[contract_id] = used.get(contract_id, 0) + taken
        return inside, carried

    def _close_quota(self, contract_id: str, used: int) -> None:
        contract = next(each for each in self._contracts if each.id == contract_id)
        account = self._accounts[contract_id]
        version = contract.version_on(self._period.last) or contract.version_on(self._period.first)
        cap = version.carry_cap_minutes if version else 0
        use = account.use(cap)
        over, next_carry = use.over, use.next_carry
        most: int | None = cap
        if version and version.model == "prepaid_block":
            over, next_carry, most = self._over.get(contract_id, 0), account.left, None
        sheet = self._accounted_on.get(contract_id) or self._sheet(contract.partner_id, "")
        sheet.quotas.append(
            Quota(contract.number, account.granted, account.carried, account.used, over, next_carry, most)
        )
        if contract_id in self._granted:
            sheet.moves.append(QuotaMove(contract_id, "granted", self._granted[contract_id].granted, self._period.name))
        if used:
            sheet.moves.append(QuotaMove(contract_id, "used", used, self._period.name))

    def _invoice_case(self, bunch: _Bunch) -> str:
        version = bunch.basis.version
        return bunch.works[0].case_id if version is not None and version.invoice_per == "case" else ""

    def _sheet(self, payer_id: str, case_id: str) -> _Sheet:
        return self._sheets.setdefault((payer_id, case_id), _Sheet(payer_id, case_id))

    def outcome(self) -> Outcome:
        """All drafts that have anything to say, in a stable order."""
        drafts = [
            Draft(
                sheet.payer_id,
                sheet.case_id,
                tuple(sorted(sheet.contracts)),
                tuple(sheet.charges),
                tuple(sheet.groups),
                tuple(sheet.quotas),
                tuple(sheet.sources),
                tuple(sheet.moves),
            )
            for _key, sheet in sorted(self._sheets.items())
            if sheet.charges or sheet.groups
        ]
        return Outcome(tuple(drafts), tuple(self._questions))


def _of_version(contract: Contract, version: ContractVersion, level: int) -> _Basis:
    price = version.price(level) or Price(0)
    return _Basis(contract.partner_id, version.terms, version.calendar, version.scope, price, contract, version)


def _price(rated: Rated, price: Price, included: int) -> tuple[Priced, ...]:
    """What is not included, by band; included minutes go to the earliest bands first."""
    made = []
    for item in rated.items:
        free = min(included, item.line.minutes)
        included -= free
        minutes, (rate, surcharge) = item.line.minutes - free, price.of(item.band)
        if minutes:
            line = price_line(minutes, rate, surcharge, price.discount_bp)
            made.append(
                Priced(
                    *(item.band, item.seconds, minutes, rate, surcharge, line.unit_cents),
                    *(price.discount_bp, line.discount_cents, line.net_cents),
                )
            )
    return tuple(made)


def _group(bunch: _Bunch, lead: bool, rated: Rated, included: tuple[int, int], priced: tuple[Priced, ...]) -> Group:
    basis, first = bunch.basis, bunch.works[0]
    consented = basis.consent.answered_at if basis.consent else None
    return Group(
        title=first.case_title if basis.scope == "case" else "",
        works=tuple(_worked(work) for work in bunch.works),
        terms=basis.terms,
        zone=basis.calendar.zone,
        contract=basis.contract.number if basis.contract else "",
        consented=consented,
        channel=basis.channel,
        release_reason=basis.release_reason,
        minutes=rated.minutes,
        from_carry=included[0],
        from_month=included[1],
        priced=priced,
        is_not_lead=not lead,
        vat_bp=basis.vat_bp,
        bands=tuple((item.band, item.seconds, item.line.minutes) for item in rated.items),
    )


def _worked(work: Work) -> Worked:
    return Worked(
        *(work.entry_id, work.session_id, work.started, work.ended, work.technician, work.customer, work.service),
        *(work.net_seconds, work.goodwill_seconds, work.goodwill_reason, work.service_en),
    )


def _sources(bunch: _Bunch, rated: Rated, group: Group) -> list[Source]:
    """One source an entry. The group's minutes and cents stand on its first entry: they were rounded together."""
    snapshot = _snapshot(bunch.basis, rated)
    return [
        Source(f"entry:{work.entry_id}", group.minutes if at == 0 else 0, group.net_cents if at == 0 else 0, snapshot)
        for at, work in enumerate(bunch.works)
    ]


def _snapshot(basis: _Basis, rated: Rated) -> dict[str, object]:
    """Everything that made the price, so that the past never changes with a contract or a library."""
    terms, calendar, price = basis.terms, basis.calendar, basis.price
    return {
        "contract": basis.contract.number if basis.contract else "",
        "version": basis.version.id if basis.version else "",
        "model": basis.version.model if basis.version else "announced",
        "notice_sha256": basis.consent.notice_sha256 if basis.consent else "",
        "release_reason": basis.release_reason,
        "terms": [terms.step, terms.minimum, terms.grace_seconds, terms.rounding],
        "rate_cents": price.rate_cents,
        "surcharges_bp": dict(sorted(price.surcharges_bp.items())),
        "discount_bp": price.discount_bp,
        "later": [[moment.isoformat(), hour, cents] for moment, hour, cents in price.later],
        "calendar": [calendar.zone, calendar.state, calendar.is_catholic],
        "hours": [calendar.day_from, calendar.evening_from, calendar.night_from],
        "bands": [[item.band, item.seconds, item.line.minutes] for item in rated.items],
        "goodwill_seconds": rated.goodwill_seconds,
    }


def _flat_snapshot(version: ContractVersion, days: int, days_of_month: int) -> dict[str, object]:
    return {
        "version": version.id,
        "model": version.model,
        "flat_cents": version.flat_cents,
        "included_minutes": version.included_minutes,
        "days": [days, days_of_month],
        "band": NORMAL,
    }
