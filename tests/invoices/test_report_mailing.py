"""Service reports by mail: against a real mail server on this computer; nothing lost, nothing twice."""

import hashlib
from dataclasses import replace

import pytest

from beistand.server.clock import Clock
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import report_mailing
from beistand.server.invoicing.post import Post
from beistand.server.store import parties, report_mails, sessions, time_words
from invoices.making import at
from invoices.test_pdf import words_of
from invoices.world import NOW, World


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


@pytest.fixture
def world(db):
    made = World(db)
    made.known = made.party("Frau Klein", kind="person", email="klein@kunde.example")
    made.entry = made.session(at(12, 8, 2), 67, who=made.known, approved=False)
    made.session_id = made.read(lambda c: sessions.latest_sessions(c, made.firm))[0].id
    return made


def queue(world, to="klein@kunde.example", language="de"):
    said = {"to": to, "language": language}
    world.write(lambda c: report_mails.add_event(c, world.firm, world.session_id, "queued", said, None, NOW))


def steps(world):
    return world.read(lambda c: report_mails.events(c, world.firm, world.session_id))


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("de", "Leistungsnachweis Fernhilfe vom 12.11.2026", "Drucker eingerichtet"),
        ("en", "Service report: remote help on 12 November 2026", "What was done"),
    ],
)
def test_a_queued_report_is_sent_once_and_the_event_names_the_very_file(
    world,
    post,
    typesetter,
    language,
    subject,
    words,
):
    queue(world, language=language)
    assert report_mailing.deliver(world.db, post.settings, Clock(), typesetter) == 1
    assert report_mailing.deliver(world.db, post.settings, Clock(), typesetter) == 0
    (got,) = post.got
    assert (got["To"], got["Subject"]) == ("klein@kunde.example", subject)
    (attached,) = got.iter_attachments()
    assert words in words_of(attached.get_content())
    assert [step.name for step in steps(world)] == ["queued", "sent"]
    assert steps(world)[-1].data["sha256"] == hashlib.sha256(attached.get_content()).hexdigest()


def test_a_mail_server_that_is_down_loses_no_report_and_is_asked_again_after_a_restart(world, post):
    queue(world)
    down = Post(world.db, replace(post.settings, smtp_port=9), Clock())
    for _ in range(3):
        down.round()
    assert [step.name for step in steps(world)] == ["queued", "queued"]
    assert "cannot be reached" in steps(world)[-1].data["reason"]
    Post(world.db, post.settings, Clock()).round()
    assert [step.name for step in steps(world)] == ["queued", "queued", "sent"]
    assert len(post.got) == 1


def test_a_refused_address_ends_the_try_with_the_servers_words(world, post, typesetter):
    queue(world, to="no@kunde.example")
    assert report_mailing.deliver(world.db, post.settings, Clock(), typesetter) == 0
    assert steps(world)[-1].name == "not_sent"
    assert "refuses no@kunde.example" in steps(world)[-1].data["reason"]
    assert world.read(report_mails.queued) == []


def release(world):
    user = world.people["Tina Technik"]

    def do(c):
        time_words.approve(c, world.firm, [world.entry], True, time_words.Said(user, NOW, ""))
        return report_mails.queue_released(c, world.firm, [world.entry], user, NOW)

    return world.write(do)


def test_a_release_queues_the_report_only_where_the_firm_wants_it_and_only_once(world):
    assert release(world) == 0
    world.write(lambda c: report_mails.set_automatic(c, world.firm, True))
    assert [release(world), release(world)] == [1, 0]
    assert steps(world)[-1].data == {"to": "klein@kunde.example", "language": "de"}


def test_a_customer_without_an_address_gets_no_report_by_itself(world):
    world.write(lambda c: report_mails.set_automatic(c, world.firm, True))
    party = world.read(lambda c: parties.get_party(c, world.firm, world.known))
    world.write(lambda c: parties.change_party(c, world.firm, party.id, {"email": ""}))
    assert release(world) == 0
    assert steps(world) == []
