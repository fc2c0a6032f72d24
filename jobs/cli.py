"""The command line `kjede`."""

import importlib

import typer

from jobs.console import run_guarded
from jobs.log import configure
from jobs.settings import settings

COMMANDS = (
    "jobs.demo.commands",
    "jobs.synth.commands",
    "jobs.ingest.fetch_commands",
    "jobs.ingest.commands",
    "jobs.run_commands",
    "jobs.release.commands",
    "jobs.cases.commands",
    "jobs.link.commands",
    "jobs.evaluate.commands",
    "jobs.lake.commands",
    "jobs.doctor.commands",
    "jobs.quality.commands",
    "jobs.quality.quarantine_commands",
    "jobs.purge.commands",
)
"""Modules whose `register` adds commands, in the order help shows them."""

app = typer.Typer(
    name="kjede",
    help="From register deliveries to explained cases and directed releases.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in COMMANDS:
    importlib.import_module(module).register(app)


def main() -> None:
    """Runs the command line; errors become one line and their exit code."""
    configure(settings().log_level, settings().log_format)
    run_guarded(app)


if __name__ == "__main__":
    main()
