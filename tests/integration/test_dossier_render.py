"""Dossiers and the workbook as files, and as a browser and a spreadsheet program show them."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from expectations.errors import UsageError
from jobs.dossier.write import write_dossiers, write_workbook
from tests.unit.jobs.dossier import sample
from tests.unit.jobs.dossier.declarations import INDICATORS
from tests.unit.jobs.dossier.scopes import SOLE_TRADER

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

CASES = ["K2601-5A11E0", "K2512-77B2C4", "K2512-0C93D1"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SOFFICE = shutil.which("soffice")
PDFTOTEXT = shutil.which("pdftotext")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dossiers")
    reader = sample.reader()
    write_dossiers(reader, folder, indicator=INDICATORS.__getitem__)
    write_workbook(reader, folder / "saker.xlsx", indicator=INDICATORS.__getitem__)
    return folder


def browser(folder: Path, *words: str) -> str:
    """Runs Chromium without a window and without any network."""
    assert CHROMIUM
    done = subprocess.run(
        [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0",
            f"--user-data-dir={folder / 'profile'}", *words,
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_one_file_per_case_by_rank_and_the_same_again(folder: Path, tmp_path: Path) -> None:
    written = write_dossiers(sample.reader(), tmp_path, indicator=INDICATORS.__getitem__)
    assert [path.stem for path in written] == CASES
    for path in written:
        assert path.read_bytes() == (folder / path.name).read_bytes()
        assert len(path.read_bytes()) < 400_000


def test_only_the_cases_asked_for(tmp_path: Path) -> None:
    written = write_dossiers(sample.reader(), tmp_path, CASES[1:2], indicator=INDICATORS.__getitem__)
    assert sorted(tmp_path.iterdir()) == written == [tmp_path / f"{CASES[1]}.html"]
    with pytest.raises(UsageError):
        write_dossiers(sample.reader(), tmp_path, ["K0000-000000"], indicator=INDICATORS.__getitem__)


def test_a_sealed_file_names_a_sole_proprietor_and_says_that_it_does(tmp_path: Path) -> None:
    (path,) = write_dossiers(
        sample.reader(), tmp_path, CASES[:1], indicator=INDICATORS.__getitem__, is_sealed=True
    )
    assert SOLE_TRADER in path.read_text("utf-8")
    assert "Forseglet del" in path.read_text("utf-8")


def test_every_case_of_the_workbook_has_its_file_beside_it(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "saker.xlsx")["Saker"]
    links = [row[1].hyperlink.target for row in sheet.iter_rows(min_row=2)]
    assert [(folder / link).is_file() for link in links] == [True, True, True]


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
@pytest.mark.parametrize("case_id", CASES)
def test_a_browser_finds_nothing_to_refuse(folder: Path, case_id: str) -> None:
    said = browser(folder, "--dump-dom", f"file://{folder / case_id}.html")
    assert f"<title>{case_id}" in said
    for complaint in ("Content Security Policy", "Refused to", "Uncaught", "ERR_"):
        assert complaint not in said


@pytest.mark.skipif(not (CHROMIUM and PDFTOTEXT), reason="no Chromium or no poppler here")
@pytest.mark.parametrize(
    ("anchor", "shown", "hidden"),
    [("", "Hvorfor saken er valgt ut", "Why the case was selected"),
     ("#en", "Why the case was selected", "Hvorfor saken er valgt ut")],
    ids=["nb", "en"],
)  # fmt: skip
def test_print_shows_one_language_on_few_pages(
    folder: Path, tmp_path: Path, anchor: str, shown: str, hidden: str
) -> None:
    page = tmp_path / "case.pdf"
    browser(
        folder, "--no-pdf-header-footer", f"--print-to-pdf={page}", f"file://{folder / CASES[0]}.html{anchor}"
    )
    text = subprocess.run(
        [str(PDFTOTEXT), "-layout", str(page), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert shown in text
    assert hidden not in text
    assert text.count("\f") <= 12


@pytest.mark.skipif(not SOFFICE, reason="no LibreOffice here")
def test_a_spreadsheet_program_opens_the_workbook(folder: Path, tmp_path: Path) -> None:
    assert SOFFICE
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76",
         "--outdir", str(tmp_path), str(folder / "saker.xlsx")],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    told = (tmp_path / "saker.csv").read_text("utf-8")
    assert '=HYPERLINK(""http://example.invalid"",""Klikk her"") AS' in told
    assert all(case_id in told for case_id in CASES)
