import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import typer

from expectations.errors import DataRefused, KjedeError, NotPermitted, UsageError
from jobs.console import emit, run_guarded

ROW = {"orgnr": "312345678", "n": 12345, "on": date(2026, 1, 2), "at": datetime(2026, 1, 2, tzinfo=UTC),
       "share": Decimal("0.500000"), "is_x": True, "codes": ["a", "b"], "none": None}  # fmt: skip


def test_json_is_a_list_of_objects(capsys: pytest.CaptureFixture[str]) -> None:
    emit([ROW], as_json=True, columns=["n"])
    assert json.loads(capsys.readouterr().out) == [
        {"orgnr": "312345678", "n": 12345, "on": "2026-01-02", "at": "2026-01-02T00:00:00Z",
         "share": "0.500000", "is_x": True, "codes": ["a", "b"], "none": None}
    ]  # fmt: skip
    emit([], as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_a_table_shows_the_chosen_columns(capsys: pytest.CaptureFixture[str]) -> None:
    emit([ROW], columns=["orgnr", "n", "is_x", "codes", "at"], title="Things")
    out = capsys.readouterr().out
    assert "Things" in out
    assert "12 345" in out
    assert "a, b" in out
    assert "2026-01-02T00:00:00Z" in out
    assert "share" not in out


def test_names_with_brackets_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    emit([{"name": "[bold]Bygg[/bold] [AS]"}])
    assert "[bold]Bygg[/bold] [AS]" in capsys.readouterr().out


def test_no_rows_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    emit([], title="Cases [2026-01]")
    assert capsys.readouterr().out == "Cases [2026-01]: none\n"


@pytest.mark.parametrize(
    ("problem", "code", "line"),
    [
        (KjedeError("broken"), 1, "kjede: broken\n"),
        (UsageError("no such month"), 2, "kjede: no such month\n"),
        (DataRefused("conservation", "one lost"), 3, "kjede: conservation: one lost\n"),
        (NotPermitted("no key"), 4, "kjede: no key\n"),
    ],
)
def test_errors_are_one_line_and_a_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    problem: KjedeError,
    code: int,
    line: str,
) -> None:
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def fail() -> None:
        raise problem

    monkeypatch.setattr("sys.argv", ["kjede"])
    with pytest.raises(SystemExit) as ended:
        run_guarded(app)
    assert ended.value.code == code
    assert capsys.readouterr() == ("", line)
