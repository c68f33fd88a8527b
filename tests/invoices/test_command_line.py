"""The operator's commands for invoices, on a data folder of their own."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from beistand.cli import main
from beistand.server.keys import AUDIT_FILE, load_or_make, load_or_make_signing
from beistand.server.store.database import Database
from invoices.making import at
from invoices.world import World


@pytest.fixture
def folder(tmp_path, sqlite_template, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    (data / "beistand.sqlite").write_bytes(sqlite_template.read_bytes())
    load_or_make(data)
    load_or_make_signing(data / AUDIT_FILE)
    monkeypatch.setenv("BEISTAND_DATA", str(data))
    monkeypatch.chdir(tmp_path)
    return data


@pytest.fixture
def world(folder):
    db = Database(f"sqlite:///{folder / 'beistand.sqlite'}")
    made = World(db)
    made.contract()
    made.session(at(12, 8, 2), 67)
    yield made
    db.close()


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_a_dry_run_shows_and_the_run_issues(world):
    world.session(at(13, 8), 30, who=world.party("Niemand"))
    dry = run("invoice-run", "--period", "2026-11", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "€120.00 net  Partner & Söhne AG" in dry.output
    assert "OPEN  2026-11-13 08:00 UTC" in dry.output
    assert "2026-11: 1 invoices, €120.00 net (dry run)." in dry.output
    done = run("invoice-run", "--period", "2026-11")
    assert done.exit_code == 0, done.output
    assert "-0001" in done.output
    assert "€142.80  Partner & Söhne AG" in done.output
    again = run("invoice-run", "--period", "2026-11")
    assert (again.exit_code, "0 invoices" in again.output) == (0, True)


def test_what_cannot_be_issued_ends_with_a_status_that_scripts_see(world):
    world.session(at(13, 8), 30, who=world.party("Ohne Adresse"), price=9600)
    done = run("invoice-run", "--period", "2026-11")
    assert done.exit_code == 1
    assert "NOT ISSUED: Ohne Adresse lacks street, postcode, city" in done.output
    assert "1 invoices issued." in done.output


@pytest.mark.parametrize("arguments", [("--period", "11/2026"), ("--period", "2026-11", "--firm", "Fremd")])
def test_a_wrong_word_is_answered_with_a_sentence(world, arguments):
    done = run("invoice-run", *arguments)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert "Traceback" not in done.output


def test_an_export_is_written_and_refused_with_a_sentence(world, tmp_path):
    assert run("invoice-run", "--period", "2026-11").exit_code == 0
    month = world.read(lambda c: c.execute(text("SELECT issued_on FROM invoice")).scalar())[:7]
    done = run("export", "csv", "--period", month, "--output", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert b"Partner" in Path(tmp_path, f"Rechnungen_{month}.csv").read_bytes()
    refused = run("export", "datev", "--period", month)
    assert (refused.exit_code, "consultant number is missing" in refused.output) == (1, True)
    nowhere = run("export", "csv", "--period", month, "--output", str(tmp_path / "a" / "b.csv"))
    assert (nowhere.exit_code, "choose another --output" in nowhere.output) == (1, True)


def test_verify_finds_a_changed_file_and_a_missing_number(world):
    assert run("invoice-run", "--period", "2026-11").exit_code == 0
    good = run("verify")
    assert good.exit_code == 0, good.output
    assert "2 files of invoices: intact" in good.output
    assert "1 numbers of invoices: intact" in good.output

    def forge(c):
        c.execute(text("DROP TRIGGER invoice_document_no_update"))
        c.execute(text("UPDATE invoice_document SET bytes = x'00' WHERE kind = 'zugferd'"))
        c.execute(text("UPDATE number_series SET last_no = 2"))

    world.write(forge)
    bad = run("verify")
    assert bad.exit_code == 1
    assert "The file zugferd of RE-" in bad.output
    assert "are not complete: 2." in bad.output
