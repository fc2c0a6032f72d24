import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from graph.explain import forbidden
from graph.indicator import Indicator
from jobs.dossier.names import PSEUDONYM
from jobs.dossier.workbook import LONGEST_CELL, _Book
from jobs.dossier.write import write_workbook
from tests.unit.jobs.dossier import sample
from tests.unit.jobs.dossier.scopes import SOLE_ORGNR, SOLE_TRADER

SHEETS = ["Saker", "Funn", "Bevis", "Indikatorer", "Les meg"]


@pytest.fixture(scope="module")
def path(
    tmp_path_factory: pytest.TempPathFactory,
    reader: sample.SampleReader,
    indicator: Callable[[str], Indicator],
) -> Path:
    path = tmp_path_factory.mktemp("book") / "saker.xlsx"
    write_workbook(reader, path, indicator=indicator)
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def rows(sheet: Worksheet) -> list[dict[str, object]]:
    """Rows by the Norwegian heading."""
    table = list(sheet.iter_rows(values_only=True))
    heads = [str(head).split("\n")[0] for head in table[0]]
    return [dict(zip(heads, row, strict=True)) for row in table[1:]]


def test_sheets_are_filtered_and_frozen(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS
    for name in SHEETS[:4]:
        assert book[name].auto_filter.ref
        assert book[name].freeze_panes
        assert book[name].print_title_rows == "$1:$1"


def test_cases_are_in_order_with_band_and_change_in_words(book: openpyxl.Workbook) -> None:
    told = rows(book["Saker"])
    assert [r["Sak"] for r in told] == ["K2601-5A11E0", "K2512-77B2C4", "K2512-0C93D1"]
    assert [r["Bånd"] for r in told] == ["A", "A", "B"]
    assert [r["Siden forrige måned"] for r in told] == ["ny", "endret", "uendret"]
    assert told[0]["Ikke utelukket"] == 1
    assert book["Saker"]["B2"].hyperlink.target == "K2601-5A11E0.html"


def test_findings_and_evidence_are_all_there_with_numbers_of_the_dossier(book: openpyxl.Workbook) -> None:
    found = rows(book["Funn"])
    assert len(found) == 7
    assert (found[0]["Verdi"], found[0]["Grense"], found[0]["Avstand"]) == (4, 2, 2)
    assert found[-1]["Rolle"] == "støtter"
    evidence = [r for r in rows(book["Bevis"]) if r["Sak"] == "K2601-5A11E0"]
    assert [r["Nr."] for r in evidence] == [f"E{n}" for n in range(1, 27)]
    assert evidence[1]["Fra"] == datetime(2025, 3, 1)  # noqa: DTZ001 - a day in a cell
    assert evidence[0]["Leveranse"] == "20260211T040000Z-0001"


def test_coverage_stands_with_the_indicator(book: openpyxl.Workbook) -> None:
    told = rows(book["Indikatorer"])
    assert [r["Indikator"] for r in told] == ["A01", "A02", "B01", "I01", "I02"]
    assert (told[0]["Ikke utløst"], told[0]["Kan ikke vurderes"]) == (1245, 17)


def test_hostile_names_are_texts_not_formulas_or_links(path: Path, book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [c.coordinate for c in cells if c.data_type == "f"]
    assert any('=HYPERLINK("http' in str(c.value) for c in cells)
    assert {c.hyperlink.target for c in cells if c.hyperlink} == {
        f"{case}.html" for case in ("K2601-5A11E0", "K2512-77B2C4", "K2512-0C93D1")
    }
    with zipfile.ZipFile(path) as parts:
        assert not [n for n in parts.namelist() if b"<f>" in parts.read(n)]


def test_identities_and_forbidden_words_stay_out(book: openpyxl.Workbook) -> None:
    text = "\n".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value)
    assert not PSEUDONYM.search(text)
    assert SOLE_TRADER not in text
    assert SOLE_ORGNR not in text.replace("\u00a0", "")
    assert forbidden(text) == []


def test_the_same_run_gives_the_same_bytes(
    path: Path, tmp_path: Path, indicator: Callable[[str], Indicator]
) -> None:
    write_workbook(sample.reader(), tmp_path / "again.xlsx", indicator=indicator)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_created_when_the_run_knew_what_it_knew(book: openpyxl.Workbook) -> None:
    assert book.properties.created == datetime(2026, 2, 14, 23)  # noqa: DTZ001


@pytest.mark.parametrize("length", [LONGEST_CELL, LONGEST_CELL + 1])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(length: int) -> None:
    writing = _Book(datetime(2026, 1, 1), "t")  # noqa: DTZ001
    sheet = writing.book.add_worksheet("x")
    writing.put(sheet, 0, 0, "a" * length, "text")
    value = openpyxl.load_workbook(io.BytesIO(writing.close()))["x"]["A1"].value
    assert len(value) == LONGEST_CELL
    assert value.endswith("…") == (length > LONGEST_CELL)


def test_a_cell_that_is_not_written_is_an_error() -> None:
    writing = _Book(datetime(2026, 1, 1), "t")  # noqa: DTZ001
    sheet = writing.book.add_worksheet("x")
    with pytest.raises(ValueError, match="not written"):
        writing.put(sheet, 2_000_000, 0, "beyond the last row", "text")
