"""Writes the list of all cases of a month as one workbook: cases, findings, evidence, indicators, read me."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from graph.explain import STATUS, local
from graph.indicator import Indicator
from jobs.dossier import words
from jobs.dossier.lettering import numbers_text
from jobs.dossier.names import term
from jobs.dossier.parts import CaseFile, FindingFile, Proof
from jobs.dossier.view import View

LONGEST_CELL = 32_767
"""What a cell can hold; more is cut with an ellipsis, since the format drops longer texts silently."""
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Names out of registers may begin with `=` or look like links; they are written as the texts they are."""
LINE_HEIGHT = 13
MOST_LINES = 24
"""Highest row, in lines; more is there but has to be opened."""
BAND_FILLS = {"A": "#fbe3d0", "B": "#fdf3d7", "C": "#eef2f6"}
INK = "#1f2933"
HEAD_FILL = "#1f4e79"

Cell = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading in both languages, width in characters, and the text or number of a row."""

    nb: str
    en: str
    width: int
    kind: str = "text"


class _Book:
    """A workbook under construction."""

    def __init__(self, created: datetime, title: str) -> None:
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, SAFE)
        self.book.set_properties({"title": title, "author": "Kjede", "created": created})
        base = {"font_name": "Arial", "font_size": 10, "valign": "top", "font_color": INK}
        self.formats: dict[str, Any] = {
            "head": self.book.add_format(
                {**base, "bold": True, "font_color": "#ffffff", "bg_color": HEAD_FILL, "text_wrap": True}
            ),
            "text": self.book.add_format({**base, "text_wrap": True}),
            "code": self.book.add_format({**base, "font_name": "Consolas", "font_size": 9}),
            "whole": self.book.add_format({**base, "num_format": "#,##0_)"}),
            "number": self.book.add_format({**base, "num_format": "#,##0.00####_)"}),
            "date": self.book.add_format({**base, "num_format": "dd.mm.yyyy", "align": "left"}),
            "bold": self.book.add_format({**base, "bold": True, "text_wrap": True}),
            "link": self.book.add_format({**base, "font_color": "#1f4e79", "underline": 1}),
            **{
                f"band_{band}": self.book.add_format(
                    {**base, "bold": True, "bg_color": fill, "align": "center"}
                )
                for band, fill in BAND_FILLS.items()
            },
        }

    def sheet(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Cell]],
        *,
        frozen: int,
        printed: int,
    ) -> Worksheet:
        """A sheet with a frozen, filtered heading row.

        Args:
            name: Name of the sheet.
            columns: Its columns.
            rows: Its rows.
            frozen: Columns that stay in sight.
            printed: Columns on paper, from the left.
        """
        sheet = self.book.add_worksheet(name)
        sheet.set_row(0, 30)
        for n, column in enumerate(columns):
            sheet.set_column(n, n, column.width)
            _done(sheet.write_string(0, n, f"{column.nb}\n{column.en}", self.formats["head"]), name)
        count = 0
        for count, row in enumerate(rows, 1):
            sheet.set_row(count, LINE_HEIGHT * _lines(columns, row) + 3)
            for n, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.put(sheet, count, n, value, column.kind)
        sheet.freeze_panes(1, frozen)
        sheet.autofilter(0, 0, count, len(columns) - 1)
        sheet.print_area(0, 0, count, printed - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&8Kjede&C&8&A&R&8&P / &N")
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, value: Cell, kind: str) -> None:
        """One cell; every text is written as a text."""
        style = self.formats[kind if kind not in ("band", "change") else "text"]
        if value is None or value == "":
            _done(sheet.write_blank(row, column, None, style), sheet.name)
        elif isinstance(value, date):
            _done(sheet.write_datetime(row, column, value, style), sheet.name)
        elif isinstance(value, int | Decimal):
            style = self.formats["whole"] if value == int(value) else style
            _done(sheet.write_number(row, column, float(value), style), sheet.name)
        else:
            if kind == "band" and value in BAND_FILLS:
                style = self.formats[f"band_{value}"]
            if kind == "change" and value != words.CHANGES["unchanged"].nb:
                style = self.formats["bold"]
            text = value if len(value) <= LONGEST_CELL else f"{value[: LONGEST_CELL - 1]}…"
            _done(sheet.write_string(row, column, text, style), sheet.name)

    def close(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self.out.getvalue()


def _lines(columns: Sequence[Column], row: Sequence[Cell]) -> int:
    """About how many lines the highest cell of a row takes; Excel and Calc do not agree on fitting rows."""
    most = 1
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, str) and column.kind != "code":
            most = max(most, sum(1 + len(line) // max(1, column.width - 1) for line in value.split("\n")))
    return min(most, MOST_LINES)


def _done(code: int, sheet: str) -> None:
    """Refuse a cell that the format dropped."""
    if code:
        raise ValueError(f"sheet {sheet}: a cell was not written (code {code})")


CASES = (
    Column("Nr.", "Rank", 6, "whole"),
    Column("Sak", "Case", 16),
    Column("Bånd", "Band", 8, "band"),
    Column("Siden forrige måned", "Since last month", 19, "change"),
    Column("Status", "State", 13),
    Column("Overskrift", "Headline (nb)", 48),
    Column("Utløst", "Triggered", 11),
    Column("Virksomheter", "Companies", 38),
    Column("Boliger", "Dwellings", 24),
    Column("Personer", "Persons", 10, "whole"),
    Column("Ikke utelukket", "Not ruled out", 11, "whole"),
    Column("Første steg", "First step", 40),
    Column("Naturlig ansvarlig", "Natural lead", 30),
    Column("Overskrift (en)", "Headline", 48),
    Column("Støtter", "Context", 10),
    Column("Organisasjonsnumre", "Organisation numbers", 22),
    Column("Ukjent", "Unknown", 9, "whole"),
    Column("Først sett", "First seen", 11),
    Column("Bestridt", "Disputed", 9),
)
FINDINGS = (
    Column("Sak", "Case", 16),
    Column("Indikator", "Indicator", 10),
    Column("Forhold", "Matter (nb)", 38),
    Column("Rolle", "Role", 12),
    Column("Gjelder", "Concerns", 40),
    Column("Utfall", "Outcome", 14),
    Column("Verdi", "Value", 10, "number"),
    Column("Grense", "Limit", 10, "number"),
    Column("Avstand", "Margin", 10, "number"),
    Column("Enhet", "Unit", 26),
    Column("Grensen bygger på", "The limit rests on", 18),
    Column("Bestemmelse", "Provision", 34),
    Column("Siden forrige måned", "Since last month", 19, "change"),
    Column("Bevis", "Evidence", 14),
    Column("Forklaringer kontrollert", "Explanations checked", 60),
    Column("Datakvalitet", "Data quality", 40),
    Column("Forhold (en)", "Matter", 38),
    Column("Funn-id", "Finding id", 22, "code"),
)
EVIDENCE = (
    Column("Sak", "Case", 16),
    Column("Nr.", "No.", 7),
    Column("Hva den viser", "What it shows (nb)", 56),
    Column("Brukt av", "Used by", 10),
    Column("Register", "Register", 46),
    Column("Fra", "From", 12, "date"),
    Column("Til", "To", 12, "date"),
    Column("Kjent", "Known", 12, "date"),
    Column("Leveranse", "Delivery", 26, "code"),
    Column("Fil", "File", 28, "code"),
    Column("Post", "Record", 9, "whole"),
    Column("Poster i alt", "Records in all", 10, "whole"),
    Column("Tabell", "Table", 26, "code"),
    Column("Måned", "Month", 10),
    Column("Radnøkkel", "Row key", 46, "code"),
    Column("Hva den viser (en)", "What it shows", 56),
)
INDICATORS = (
    Column("Indikator", "Indicator", 10),
    Column("Versjon", "Version", 9),
    Column("Navn", "Name (nb)", 36),
    Column("Navn (en)", "Name", 36),
    Column("Hvorfor", "Why (nb)", 56),
    Column("Regel", "Rule (nb)", 64),
    Column("Regel (en)", "Rule", 64),
    Column("Enhet", "Unit", 26),
    Column("Bestemmelse", "Provision", 34),
    Column("Utløst", "Triggered", 10, "whole"),
    Column("Ikke utløst", "Not triggered", 12, "whole"),
    Column("Kan ikke vurderes", "Not evaluable", 12, "whole"),
    Column("Holdt tilbake", "Held back", 12, "whole"),
    Column("Naturlig ansvarlig", "Natural lead", 34),
)
STATUSES = ("triggered", "not_triggered", "not_evaluable", "suppressed")


def workbook(
    files: Sequence[CaseFile],
    indicators: Sequence[Indicator],
    coverage: Mapping[tuple[str, str], int],
    run: Mapping[str, Any],
    as_of: datetime,
) -> bytes:
    """All cases of a month as one XLSX file; the same input gives the same bytes.

    Args:
        files: Cases in order of rank.
        indicators: Indicators that ran.
        coverage: Subjects by (indicator, status).
        run: What identifies the run.
        as_of: Instant of the run; stands as the file's creation date.
    """
    book = _Book(as_of.astimezone(UTC).replace(tzinfo=None), f"Kjede {run['month']}")
    cases = book.sheet("Saker", CASES, (_case(file) for file in files), frozen=3, printed=13)
    for n, file in enumerate(files, 1):
        case_id = file.case.case_id
        _done(cases.write_url(n, 1, f"external:{case_id}.html", book.formats["link"], case_id), "Saker")
    book.sheet(
        "Funn", FINDINGS, (_finding(file, f) for file in files for f in file.findings), frozen=2, printed=15
    )
    book.sheet(
        "Bevis", EVIDENCE, (_evidence(file, p) for file in files for p in file.proofs), frozen=2, printed=12
    )
    rows = (_indicator(i, coverage) for i in indicators)
    book.sheet("Indikatorer", INDICATORS, rows, frozen=1, printed=9)
    _read_me(book, len(files), run, as_of)
    return book.close()


def _case(file: CaseFile) -> list[Cell]:
    nb, case = View(file, "nb"), file.case
    outcomes = [guard.result.outcome for guard in nb.guards]
    return [
        case.rank,
        case.case_id,
        case.band,
        nb.word("CHANGES", case.change),
        nb.word("STATES", case.state),
        nb.headline,
        ", ".join(case.indicators),
        "\n".join(file.names.company(c, "nb") for c in case.companies),
        "\n".join(file.names.subject(f"dwelling:{d}", "nb") for d in case.dwellings),
        case.persons_n,
        outcomes.count("not_ruled_out"),
        nb.steps[0].text if nb.steps else "",
        nb.leads,
        View(file, "en").headline,
        ", ".join(case.context_indicators),
        "\n".join(file.names.orgnr(c, "nb") for c in case.companies),
        outcomes.count("unknown"),
        case.first_seen_month,
        "ja" if case.disputed else "nei",
    ]


def _finding(file: CaseFile, finding: FindingFile) -> list[Cell]:
    nb, told = View(file, "nb"), finding.finding
    return [
        file.case.case_id,
        told.indicator_id,
        nb.name(finding.indicator),
        "støtter" if nb.is_context(finding) else "danner",
        nb.subject(finding),
        term(STATUS[told.status], "nb"),
        told.value,
        told.threshold,
        told.margin,
        nb.unit(finding),
        nb.basis(finding),
        told.legal_basis_ref,
        nb.word("CHANGES", finding.change) if finding.change else "ukjent",
        numbers_text(finding.numbers, most=4),
        "\n".join(f"{guard.outcome}: {guard.text}" for guard in nb.guards_of(finding)),
        "\n".join(nb.quality(finding)),
        View(file, "en").name(finding.indicator),
        finding.finding_id,
    ]


def _evidence(file: CaseFile, proof: Proof) -> list[Cell]:
    nb, en = View(file, "nb"), View(file, "en")
    first = proof.provenance[0] if proof.provenance else None
    return [
        file.case.case_id,
        f"E{proof.number}",
        "\n".join(nb.w(text) for text in proof.shows),
        ", ".join(proof.indicators),
        nb.register(proof),
        proof.valid_from,
        proof.valid_to,
        local(proof.known_at).date() if proof.known_at else None,
        first.delivery_id if first else "",
        first.file_name if first else "",
        first.record_no if first else None,
        proof.records_n or None,
        proof.row.table,
        proof.row.month,
        nb.key(proof),
        "\n".join(en.w(text) for text in proof.shows),
    ]


def _indicator(indicator: Indicator, coverage: Mapping[tuple[str, str], int]) -> list[Cell]:
    return [
        indicator.id,
        indicator.version,
        indicator.name.nb,
        indicator.name.en,
        indicator.rationale.nb,
        indicator.formula.nb,
        indicator.formula.en,
        indicator.unit.nb,
        indicator.legal_basis,
        *(coverage.get((indicator.id, status), 0) for status in STATUSES),
        indicator.follow_up_owner.nb,
    ]


READ_ME: tuple[tuple[str, str, str], ...] = (
    (
        "Saker",
        "Én rad per sak, i rekkefølgen de bør vurderes. Sakens nummer åpner saksmappen når den ligger i "
        "samme mappe.",
        "One row per case, in the order to review them. The case number opens the case file when it lies in "
        "the same folder.",
    ),
    (
        "Funn",
        "Én rad per forhold i sakene: målt verdi mot grense, og hvilke lovlige forklaringer som er "
        "kontrollert.",
        "One row per matter in the cases: measured value against limit, and which lawful explanations were "
        "checked.",
    ),
    (
        "Bevis",
        "Én rad per opplysning funnene bygger på, med register, leveranse og post. Numrene er de samme som i "
        "saksmappen.",
        "One row per piece of information the findings rest on, with register, delivery and record. The "
        "numbers are those of the case file.",
    ),
    (
        "Indikatorer",
        "Reglene som er brukt, og hvor mange de ga utslag for. «Kan ikke vurderes» betyr ikke at alt er i "
        "orden.",
        "The rules in use, and how many they triggered for. “Not evaluable” does not mean that all is in "
        "order.",
    ),
)


def _read_me(book: _Book, cases: int, run: Mapping[str, Any], as_of: datetime) -> None:
    """The sheet that says what the others are."""
    sheet = book.book.add_worksheet("Les meg")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 2, 70)
    sheet.hide_gridlines(2)
    lines: list[tuple[str, str, str]] = [
        ("", "Norsk", "English"),
        ("Hva dette er", words.TEXT["not_a_verdict"].nb, words.TEXT["not_a_verdict"].en),
        ("Bruk", words.TEXT["handling"].nb, words.TEXT["handling"].en),
        *READ_ME,
        *((f"Bånd {band}", text.nb, text.en) for band, text in words.BANDS.items()),
        ("Bånd", words.BAND_NOTE.nb, words.BAND_NOTE.en),
        ("Saker i måneden", f"{cases}", f"{cases}"),
        ("Måned", str(run["month"]), str(run["month"])),
        (
            "Opplysninger per",
            local(as_of).strftime("%d.%m.%Y %H:%M"),
            local(as_of).strftime("%Y-%m-%d %H:%M"),
        ),
        ("Kjøring", str(run["run_id"]), str(run["run_id"])),
        ("Programversjon", str(run["code_version"]), str(run["code_version"])),
    ]
    columns = (Column("", "", 22), Column("Norsk", "", 70), Column("English", "", 70))
    for n, line in enumerate(lines):
        sheet.set_row(n, LINE_HEIGHT * _lines(columns, line) + 5)
        for column, text in enumerate(line):
            kind = "head" if n == 0 else "bold" if column == 0 else "text"
            book.put(sheet, n, column, text, kind)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
