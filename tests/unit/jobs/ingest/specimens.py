"""One whole record of every record type of the contract, each field filled with a value of its own.

Run as a module, it writes one row of every raw table, which `golden_rows.txt` keeps.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from expectations import contract
from expectations.contract import FileSpec, Schema
from expectations.dataset import Dataset
from expectations.raw_columns import PROVENANCE
from jobs.ingest.extract import Context, RecordExtractor
from jobs.ingest.tables import plan, tables_of
from jobs.ingest.tokens import Tokens
from jobs.synth.identifiers import Numbers

Record = dict[str, Any]
Row = dict[str, Any]

TIMED = r"T[0-9]{2}"
SPECIAL = {
    "^[0-9]{2}\\.[0-9]{3}$": "43.{n:03d}",
    "^[0-9]{3}$": "{n:03d}",
    "^[0-9]{4}$": "{n:04d}",
    "^[0-9]{7}$": "{n:07d}",
    "^[0-9]{8}$": "{n:08d}",
    "^[0-9]{5,10}$": "{n:09d}",
    "^[0-9]{1,2}$": "3",
    "^[0-9]+$": "{n}",
    "^[A-Z]{2}$": "NO",
    "^[A-Z]{3}$": "NOR",
    "^[0-9a-f]{64}$": "{n:064x}",
    "^[HKLU][0-9]{4}$": "H{n:04d}",
    "^[0-9]{4}-[0-9]+$": "2025-{n}",
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "2026-01",
    "^stoerrelse[iI]ntervall\\.int[123]$": "stoerrelseintervall.int2",
    "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$": "07:{n:02d}",
    "^[A-J][0-9]{2}$": "A01",
}
"""A value for each pattern of the contract that is no date and no checked number."""
WORDED = {
    "termin": "nov-des",
    "aar": "2025",
    "periode": "november-desember",
    "kravperiode": "2025/09",
    "fra_termin": "2025-T5",
    "til_termin": "2025-T6",
    "oppdateringsdato": "29.03.2023 22:05:36.367",
    "datauttaksdato": "12.06.2025 09:03:43",
    "sisteInnsendteAarsregnskap": "2024",
}
"""Values of fields whose words tell something that a schema does not say."""
PERIODS = {"YYYY": "2024", "YYYY-MM": "2026-01", "YYYY-MM-DD": "2026-01-15"}


class _Filler:
    """Fills a schema; the same schema gives the same record."""

    def __init__(self) -> None:
        self._rng, self._numbers, self._count = Random(7), Numbers(), 0

    def value(self, schema: Schema, name: str) -> Any:
        if "properties" in schema:
            return {field: self.value(child, field) for field, child in schema["properties"].items()}
        kinds = schema.get("type", ())
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        if "array" in kinds:
            return [self.value(schema.get("items", {"type": "string"}), name)]
        self._count += 1
        if "enum" in schema:
            return schema["enum"][0]
        if "boolean" in kinds:
            return self._count % 2 == 0
        if "integer" in kinds:
            return 100 + self._count
        if "number" in kinds:
            return 100 + self._count + 0.25
        if "object" in kinds:
            return {"ref": f"{name} {self._count}"}
        return self._text(schema, name)

    def _text(self, schema: Schema, name: str) -> str:
        check, pattern = schema.get("x-check", ""), schema.get("pattern", "")
        if check == "fnr":
            return self._numbers.fnr(self._rng, date(1980, 1, 1) + timedelta(self._count))
        if check in ("orgnr", "ident", "aar_eller_orgnr") or (not check and name == "organizationId"):
            return self._numbers.orgnr(self._rng)
        if check == "orgnr_mellomrom":
            number = self._numbers.orgnr(self._rng)
            return f"{number[:3]} {number[3:6]} {number[6:]}"
        if name in WORDED:
            return WORDED[name]
        if check == "date":
            return (date(2025, 1, 1) + timedelta(self._count)).isoformat()
        if TIMED in pattern:
            return f"2026-01-15T10:{self._count % 60:02d}:00Z"
        return SPECIAL[pattern].format(n=self._count) if pattern else f"{name} {self._count}"


def specimen(source: str, record: str) -> Record:
    """A whole record that breaks nothing.

    Args:
        source: Source.
        record: Record type.
    """
    made: Record = _Filler().value(contract.record_schema(source, record), "")
    if record == "oppmoete":
        made["dato"] = PERIODS["YYYY-MM-DD"]
    return made


def period(source: str) -> str:
    """The period of the delivery that brings the specimens of a source.

    Args:
        source: Source.
    """
    return PERIODS[contract.source(source).period]


def files() -> Iterator[tuple[str, FileSpec]]:
    """Every kind of file of every source."""
    for spec in contract.sources().values():
        for file in spec.files:
            yield spec.name, file


def rows(source: str, file: FileSpec, tokens: Tokens) -> dict[str, list[Row]]:
    """The rows that the specimen of a file gives, by table.

    Args:
        source: Source.
        file: Kind of file.
        tokens: Makes the tokens.
    """
    tables: tuple[Dataset, ...] = tables_of(source, file)
    plans = [plan(dataset.name) for dataset in tables]
    context = Context("20260210T041500Z-0001", period(source), datetime(2026, 2, 10, 4, 15, tzinfo=UTC))
    made = RecordExtractor(plans).block([specimen(source, file.record)], [1], file.pattern, context, tokens)
    if made.refused:
        problem = made.refused[0]
        raise AssertionError(f"{source} {file.record}: {problem.path} {problem}")
    return {
        own.dataset.name: batch.to_pylist() if batch else []
        for own, batch in zip(plans, made.batches, strict=True)
    }


def golden(tokens: Tokens) -> str:
    """One row of every raw table as text, table by table.

    Args:
        tokens: Makes the tokens.
    """
    told: dict[str, list[str]] = {}
    for source, file in files():
        for table, found in rows(source, file, tokens).items():
            own = list(found[0].items())[len(PROVENANCE) :]
            told.setdefault(table, [f"{name} = {_told(value)}" for name, value in own])
    return "\n".join(f"[{table}]\n" + "\n".join(lines) + "\n" for table, lines in sorted(told.items()))


def _told(value: Any) -> str:
    """A date or time without quotes, so that it differs from a text."""
    return value.isoformat() if isinstance(value, date) else repr(value)


if __name__ == "__main__":
    from tests.unit.jobs.ingest.desk import RING

    sys.stdout.write(golden(Tokens(RING.core_key())))
