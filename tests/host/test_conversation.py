"""The customer's side of a session as dialogues: event in, effects out."""

import base64
import dataclasses
import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from beistand.billing.minutes import billable_minutes
from beistand.billing.money import price_line
from beistand.billing.price_card import Later, PriceCard
from beistand.host import conversation as c
from beistand.host.ui.texts import say
from beistand.protocol import identity, passkey
from beistand.protocol.e2e import messages as m

IDENT = json.dumps({"company": "Muster IT", "technician": "Sabine", "domain": "example.org"}).encode()
NOTICE = "Kostenpflichtige Hilfe. Preis: 96,00 €."


def started(level=2, chargeable=False):
    talk = c.Conversation()
    talk.handle(c.Proven(IDENT), 0.0)
    talk.handle(c.Got(m.DecoderCan((m.CodecName("vp09.01.40.08.03"),))), 0.0)
    effects = talk.handle(c.Got(m.ConsentAsk(level, chargeable, NOTICE if chargeable else "", "")), 1.0)
    assert effects == [c.Ask("consent", level, chargeable, NOTICE if chargeable else "", "")]
    return talk


def agreed(level=2):
    talk = started(level)
    talk.handle(c.Answered(level, 0, 1), 2.0)
    return talk


def of(kind, effects):
    return [effect for effect in effects if isinstance(effect, kind)]


def sent(effects):
    return [effect.message for effect in of(c.Send, effects)]


def test_s21_who_asks_is_shown_from_the_statement_alone_and_cleaned():
    ident = json.dumps({"company": "Mu\u202ester\n" + "x" * 99, "technician": "Sa\x07bine", "domain": "d"}).encode()
    (who,) = c.Conversation().handle(c.Proven(ident), 0.0)
    assert who == c.ShowWho(("Muster" + "x" * 99)[:60], "Sabine", "d")


@pytest.mark.parametrize("ident", [b"", b"[]", b"{}", b'{"company":"","technician":"x","domain":"y"}', b"\xff", b"1"])
def test_a_statement_that_says_nothing_ends_the_session(ident):
    talk = c.Conversation()
    effects = talk.handle(c.Proven(ident), 0.0)
    assert of(c.Finish, effects)[0].ending == "sum_error"
    assert talk.session.is_ended


def test_s22_the_customer_may_allow_less_than_was_asked_but_the_technician_never_gets_more():
    talk = started(level=1)
    effects = talk.handle(c.Answered(2, 0, 1), 2.0)
    assert m.ConsentAnswer(1, 0, b"", 1) in sent(effects)
    assert talk.session.level == 1
    assert c.Begin(("vp09.01.40.08.03",)) in effects
    assert c.Rights(1, "open") in effects


def test_s22_view_alone_when_control_was_asked():
    talk = started(level=2)
    effects = talk.handle(c.Answered(1, 0, 1), 2.0)
    assert m.ConsentAnswer(1, 0, b"", 1) in sent(effects)
    assert talk.session.state == "open_view"
    assert c.Rights(1, "open") in effects


def test_no_is_final():
    talk = started()
    effects = talk.handle(c.Answered(0, 0, 2), 2.0)
    assert sent(effects) == [m.ConsentAnswer(0, 0, b"", 2)]
    assert not of(c.Begin, effects)
    assert of(c.Finish, effects)[0].ending == "sum_declined"
    assert talk.handle(c.Got(m.ConsentAsk(2, False, "", "")), 3.0) == []


def test_s28_chargeable_work_begins_only_with_a_yes_to_the_exact_text():
    talk = started(chargeable=True)
    digest = hashlib.sha256(NOTICE.encode()).digest()
    effects = talk.handle(c.Answered(2, 1, 1), 2.0)
    assert m.ConsentAnswer(2, 1, digest, 1) in sent(effects)
    (fact,) = of(c.Report, effects)
    assert fact.name == "consent"
    assert fact.data["notice"] == NOTICE
    assert fact.data["notice_sha256"] == digest.hex()


def test_s28_a_yes_to_the_screen_without_a_yes_to_the_price_is_a_no():
    talk = started(chargeable=True)
    effects = talk.handle(c.Answered(2, 0, 1), 2.0)
    assert sent(effects)[0].level == 0
    assert talk.session.is_ended


def test_a_price_without_a_text_ends_the_session():
    talk = c.Conversation()
    talk.handle(c.Proven(IDENT), 0.0)
    effects = talk.handle(c.Got(m.ConsentAsk(2, True, "  ", "")), 1.0)
    assert of(c.Finish, effects)


def test_input_passes_only_in_control():
    talk = agreed(level=1)
    move = m.PointerMove(1, 1)
    assert talk.handle(c.Got(move), 3.0) == []
    talk.handle(c.Acted("give_control"), 3.0)
    assert talk.handle(c.Got(move), 3.0) == [c.Inject(move)]
    for act, back in (("pause", "go_on"), ("curtain", "curtain_off")):
        talk.handle(c.Acted(act), 4.0)
        assert talk.handle(c.Got(move), 4.0) == []
        talk.handle(c.Acted(back), 5.0)
        assert talk.handle(c.Got(move), 5.0) == [c.Inject(move)]


@pytest.mark.parametrize(("act", "message"), [("pause", m.Paused(True)), ("curtain", m.Curtain(True))])
def test_rights_fall_before_anybody_is_told(act, message):
    effects = agreed().handle(c.Acted(act), 3.0)
    kinds = [type(effect) for effect in effects]
    assert kinds.index(c.Rights) < kinds.index(c.Send)
    assert message in sent(effects)


def test_the_technician_asks_for_control_and_the_customer_decides():
    talk = agreed(level=1)
    assert talk.handle(c.Got(m.LevelAsk(2)), 3.0) == [c.Ask("level", 2, False, "", "")]
    assert talk.handle(c.Got(m.LevelAsk(2)), 3.0) == []  # one question at a time
    refused = talk.handle(c.Answered(0, 0, 1), 4.0)
    assert refused == [c.Send(m.Notice("declined", "The customer does not allow control now."))]
    talk.handle(c.Got(m.LevelAsk(2)), 5.0)
    assert m.LevelChanged(2, 1) in sent(talk.handle(c.Answered(2, 0, 1), 6.0))


def test_copied_text_comes_in_only_under_control_and_without_what_commands_a_terminal():
    assert agreed(level=1).handle(c.Got(m.Clipboard("x")), 3.0) == []
    effects = agreed().handle(c.Got(m.Clipboard("a\x00\r\nb\tc\x1b[2J\x9bd")), 3.0)
    assert effects == [c.SetClipboard("a\nb\tc[2Jd"), c.Report("clipboard", {"letters": 9})]


def test_copied_text_goes_out_only_in_a_session_and_its_length_alone_is_recorded():
    assert c.Conversation().handle(c.Acted("clipboard", "geheim"), 1.0) == []
    effects = agreed(level=1).handle(c.Acted("clipboard", "geheim\x07"), 3.0)
    assert effects == [
        c.Send(m.Clipboard("geheim")),
        c.Report("clipboard_sent", {"letters": 6}),
        c.ShowChat("said_copied", "6"),
    ]


def test_work_that_turns_chargeable_rests_until_the_answer():
    talk = agreed()
    effects = talk.handle(c.Got(m.ChargeAsk(NOTICE)), 3.0)
    assert c.Rights(2, "resting") in effects
    assert talk.handle(c.Got(m.PointerMove(1, 1)), 3.5) == []
    answer = talk.handle(c.Answered(2, 1, 2), 4.0)
    assert sent(answer) == [m.ChargeAnswer(True, hashlib.sha256(NOTICE.encode()).digest(), 2)]
    assert talk.session.state == "open_control"


def test_a_no_to_the_price_leaves_the_session_as_it_was():
    talk = agreed()
    talk.handle(c.Got(m.ChargeAsk(NOTICE)), 3.0)
    effects = talk.handle(c.Answered(0, 2, 1), 4.0)
    assert sent(effects) == [m.ChargeAnswer(False, hashlib.sha256(NOTICE.encode()).digest(), 1)]
    assert not of(c.Finish, effects)
    assert talk.session.state == "open_control"
    assert not reading(talk, 9.0).is_chargeable


def test_a_price_that_crosses_a_pause_is_asked_for_when_the_pause_ends():
    talk = agreed()
    talk.handle(c.Acted("pause"), 3.0)
    assert talk.handle(c.Got(m.ChargeAsk(NOTICE)), 3.1) == []
    effects = talk.handle(c.Acted("go_on"), 9.0)
    assert of(c.Ask, effects)[0].kind == "charge"
    assert talk.session.state == "resting_control"
    assert reading(talk, 20.0).seconds == 1


CARD = PriceCard("kein Servicevertrag", 9600, 15, 15, 1900, False, "Frau Muster", "de")


def price_of(card):
    return m.Price(
        *(card.reason, card.rate_cents, card.step_minutes, card.minimum_minutes, card.vat_bp, card.is_gross),
        *(card.payer, card.language, card.grace_seconds, card.rounding, card.currency),
    )


def reading(talk, now):
    (shown,) = of(c.ShowClock, talk.handle(c.Ticked(), now))
    return shown.reading


def chargeable():
    """A session that has been free for eight seconds and is chargeable from second 10 on."""
    talk = agreed()
    talk.handle(c.Got(price_of(CARD)), 9.0)
    talk.handle(c.Got(m.ChargeAsk(CARD.text)), 10.0)
    talk.handle(c.Answered(2, 1, 1), 30.0)
    return talk


def test_the_clock_counts_only_what_will_be_charged_and_shows_the_amount():
    talk = chargeable()
    now = reading(talk, 90.0)
    assert (now.total_seconds, now.seconds, now.is_counting, now.is_chargeable, now.cents) == (68, 60, True, True, 2400)
    talk.handle(c.Acted("pause"), 100.0)
    talk.handle(c.LinkChanged(True), 150.0)
    talk.handle(c.Acted("go_on"), 200.0)
    assert reading(talk, 300.0).seconds == 70
    assert not reading(talk, 300.0).is_counting
    talk.handle(c.LinkChanged(False), 400.0)
    assert reading(talk, 410.0).seconds == 80


def test_work_that_lasts_into_another_tariff_is_shown_at_the_prices_that_the_words_name():
    card = replace(CARD, later=(Later(0, "18:00 Uhr", 14_400),))
    assert "96,00 € je Stunde zzgl. 19 % USt. (ab 18:00 Uhr 144,00 €), je angefangene" in card.text
    talk = agreed()
    talk.handle(c.Got(price_of(card)), 9.0)
    talk.handle(c.Got(m.PriceLater(1821, "18:00 Uhr", 14_400)), 9.0)  # at second 1830
    talk.handle(c.Got(m.ChargeAsk(card.text)), 10.0)
    talk.handle(c.Answered(2, 1, 1), 30.0)
    assert reading(talk, 30.0 + 900).cents == 2400 + 2400  # 15 minutes and the 2 seconds ahead: a second step
    assert reading(talk, 1830.0).cents == card.amount_cents(1800, 2)
    assert reading(talk, 1830.0 + 1798).cents == card.amount_cents(1800, 1800) == 4800 + 7200
    talk.handle(c.Acted("pause"), 1830.0 + 1798)
    talk.handle(c.Acted("go_on"), 9000.0)
    assert reading(talk, 9010.0).cents == card.amount_cents(1800, 1810)


def test_a_later_price_that_the_words_do_not_name_shows_no_amount():
    talk = agreed()
    talk.handle(c.Got(price_of(CARD)), 9.0)
    talk.handle(c.Got(m.PriceLater(60, "18:00 Uhr", 14_400)), 9.0)
    talk.handle(c.Got(m.ChargeAsk(CARD.text)), 10.0)
    talk.handle(c.Answered(2, 1, 1), 30.0)
    assert reading(talk, 300.0).cents is None


def test_the_amount_is_never_below_what_the_invoice_will_say():
    talk = chargeable()
    for seconds in range(1, 4000, 7):
        now = reading(talk, 30.0 + seconds)
        assert now.cents >= price_line(billable_minutes(seconds, CARD.terms), 9600).net_cents
        assert now.cents <= price_line(billable_minutes(seconds + 2, CARD.terms), 9600).net_cents


@pytest.mark.parametrize(
    "price",
    [
        None,
        price_of(replace(CARD, rate_cents=9500)),
        price_of(replace(CARD, step_minutes=0)),
        price_of(replace(CARD, language="fr")),
        price_of(replace(CARD, rounding="down")),
        price_of(replace(CARD, vat_bp=65_535)),
    ],
)
def test_no_amount_is_shown_for_numbers_that_do_not_give_the_words_agreed_to(price):
    talk = agreed()
    if price is not None:
        talk.handle(c.Got(price), 9.0)
    talk.handle(c.Got(m.ChargeAsk(CARD.text)), 10.0)
    talk.handle(c.Answered(2, 1, 1), 30.0)
    now = reading(talk, 90.0)
    assert (now.is_chargeable, now.cents) == (True, None)


def test_the_other_end_is_told_the_clock_when_it_changes_and_else_every_ten_seconds():
    talk = chargeable()
    told = [message for n in range(31, 61) for message in sent(talk.handle(c.Ticked(), float(n)))]
    assert [(message.seconds, message.is_counting) for message in told] == [(1, True), (11, True), (21, True)]
    talk.handle(c.Acted("pause"), 60.5)
    assert [message.is_counting for message in sent(talk.handle(c.Ticked(), 61.0))] == [False]


def test_a_price_that_was_agreed_to_on_the_phone_is_shown_at_once_and_changes_no_right():
    talk = agreed()
    talk.handle(c.Got(price_of(CARD)), 9.0)
    effects = talk.handle(c.Got(m.ChargeTold(CARD.text, "Frau\u202e Muster")), 10.0)
    assert of(c.ShowChat, effects) == [c.ShowChat("said_price", CARD.text)]
    assert of(c.Report, effects)[0].data["said_by"] == "Frau Muster"
    assert talk.session.state == "open_control"
    assert reading(talk, 70.0).cents == 2400


def test_a_price_by_phone_before_consent_ends_the_session():
    talk = started()
    assert of(c.Finish, talk.handle(c.Got(m.ChargeTold(CARD.text, "x")), 2.0))


def test_the_summary_says_what_was_charged():
    talk = chargeable()
    (end,) = of(c.Finish, talk.handle(c.Stopped(), 931.0))
    assert (end.reading.seconds, end.reading.cents) == (901, 4800)


@pytest.mark.parametrize("before", ["proven", "asked", "view", "control", "paused", "curtain", "resting"])
def test_stop_ends_from_everywhere_and_says_so_once(before):
    talk = c.Conversation()
    if before == "proven":
        talk.handle(c.Proven(IDENT), 0.0)
    elif before == "asked":
        talk = started()
    else:
        talk = agreed(1 if before == "view" else 2)
        acts = {"paused": "pause", "curtain": "curtain"}
        if before in acts:
            talk.handle(c.Acted(acts[before]), 2.5)
        if before == "resting":
            talk.handle(c.Got(m.ChargeAsk(NOTICE)), 2.5)
    effects = talk.handle(c.Stopped(), 9.0)
    assert sent(effects) == [m.Bye(1, "")]
    assert c.Rights(0, "ended") in effects
    assert of(c.Finish, effects)[0].ending == "sum_by_customer"
    assert talk.handle(c.Stopped(), 9.1) == []
    assert talk.handle(c.Got(m.Chat("still there?")), 9.2) == []


def test_the_summary_tells_what_happened_and_for_how_long():
    talk = agreed()
    talk.handle(c.Acted("pause"), 12.0)
    talk.handle(c.LinkChanged(True), 20.0)
    talk.handle(c.LinkChanged(True), 21.0)
    talk.handle(c.LinkChanged(False), 25.0)
    talk.handle(c.LinkChanged(False), 26.0)
    (end,) = of(c.Finish, talk.handle(c.Got(m.Bye(2, "")), 62.9))
    assert end.ending == "sum_by_technician"
    assert end.duration_seconds == 60
    assert end.facts == (
        (0, "fact_control"),
        (10, "fact_paused"),
        (18, "fact_interrupted"),
        (23, "fact_back"),
        (60, "fact_ended"),
    )


def test_hostile_text_is_cleaned_before_it_is_shown():
    talk = agreed()
    (end,) = of(c.Finish, talk.handle(c.Broken("sum_error", "a\x00b\x1b[31m" + "x" * 999), 3.0))
    assert end.text.isprintable()
    assert len(end.text) == 300


def test_every_ending_and_every_fact_has_its_words_in_both_languages():
    from beistand.host.ui.texts import TEXTS

    for german, english in TEXTS.values():
        assert german.strip()
        assert english.strip()
    for key in ("sum_by_customer", "sum_by_technician", "sum_declined", "sum_interrupted", "sum_error"):
        assert key in TEXTS


ROOT, ONLINE = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
BOUND = identity.Bound(b"s" * 32, "org", "123", 1_795_000_000, "https://hilfe.muster.example")
PASSKEY = ec.derive_private_key(7, ec.SECP256R1())
PERSON = identity.Demand(7, True)


def statement(**other):
    """An ident that the firm's keys cover; `other` replaces parts of it."""
    at = BOUND.utc_seconds
    key = base64.b64encode(ONLINE.public_key().public_bytes_raw()).decode()
    year = {"company": "Muster IT", "domain": "muster.example", "organisation": "org", "key": key}
    online = identity.write(year | {"issued": at, "expires": at + 86_400})
    said = {"organisation": "org", "technician": "Sabine", "route": "123", "issued": at, "expires": at + 900}
    text = identity.write(said | other)
    signature = identity.sign(identity.TECHNICIAN, BOUND.share, text, ONLINE)
    vouched = identity.sign(identity.ONLINE, b"", online, ROOT)
    whole = {"statement": text, "signature": signature, "online": online, "online_signature": vouched}
    return identity.write(whole).encode()


def vouched(of="Sabine", over=BOUND.share, at=BOUND.origin, number=7, **other):
    """An ident that Sabine's own passkey covers as well; the arguments are what the roster and the browser say."""
    spki = PASSKEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    line = {"kind": "passkey", "organisation": "org", "number": number, "technician": of, "algorithm": -7}
    line |= {"key": base64.b64encode(spki).decode(), "rp_id": "hilfe.muster.example"}
    text = identity.write(line | {"issued": BOUND.utc_seconds, "expires": BOUND.utc_seconds + 86_400})
    asked = base64.urlsafe_b64encode(passkey.challenge(over)).decode().rstrip("=")
    client = json.dumps({"type": "webauthn.get", "challenge": asked, "origin": at}).encode()
    seen = hashlib.sha256(b"hilfe.muster.example").digest() + bytes((5, 0, 0, 0, 1))
    signature = PASSKEY.sign(seen + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    proof = {"authenticator_data": seen, "client_data": client, "signature": signature}
    told = {name: base64.b64encode(one).decode() for name, one in proof.items()}
    entry = {"roster": text, "roster_signature": identity.sign(passkey.PASSKEY, b"", text, ROOT)}
    return identity.write(json.loads(statement(**other)) | {"passkey": entry | told}).encode()


def pinned(company="", demand=identity.NO_DEMAND):
    return c.Conversation(ROOT.public_key().public_bytes_raw(), company, demand=demand)


def test_s21_what_the_pinned_key_covers_is_shown_as_verified():
    (who,) = pinned().handle(c.Proven(statement(), BOUND), 0.0)
    assert who == c.ShowWho("Muster IT", "Sabine", "muster.example", identity.BY_FIRM)


def test_s21_the_company_on_the_sheet_is_the_one_in_the_program_not_the_one_on_the_wire():
    (who,) = pinned("Muster IT-Service GmbH").handle(c.Proven(statement(), BOUND), 0.0)
    assert who.company == "Muster IT-Service GmbH"


def test_s21_without_a_pinned_key_the_same_statement_is_shown_as_not_verified():
    (who,) = c.Conversation().handle(c.Proven(statement(), BOUND), 0.0)
    assert who == c.ShowWho("Muster IT", "Sabine", "muster.example", identity.NOT_VERIFIED)


@pytest.mark.parametrize(
    ("ident", "bound", "ending"),
    [
        (IDENT, BOUND, "sum_ident_missing"),
        (statement(), dataclasses.replace(BOUND, share=bytes(32)), "sum_ident_forged"),
        (statement(route="124"), BOUND, "sum_ident_other"),
        (statement(), dataclasses.replace(BOUND, utc_seconds=1), "sum_ident_expired"),
        (b"{}", BOUND, "sum_ident_missing"),
        (b"\xff", BOUND, "sum_error"),
    ],
)
def test_s21_a_statement_that_the_pinned_key_does_not_cover_ends_the_session_with_a_clear_sentence(
    ident, bound, ending
):
    talk = pinned()
    effects = talk.handle(c.Proven(ident, bound), 0.0)
    assert not of(c.ShowWho, effects)
    assert of(c.Finish, effects)[0].ending == ending
    assert talk.session.is_ended
    assert talk.handle(c.Got(m.ConsentAsk(2, False, "", "")), 1.0) == []
    for language in ("de", "en"):
        assert say(ending, language, text="")


@pytest.mark.parametrize("demand", [identity.NO_DEMAND, PERSON])
def test_s21_the_technicians_own_passkey_over_the_share_is_shown_as_confirmed_in_person(demand):
    (who,) = pinned(demand=demand).handle(c.Proven(vouched(), BOUND), 0.0)
    assert who == c.ShowWho("Muster IT", "Sabine", "muster.example", identity.BY_PERSON)


def test_s21_what_is_proven_has_plain_words_of_its_own_in_both_languages():
    from beistand.host.ui.consent import PROVEN

    for language in ("de", "en"):
        words = [say(key, language, technician="Sabine") for key, _colour in PROVEN.values()]
        assert len(set(words)) == 3
    assert "mit dem eigenen Sicherheitsschlüssel" in say("verified_by_person", "de", technician="Sabine")
    assert "Der Server der Firma bestätigt" in say("verified_by_firm", "de")


@pytest.mark.parametrize(
    ("ident", "ending"),
    [
        (statement(), "sum_ident_person"),
        (vouched(of="Eva"), "sum_ident_passkey"),
        (vouched(technician="Eva"), "sum_ident_passkey"),
        (vouched(over=bytes(32)), "sum_ident_passkey"),
        (vouched(at="https://boese.example"), "sum_ident_passkey"),
        (vouched(number=6), "sum_ident_roster"),
    ],
)
def test_s21_where_the_passkey_is_demanded_nothing_less_reaches_consent(ident, ending):
    talk = pinned(demand=PERSON)
    effects = talk.handle(c.Proven(ident, BOUND), 0.0)
    assert not of(c.ShowWho, effects)
    assert of(c.Finish, effects)[0].ending == ending
    assert talk.handle(c.Got(m.ConsentAsk(2, False, "", "")), 1.0) == []
    for language in ("de", "en"):
        assert say(ending, language, text="")


RECORD = m.RecordAsk(30, bytes(32))


def names(effects):
    return [effect.name for effect in of(c.Report, effects)]


def recording():
    talk = agreed()
    assert talk.handle(c.Got(RECORD), 3.0) == [c.Ask("record", 0, False, "", "", 30)]
    effects = talk.handle(c.Answered(1, 0, 1), 4.0)
    assert effects[0] == c.ShowRecording("on")
    assert names(effects) == ["record_on"]
    assert sent(effects) == [m.RecordAnswer(True, 1)]
    # The server takes a recording only after the customer's own word for it.
    assert effects.index(of(c.Report, effects)[0]) < effects.index(of(c.Send, effects)[0])
    return talk


def test_s22_a_recording_needs_a_yes_of_its_own_and_the_no_changes_nothing():
    talk = agreed()
    talk.handle(c.Got(RECORD), 3.0)
    effects = talk.handle(c.Answered(0, 0, 2), 4.0)
    assert sent(effects) == [m.RecordAnswer(False, 2)]
    assert names(effects) == ["record_refused"]
    assert not of(c.ShowRecording, effects)
    assert talk.session.state == "open_control"


@pytest.mark.parametrize("act", ["pause", "curtain"])
def test_s22_a_recording_rests_behind_pause_and_curtain_and_goes_on_after(act):
    talk = recording()
    assert of(c.ShowRecording, talk.handle(c.Acted(act), 5.0)) == [c.ShowRecording("resting")]
    back = {"pause": "go_on", "curtain": "curtain_off"}[act]
    assert of(c.ShowRecording, talk.handle(c.Acted(back), 6.0)) == [c.ShowRecording("on")]


def test_s22_the_customer_ends_a_recording_and_the_session_goes_on():
    talk = recording()
    effects = talk.handle(c.Acted("stop_recording"), 5.0)
    assert sent(effects) == [m.RecordStopped()]
    assert of(c.Report, effects) == [c.Report("record_off", {"by": "customer"})]
    assert of(c.ShowRecording, effects) == [c.ShowRecording("off")]
    assert talk.session.state == "open_control"
    assert talk.handle(c.Got(m.RecordStop()), 6.0) == []  # it crossed with ours
    assert [key for _at, key in talk.facts][-2:] == ["fact_record_on", "fact_record_off"]


def test_the_technician_ends_a_recording_and_the_receipt_says_so():
    effects = recording().handle(c.Got(m.RecordStop()), 5.0)
    assert of(c.Report, effects) == [c.Report("record_off", {"by": "technician"})]
    assert of(c.ShowRecording, effects) == [c.ShowRecording("off")]


def test_a_recording_ends_with_the_session():
    effects = recording().handle(c.Stopped(), 5.0)
    assert "record_off" in names(effects)
    assert of(c.Finish, effects)[0].facts[-2:] == ((3, "fact_record_off"), (3, "fact_ended"))


def test_a_price_overtakes_the_question_to_record():
    talk = agreed()
    talk.handle(c.Got(RECORD), 3.0)
    effects = talk.handle(c.Got(m.ChargeAsk(NOTICE)), 4.0)
    assert sent(effects) == [m.RecordAnswer(False, 0)]
    assert of(c.Ask, effects)[0].kind == "charge"
    talk.handle(c.Answered(1, 1, 1), 5.0)
    assert talk.handle(c.Got(RECORD), 6.0) == [c.Ask("record", 0, False, "", "", 30)]


@pytest.mark.parametrize("wish", [m.RecordAsk(0, bytes(32)), m.RecordAsk(3651, bytes(32)), m.RecordAsk(30, b"short")])
def test_a_question_to_record_that_does_not_say_how_it_is_kept_ends_the_session(wish):
    assert of(c.Finish, agreed().handle(c.Got(wish), 3.0))[0].ending == "sum_error"


def test_the_answer_of_an_old_sheet_records_nothing():
    talk = recording()
    talk.handle(c.Acted("stop_recording"), 5.0)
    assert talk.handle(c.Answered(1, 0, 1), 6.0) == []
