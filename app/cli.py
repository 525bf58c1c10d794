"""The `cmm` command. Exit codes: 0 done, 1 bad input said in one line, 2 wrong usage."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app.commands.operating import OPERATING, Commands, Options, day
from app.domain.errors import CmmError
from app.ops.clock import today


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; each command imports only what it needs, so that start-up stays short."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        return int(options.run(options))
    except CmmError as error:
        print(f"cmm: {error.code} {error.message}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `cmm assess ... | head`
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cmm",
        usage="cmm [-h] COMMAND ...",
        description="Concordance: every medicine of a patient assessed, and a signed plan for the EHR.",
        epilog="New here? `cmm demo` shows the whole product with invented patients. `cmm COMMAND --help` "
        "says more of each. Exit codes: 0 done, 1 bad input said in one line, 2 wrong usage.",
        formatter_class=_wide,
    )
    # With a metavar as wide as the longest name each command stays on one line with its help.
    commands = parser.add_subparsers(
        dest="command", title="commands", prog="cmm", metavar="COMMAND ..."
    )

    def add_command(name: str, help: str) -> argparse.ArgumentParser:  # noqa: A002 - as argparse calls it
        told = f"{help[0].upper()}{help[1:]}."
        return commands.add_parser(name, help=help, description=told, formatter_class=_wide)

    for add in _COMMANDS:
        add(add_command)
    return parser


def _wide(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=32)


def _assess(add: Commands) -> None:
    parser = add("assess", help="check every medicine of a chart against the four needs")
    _charts(parser)

    def run(options: Options) -> int:
        from app.commands import assess

        return assess.run(options.chart, options.as_of or today(), options.format)

    parser.set_defaults(run=run)


def _medicines(add: Commands) -> None:
    parser = add("medicines", help="print the reconciled medicine list of a chart")
    _charts(parser)

    def run(options: Options) -> int:
        from app.commands import medicines

        return medicines.run(options.chart, options.as_of or today(), options.format)

    parser.set_defaults(run=run)


def _plan(add: Commands) -> None:
    parser = add("plan", help="print a signed plan as the FHIR Bundle that would be written")
    _chart(parser)
    parser.add_argument(
        "--accept",
        default="all",
        metavar="all|high|ID,...",
        help="problems to take into the plan; all if not given",
    )
    parser.add_argument(
        "--write",
        choices=("care-plan", "document", "pecp"),
        default="care-plan",
        help="CarePlan with its records (if not given), HL7 SMP document, or Pharmacist eCare Plan",
    )
    parser.add_argument(
        "--signer",
        type=_named,
        default="Clinical pharmacist",
        metavar="NAME",
        help="name of who signs",
    )
    parser.add_argument(
        "--signer-reference",
        type=_one_of("Practitioner", "PractitionerRole"),
        default="",
        metavar="Practitioner/ID",
        help="who signs, in the EHR",
    )
    parser.add_argument(
        "--organization",
        type=_one_of("Organization"),
        default="",
        metavar="Organization/ID",
        help="for whom they sign, in the EHR",
    )
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
    parser = add("follow-up", help="say what became of the problems of a signed plan")
    parser.add_argument(
        "chart", type=Path, metavar="CHART.json", help="the chart of today: FHIR R4 Bundle"
    )
    parser.add_argument(
        "plan", type=Path, metavar="PLAN.json", help="the Bundle that `cmm plan` printed"
    )
    _as_of(parser)

    def run(options: Options) -> int:
        from app.commands import follow_up

        return follow_up.run(options.chart, options.plan, options.as_of or today())

    parser.set_defaults(run=run)


def _knowledge(add: Commands) -> None:
    parser = add("knowledge", help="list, show, check or compare the rules and facts")
    parser.add_argument(
        "what",
        choices=tuple(_NAMES),
        help="list: all rules; show: one rule, fact or ingredient; check: whether all of them hold; "
        "coverage: what is held of what a pharmacist would look for; diff: what changed",
    )
    parser.add_argument(
        "named",
        nargs="?",
        default="",
        metavar="ID|FOLDER",
        help="show: the id; check: a folder (what is used here if not given); diff: the old folder",
    )
    parser.add_argument(
        "other",
        nargs="?",
        default="",
        metavar="NEW",
        help="diff: the new folder (what is used here if not given)",
    )
    parser.add_argument(
        "--format", default="text", choices=("text", "json"), help="of coverage; text if not given"
    )

    def run(options: Options) -> int:
        from app.commands import knowledge

        given = [name for name in (options.named, options.other) if name]
        if len(given) > _NAMES[options.what]:
            parser.error(f"{given[-1]!r} is one word too many for `knowledge {options.what}`")
        return knowledge.run(options.what, options.named, options.other, options.format)

    parser.set_defaults(run=run)


# The parts of `cmm knowledge`, and how many names each takes.
_NAMES = {"list": 0, "show": 1, "check": 1, "coverage": 0, "diff": 2}
_COMMANDS = (_assess, _medicines, _plan, _follow_up, _knowledge, *OPERATING)


def _charts(parser: argparse.ArgumentParser) -> None:
    _chart(parser, "+")
    parser.add_argument(
        "--format",
        choices=("json", "table"),
        default="json",
        help="json for programs (if not given), table for people",
    )
    _as_of(parser)


def _chart(parser: argparse.ArgumentParser, how_many: str | None = None) -> None:
    parser.add_argument(
        "chart",
        type=Path,
        nargs=how_many,
        metavar="CHART.json",
        help="FHIR R4 Bundle of one patient",
    )


def _named(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("write a name")
    return text


def _one_of(*kinds: str) -> Callable[[str], str]:
    """A reference to a resource of one of these kinds, with an id as FHIR has them, or none."""

    def reference(text: str) -> str:
        if text and not re.fullmatch(rf"(?:{'|'.join(kinds)})/[A-Za-z0-9.-]{{1,64}}", text):
            raise argparse.ArgumentTypeError(f"{text!r} is not written as {kinds[0]}/ID")
        return text

    return reference


def _as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-of", type=day, metavar="YYYY-MM-DD", help="the day to assess on; today if not given"
    )


if __name__ == "__main__":
    sys.exit(main())
