"""The `cmm` command. Exit codes: 0 done, 1 bad input said in one line, 2 wrong usage."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from app.domain.errors import CmmError
from app.ops.clock import today

_DIALECTS = ("epic", "oracle", "athena", "ecw", "meditech", "us-core", "medplum")
Options = argparse.Namespace
Commands = Callable[..., argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; each command imports only what it needs, so that start-up stays short."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CmmError as error:
        print(f"cmm: {error.code} {error.message}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `cmm assess ... | head`
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cmm", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in _COMMANDS:
        add(commands.add_parser)
    return parser


def _assess(add: Commands) -> None:
    parser = add("assess", help="every medicine of a chart against the four needs")
    _charts(parser)

    def run(options: Options) -> int:
        from app.commands import assess

        return assess.run(options.chart, options.as_of or today(), options.format)

    parser.set_defaults(run=run)


def _medicines(add: Commands) -> None:
    parser = add("medicines", help="the reconciled list of a chart alone")
    _charts(parser)

    def run(options: Options) -> int:
        from app.commands import medicines

        return medicines.run(options.chart, options.as_of or today(), options.format)

    parser.set_defaults(run=run)


def _plan(add: Commands) -> None:
    parser = add("plan", help="a signed plan as the FHIR Bundle that would be written")
    parser.add_argument("chart", type=Path)
    parser.add_argument(
        "--accept", default="all", metavar="all|high|ID,...", help="problems to accept"
    )
    parser.add_argument(
        "--write", choices=("care-plan", "document", "pecp"), default="care-plan", help="form"
    )
    parser.add_argument("--signer", default="Clinical pharmacist", help="name of who signs")
    parser.add_argument("--signer-reference", default="", metavar="Practitioner/ID")
    parser.add_argument("--organization", default="", metavar="Organization/ID")
    _as_of(parser)

    def run(options: Options) -> int:
        from app.commands import plan
        from app.domain.people import Person

        signer = Person(options.signer, options.signer_reference, options.organization)
        return plan.run(
            options.chart, options.as_of or today(), options.accept, signer, options.write
        )

    parser.set_defaults(run=run)


def _follow_up(add: Commands) -> None:
    parser = add("follow-up", help="what became of a signed plan's problems")
    parser.add_argument("chart", type=Path, help="the chart of today")
    parser.add_argument("plan", type=Path, help="the Bundle that `cmm plan` printed")
    _as_of(parser)

    def run(options: Options) -> int:
        from app.commands import follow_up

        return follow_up.run(options.chart, options.plan, options.as_of or today())

    parser.set_defaults(run=run)


def _knowledge(add: Commands) -> None:
    parser = add("knowledge", help="the rules and facts")
    parser.add_argument("what", choices=("list", "show", "check", "coverage", "diff"))
    parser.add_argument(
        "named", nargs="?", default="", help="id, for show; folder, for check; the old, for diff"
    )
    parser.add_argument("other", nargs="?", default="", help="the new, for diff")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="for coverage")

    def run(options: Options) -> int:
        from app.commands import knowledge

        return knowledge.run(options.what, options.named, options.other, options.format)

    parser.set_defaults(run=run)


def _tenant(add: Commands) -> None:
    parser = add("tenant", help="what works with an EHR; its registration sheet")
    parser.add_argument("what", choices=("check", "sheet"))
    parser.add_argument("name", help="the table's name in the tenant file")
    parser.add_argument(
        "--tenants", type=Path, help="tenant file; CONCORDANCE_TENANTS if not given"
    )
    parser.add_argument(
        "--metadata", type=Path, help="CapabilityStatement from a file, not the EHR"
    )
    parser.add_argument("--smart", type=Path, help="SMART configuration from a file, not the EHR")

    def run(options: Options) -> int:
        from app.commands import tenant

        if options.what == "sheet":
            return tenant.print_sheet(options.name, options.tenants)
        return tenant.check(options.name, options.tenants, options.metadata, options.smart)

    parser.set_defaults(run=run)


def _rxnorm(add: Commands) -> None:
    parser = add("rxnorm", help="an RxNorm release as the first vocabulary")
    parser.add_argument("what", choices=("load",))
    parser.add_argument("folder", type=Path, help="where the RRF files of the release are")
    parser.add_argument("--to", type=Path, help="database; CONCORDANCE_RXNORM if not given")
    parser.add_argument(
        "--atc", action="store_true", help="ATC codes too; their terms are yours to meet"
    )

    def run(options: Options) -> int:
        from app.commands import rxnorm
        from app.ops.rxnorm import rxnorm_file

        sources = frozenset({"ATC"}) if options.atc else frozenset[str]()
        return rxnorm.load(options.folder, options.to or rxnorm_file(), sources)

    parser.set_defaults(run=run)


def _prices(add: Commands) -> None:
    parser = add("prices", help="what medicines cost: the public NADAC list")
    parser.add_argument("what", choices=("load", "show"))
    parser.add_argument("asked", metavar="FILE|NAME|NDC", help="file to load; medicine to show")
    parser.add_argument("--to", type=Path, help="database; CONCORDANCE_PRICES if not given")

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
    parser = add("outcomes", help="what became of the programme's patients")
    parser.add_argument("--since", type=_day, metavar="DATE", help="first day of the period")
    parser.add_argument("--until", type=_day, metavar="DATE", help="last day; today if not given")
    parser.add_argument("--site", default="", help="the table's name in the tenant file")
    parser.add_argument("--pharmacist", default="", metavar="Practitioner/ID", help="or the name")
    parser.add_argument("--payer", default="", metavar="CODE", help="or `not recorded`")
    parser.add_argument(
        "--attributed", type=int, metavar="N", help="patients attributed, as the health plan says"
    )
    parser.add_argument("--format", default="table", choices=("table", "csv", "measure-report"))
    parser.add_argument(
        "--identified",
        choices=("problems", "visits"),
        help="a list with patients in it, as CSV; goes into the audit trail",
    )
    parser.add_argument("--by", default="", help="who takes the list")
    parser.add_argument("--reason", default="", help="what the list is for")

    def run(options: Options) -> int:
        from app.commands import outcomes
        from app.ops.clock import now
        from app.outcomes.records import Asked

        until = options.until or today()
        who = (options.site, options.pharmacist, options.payer)
        asked = Asked(until, options.since, *who, attributed=options.attributed)
        taken = outcomes.Identified(options.identified, options.by, options.reason)
        return outcomes.run(asked, options.format, now(), taken if options.identified else None)

    parser.set_defaults(run=run)


def _audit(add: Commands) -> None:
    parser = add("audit", help="is the audit trail as it was written?")
    parser.add_argument("what", choices=("verify",))

    def run(_options: Options) -> int:
        from app.commands import audit

        return audit.verify()

    parser.set_defaults(run=run)


def _serve(add: Commands) -> None:
    parser = add("serve", help="the app; settings come from the environment")

    def run(_options: Options) -> int:
        from app.commands import serve

        return serve.serve()

    parser.set_defaults(run=run)


def _sandbox(add: Commands) -> None:
    parser = add("sandbox", help="a sandbox EHR with invented patients")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8445)
    parser.add_argument("--app-url", default="http://localhost:8000", help="where the app runs")
    parser.add_argument("--clients", type=Path, help="client registrations (TOML)")
    parser.add_argument("--file", type=Path, help="SQLite file that keeps what is written")
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
    parser = add("demo", help="sandbox EHR and app side by side")
    parser.add_argument(
        "--folder", type=Path, default=Path(".demo"), help="keys, tenant file, databases"
    )
    parser.add_argument("--app-port", type=int, default=8000)
    parser.add_argument("--ehr-port", type=int, default=8445)
    _dialect(parser)

    def run(options: Options) -> int:
        from app.commands import demo

        return demo.run(options.folder, options.app_port, options.ehr_port, options.dialect)

    parser.set_defaults(run=run)


_COMMANDS = (
    _assess,
    _medicines,
    _plan,
    _follow_up,
    _knowledge,
    _tenant,
    _rxnorm,
    _prices,
    _outcomes,
    _audit,
    _serve,
    _sandbox,
    _demo,
)


def _charts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chart", type=Path, nargs="+", help="FHIR R4 Bundle of one patient")
    parser.add_argument("--format", choices=("json", "table"), default="json")
    _as_of(parser)


def _dialect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dialect",
        default="open",
        choices=("open", *_DIALECTS),
        help="the EHR that the sandbox answers as; without it its own way",
    )


def _as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-of", type=_day, metavar="YYYY-MM-DD", help="the day to assess on; today if not given"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-21") from None


if __name__ == "__main__":
    sys.exit(main())
