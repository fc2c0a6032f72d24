"""Writes dossiers and the workbook of a published run to files."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from graph.indicator import Indicator
from jobs.dossier.case_file import build_case_file, registered
from jobs.dossier.html import render
from jobs.dossier.reader import RunReader
from jobs.dossier.workbook import workbook

log = logging.getLogger(__name__)


def write_dossiers(
    reader: RunReader,
    out_dir: Path,
    case_ids: Sequence[str] | None = None,
    *,
    indicator: Callable[[str], Indicator] = registered,
    is_sealed: bool = False,
) -> list[Path]:
    """One HTML file per case, named by it; a file that is there is replaced.

    Args:
        reader: Published run.
        out_dir: Folder, made when it is not there.
        case_ids: Cases; None means all of the run.
        indicator: Gives the declaration of an indicator.
        is_sealed: Name sole proprietors; only for a reader who is entitled to identities.

    Raises:
        UsageError: No such case in the run.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    for case_id in _ranked(reader) if case_ids is None else case_ids:
        file = build_case_file(case_id, reader, indicator=indicator, is_sealed=is_sealed)
        path = out_dir / f"{case_id}.html"
        path.write_text(render(file), encoding="utf-8", newline="\n")
        written.append(path)
    log.info("dossiers of %s: %d written", reader.run["month"], len(written))
    return written


def write_workbook(
    reader: RunReader, path: Path, *, indicator: Callable[[str], Indicator] = registered
) -> None:
    """All cases of the run as one XLSX file.

    Args:
        reader: Published run.
        path: File; replaced when it is there.
        indicator: Gives the declaration of an indicator.
    """
    files = [build_case_file(case_id, reader, indicator=indicator) for case_id in _ranked(reader)]
    coverage: Counter[tuple[str, str]] = Counter()
    columns = ("indicator_id", "status", "subjects_n")
    for row in reader.table("out_flag__coverage", columns).to_pylist():
        coverage[row["indicator_id"], row["status"]] += row["subjects_n"]
    known = {i for i, _ in coverage} | {i for file in files for i in file.indicators}
    declared = [indicator(i) for i in sorted(known)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook(files, declared, coverage, reader.run, reader.as_of))
    log.info("workbook of %s: %d cases", reader.run["month"], len(files))


def _ranked(reader: RunReader) -> list[str]:
    """Cases of the run by rank."""
    rows = reader.table("out_flag__cases", ("case_id", "rank")).to_pylist()
    return [row["case_id"] for row in sorted(rows, key=lambda row: row["rank"])]
