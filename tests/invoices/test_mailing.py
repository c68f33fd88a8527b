"""Mails with invoices, against a real mail server on this computer."""

from dataclasses import replace
from datetime import date

import pytest

from beistand.server.clock import Clock
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import mailing, running
from beistand.server.invoicing.issuing import Actor
from beistand.server.invoicing.running import period_of
from beistand.server.store import invoices
from invoices.making import at
from invoices.world import NOW, World


@pytest.fixture
def world(db):
    made = World(db)
    made.contract()
    made.session(at(12, 8, 2), 67)
    plan = made.read(lambda c: running.plan(c, made.firm, period_of("2026-11"), NOW))
    by = Actor(None, NOW, date(2026, 12, 1))
    (made.invoice,) = running.execute(db, made.firm, plan, Typesetter(), by, "Ida").issued
    return made


def queue(world, to):
    world.write(lambda c: invoices.add_event(c, world.firm, world.invoice, "queued", {"to": to}, None, NOW))


def issued(world):
    return world.read(lambda c: invoices.get(c, world.firm, world.invoice))


def test_a_queued_mail_is_sent_once_with_the_file_that_was_issued(world, post):
    queue(world, "rechnung@partner.example")
    assert mailing.deliver(world.db, post.settings, Clock()) == 1
    assert mailing.deliver(world.db, post.settings, Clock()) == 0
    (got,) = post.got
    assert (got["To"], got["From"]) == ("rechnung@partner.example", "rechnung@muster.example")
    assert got["Subject"] == "Rechnung RE-2026-0001"
    assert "142,80" in got.get_body().get_content()
    (attached,) = got.iter_attachments()
    (stored,) = world.read(lambda c: invoices.files_of(c, world.firm, world.invoice, "zugferd"))
    assert (attached.get_filename(), attached.get_content()) == (stored.file_name, stored.content)
    assert [event.name for event in issued(world).events] == ["issued", "queued", "sent"]


def test_a_mail_server_that_is_down_is_asked_again_and_the_reason_is_noted_once(world, post):
    queue(world, "rechnung@partner.example")
    down = replace(post.settings, smtp_port=9)
    assert [mailing.deliver(world.db, down, Clock()) for _ in range(3)] == [0, 0, 0]
    events = issued(world).events
    assert [event.name for event in events] == ["issued", "queued", "queued"]
    assert "cannot be reached" in events[-1].data["reason"]
    assert issued(world).mail == "queued"
    assert mailing.deliver(world.db, post.settings, Clock()) == 1
    assert issued(world).mail == "sent"


@pytest.mark.parametrize(("to", "mail"), [("no@partner.example", "not_sent"), ("busy@partner.example", "queued")])
def test_a_refusal_ends_the_try_and_a_busy_server_does_not(world, post, to, mail):
    queue(world, to)
    assert mailing.deliver(world.db, post.settings, Clock()) == 0
    assert issued(world).mail == mail
    assert f"refuses {to}" in issued(world).events[-1].data["reason"]
    assert post.got == []


def test_a_name_cannot_smuggle_a_header_into_a_mail(world, post):
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        mailing.letter(issued(world), [], "Muster", "a@b.example", "x@y.example\nBcc: z@y.example")
