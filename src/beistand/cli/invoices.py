"""`beistand invoice-run` and `beistand export`: the month's invoices from the command line, beside a running server."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from beistand.billing.invoice import InvoiceError
from beistand.cli.serve import CONFIG, choose_firm, open_database
from beistand.server.clock import Clock
from beistand.server.documents.formats import money
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import exporting, running
from beistand.server.invoicing.issuing import Actor
from beistand.server.invoicing.running import Plan, RunError
from beistand.server.store import invoices
from beistand.server.store.database import Database, StoreError

_FIRM = click.option("--firm", default="", help="Name or domain of the firm, if this server has several.")
_PERIOD = click.option("--period", required=True, metavar="YYYY-MM", help="The month, for example 2026-11.")


@click.command("invoice-run")
@CONFIG
@_FIRM
@_PERIOD
@click.option("--dry-run", is_flag=True, help="Show what would be issued, and change nothing.")
def invoice_run(config: Path | None, firm: str, period: str, dry_run: bool) -> None:
    """Rate the month's approved work and issue its invoices: one a payer and period, or a case.

    What may not be billed is named with its reason and never billed silently. Run it with --dry-run first.
    """
    _settings, db = open_database(config)
    try:
        _run(db, choose_firm(db, firm).id, period, dry_run)
    except (RunError, StoreError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        db.close()


def _run(db: Database, firm: str, period_text: str, is_dry: bool) -> None:
    at, period = Clock().now().utc_us, running.period_of(period_text)
    plan = db.read_now(lambda c: running.plan(c, firm, period, at))
    _tell(plan, is_dry)
    if is_dry or not plan.planned:
        return
    by = Actor(None, at, running.today(at))
    with click.progressbar(length=len(plan.planned), label="Issuing") as bar:
        report = running.execute(db, firm, plan, Typesetter(), by, "the command line", lambda *_: bar.update(1))
    for id_ in report.issued:
        issued = db.read_now(partial(invoices.get, organisation_id=firm, invoice_id=id_))
        if issued is not None:
            click.echo(f"{issued.number}  {money(issued.gross_cents, 'en'):>14}  {issued.payer_name}")
    click.echo(f"{len(report.issued)} invoices issued.")
    told = {each.payer_name for each in plan.planned if each.problem}
    for name, error in report.failed:
        if name not in told:
            click.echo(f"NOT ISSUED  {name}: {error}")
    if report.failed:
        raise click.ClickException(f"{len(report.failed)} could not be issued; mend what is named above and run again.")


def _tell(plan: Plan, is_dry: bool) -> None:
    for each in plan.planned:
        net = money(each.draft.net_cents, "en")
        if is_dry or each.problem:
            click.echo(f"{net:>14} net  {each.payer_name}{'  NOT ISSUED: ' + each.problem if each.problem else ''}")
    for question in plan.questions:
        work = question.work
        click.echo(f"OPEN  {work.started:%Y-%m-%d %H:%M} UTC  {work.customer}: {question.sentence}")
    if plan.waiting:
        click.echo(f"{plan.waiting} entries wait for approval and are left for later.")
    count = sum(not each.problem for each in plan.planned)
    click.echo(
        f"{plan.period.name}: {count} invoices, {money(plan.net_cents, 'en')} net{' (dry run)' if is_dry else ''}."
    )


@click.command()
@CONFIG
@_FIRM
@_PERIOD
@click.argument("kind", type=click.Choice(exporting.KINDS))
@click.option(
    "--output", type=click.Path(path_type=Path), help="File or folder to write to; the current one if left out."
)
def export(config: Path | None, firm: str, period: str, kind: exporting.Kind, output: Path | None) -> None:
    """Write the invoices of a month: for DATEV, as a CSV table, or with all records for an auditor (gobd)."""
    _settings, db = open_database(config)
    try:
        chosen, at = choose_firm(db, firm).id, Clock().now().utc_us
        month, by = running.period_of(period), Actor(None, at, running.today(at))
        data = db.read_now(lambda c: running.seller_of(c, chosen))
        batch = db.write_now(lambda c: exporting.export(c, chosen, kind, month, data, by))
        path = output / batch.file_name if output and output.is_dir() else output or Path(batch.file_name)
        path.write_bytes(batch.content)
    except (RunError, InvoiceError, StoreError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"The file could not be written ({error.strerror}): choose another --output."
        ) from None
    finally:
        db.close()
    click.echo(f"{path}: {batch.invoices} invoices, SHA-256 {batch.sha256}")
