"""What the command line prints: rows as a table or as JSON, and errors as one line with an exit code."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from expectations.errors import KjedeError

if TYPE_CHECKING:
    import typer

Row = Mapping[str, Any]
PIPE_WIDTH = 200


def emit(
    rows: Iterable[Row], as_json: bool = False, columns: Sequence[str] | None = None, title: str = ""
) -> None:
    """Print rows on standard output.

    Args:
        rows: What to print, one mapping per row.
        as_json: As a JSON list of objects instead of a table; all fields, whatever `columns` says.
        columns: Which fields the table shows, in order; all of the first row unless given.
        title: Line above the table.
    """
    listed = [dict(row) for row in rows]
    if as_json:
        sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=1, default=_plain) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A pipe has no width; 80 would fold every id.
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    if not listed:
        console.print(f"{title}: none" if title else "none", markup=False)
        return
    names = list(columns or listed[0])
    numeric = {name for name in names if all(_is_number(row.get(name)) for row in listed)}
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right" if name in numeric else "left", overflow="fold")
    for row in listed:
        # Text, not markup: a company name may hold square brackets.
        table.add_row(*(Text(_shown(row.get(name))) for name in names))
    console.print(table)


def run_guarded(app: "typer.Typer") -> None:
    """Run the command line; an error of ours becomes one line on standard error and its exit code.

    Args:
        app: The command line with all commands registered.
    """
    try:
        app()
    except KjedeError as problem:
        sys.stderr.write(f"kjede: {problem}\n")
        sys.exit(problem.exit_code)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", " ")
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(_plain(value))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
