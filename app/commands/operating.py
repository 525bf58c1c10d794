"""The options of the commands for whoever runs the product; each imports only what it needs."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from app.ops.clock import today

Options = argparse.Namespace
Commands = Callable[..., argparse.ArgumentParser]
_LAST_PORT = 65_535
_DIALECTS = ("epic", "oracle", "athena", "ecw", "meditech", "us-core", "medplum")


def _tenant(add: Commands) -> None:
    parser = add("tenant", help="say what will work with an EHR, or print its registration sheet")
    parser.add_argument(
        "what",
        choices=("check", "sheet"),
        help="check: what will work and why; sheet: what to register there",
    )
    parser.add_argument(
        "name", metavar="NAME", help="of the EHR: its table in the tenant file, as [NAME]"
    )
    parser.add_argument(
        "--tenants", type=Path, metavar="FILE", help="tenant file; CONCORDANCE_TENANTS if not given"
    )
    parser.add_argument(
        "--metadata",
        type=Path,
        metavar="FILE",
        help="check with this CapabilityStatement (JSON); the EHR is not asked",
    )
    parser.add_argument(
        "--smart",
        type=Path,
        metavar="FILE",
        help="check with this SMART configuration (JSON); the EHR is not asked",
    )

    def run(options: Options) -> int:
        from app.commands import tenant

        if options.what == "sheet":
            return tenant.print_sheet(options.name, options.tenants)
        return tenant.check(options.name, options.tenants, options.metadata, options.smart)

    parser.set_defaults(run=run)


def _rxnorm(add: Commands) -> None:
    parser = add("rxnorm", help="load an RxNorm release, so that more medicines are recognised")
    parser.add_argument("what", choices=("load",), help="load: in place of the one before")
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="where the RRF files of the release are"
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="database to make; CONCORDANCE_RXNORM, else concordance-rxnorm.sqlite3, if not given",
    )
    parser.add_argument(
        "--atc",
        action="store_true",
        help="take ATC codes too; the terms of the WHO Collaborating Centre are yours to meet",
    )

    def run(options: Options) -> int:
        from app.commands import rxnorm
        from app.ops.rxnorm import rxnorm_file

        sources = frozenset({"ATC"}) if options.atc else frozenset[str]()
        return rxnorm.load(options.folder, options.to or rxnorm_file(), sources)

    parser.set_defaults(run=run)


def _prices(add: Commands) -> None:
    parser = add("prices", help="load the public NADAC price list, or show what a medicine costs")
    parser.add_argument(
        "what", choices=("load", "show"), help="load: a list; show: what it holds of a medicine"
    )
    parser.add_argument(
        "asked", metavar="FILE|NAME|NDC", help="load: the CSV file; show: a medicine or its NDC"
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="database to make or ask; CONCORDANCE_PRICES, else concordance-prices.sqlite3, if not "
        "given",
    )

    def run(options: Options) -> int:
        from app.commands import prices
        from app.ops.prices import prices_file
        from app.ops.rxnorm import rxnorm_file
        from app.terminology import load_vocabulary

        vocabulary, database = load_vocabulary(rxnorm_file()), options.to or prices_file()
        if options.what == "load":
            return prices.load(Path(options.asked), database, vocabulary)
        return prices.show(options.asked, database, vocabulary)

    parser.set_defaults(run=run)


def _outcomes(add: Commands) -> None:
    parser = add("outcomes", help="report what became of the programme's patients")
    parser.add_argument(
        "--since",
        type=day,
        metavar="YYYY-MM-DD",
        help="first day of the period; without it from the beginning",
    )
    parser.add_argument(
        "--until", type=day, metavar="YYYY-MM-DD", help="last day; today if not given"
    )
    parser.add_argument(
        "--site", default="", metavar="NAME", help="one EHR, by its table in the tenant file"
    )
    parser.add_argument(
        "--pharmacist", default="", metavar="Practitioner/ID", help="one signer, so or by name"
    )
    parser.add_argument(
        "--payer", default="", metavar="CODE", help="of one payer, or `not recorded`"
    )
    parser.add_argument(
        "--attributed",
        type=count,
        metavar="N",
        help="patients the health plan gave to the programme, for the share that was reached",
    )
    parser.add_argument(
        "--format",
        default="table",
        choices=("table", "csv", "measure-report"),
        help="for people (if not given), a spreadsheet, or FHIR",
    )
    _identified(parser)

    def run(options: Options) -> int:
        from app.commands import outcomes
        from app.ops.clock import now
        from app.outcomes.records import Asked

        until = options.until or today()
        if options.since and options.since > until:
            parser.error(f"--since {options.since} is after the last day, {until}")
        if not options.identified and (options.by or options.reason):
            parser.error("--by and --reason go with --identified")
        who = (options.site, options.pharmacist, options.payer)
        asked = Asked(until, options.since, *who, attributed=options.attributed)
        taken = outcomes.Identified(options.identified, options.by, options.reason)
        return outcomes.run(asked, options.format, now(), taken if options.identified else None)

    parser.set_defaults(run=run)


def _identified(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--identified",
        choices=("problems", "visits"),
        help="a list with patients in it, as CSV; goes into the audit trail",
    )
    parser.add_argument(
        "--by", default="", metavar="NAME", help="with --identified: who takes the list"
    )
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="with --identified: what the list is for"
    )


def _audit(add: Commands) -> None:
    parser = add("audit", help="prove that the audit trail is as it was written")
    parser.add_argument("what", choices=("verify",), help="verify: event by event")

    def run(_options: Options) -> int:
        from app.commands import audit

        return audit.verify()

    parser.set_defaults(run=run)


def _serve(add: Commands) -> None:
    parser = add(
        "serve", help="run the app; its settings come from the environment (see the README)"
    )

    def run(_options: Options) -> int:
        from app.commands import serve

        return serve.serve()

    parser.set_defaults(run=run)


def _sandbox(add: Commands) -> None:
    parser = add("sandbox", help="run a sandbox EHR with invented patients")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 127.0.0.1")
    parser.add_argument("--port", type=port, default=8445, help="port to listen on; 8445")
    parser.add_argument(
        "--app-url",
        default="http://localhost:8000",
        metavar="URL",
        help="where the app runs; http://localhost:8000",
    )
    parser.add_argument(
        "--clients",
        type=Path,
        metavar="FILE",
        help="apps registered there (TOML or JSON); Concordance alone if not given",
    )
    parser.add_argument(
        "--file",
        type=Path,
        help="SQLite file that keeps what is written; in memory if not given",
    )
    _dialect(parser)
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:ARGUMENT][@PLACE]",
        help="a fault to inject, such as storm-429:date@Observation; may be given several times",
    )

    def run(options: Options) -> int:
        from app.commands import serve

        return serve.sandbox(
            options.host,
            options.port,
            app_url=options.app_url,
            clients=options.clients,
            file=options.file,
            dialect=options.dialect,
            faults=options.fault,
        )

    parser.set_defaults(run=run)


def _demo(add: Commands) -> None:
    parser = add("demo", help="run the sandbox EHR and the app side by side: the way to try it")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(".demo"),
        help="where keys, tenant file and database are kept; .demo",
    )
    parser.add_argument(
        "--app-port", type=port, default=8000, metavar="PORT", help="of the app; 8000"
    )
    parser.add_argument(
        "--ehr-port", type=port, default=8445, metavar="PORT", help="of the sandbox EHR; 8445"
    )
    _dialect(parser)

    def run(options: Options) -> int:
        from app.commands import demo

        return demo.run(options.folder, options.app_port, options.ehr_port, options.dialect)

    parser.set_defaults(run=run)


OPERATING = (_tenant, _rxnorm, _prices, _outcomes, _audit, _serve, _sandbox, _demo)


def _dialect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dialect",
        default="open",
        choices=("open", *_DIALECTS),
        metavar="NAME",
        help=f"the EHR whose habits it has: open (none in particular), {', '.join(_DIALECTS)}",
    )


def count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1 to {_LAST_PORT}")
    return int(text)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-21") from None
