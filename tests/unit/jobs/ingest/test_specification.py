"""Each source to its full specification: a whole record of every type goes in, and each fault is named.

The faults are made from the schemas of the contract, one field at a time, so no field is forgotten.
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations import contract
from expectations.contract import FileSpec, Schema
from expectations.dataset import TEXT, TEXTS, WHOLE
from expectations.raw_columns import PROVENANCE
from jobs.ingest.paths import occurrences, parse
from jobs.ingest.record_rules import RULES
from jobs.ingest.tables import raw_tables
from jobs.ingest.tokens import Tokens
from jobs.ingest.validation import check_of, json_path
from tests.unit.jobs.ingest.specimens import files, golden, period, rows, specimen

Record = dict[str, Any]
Steps = list[str | int]

RECORDS = sorted({(source, file.record) for source, file in files()})
FILES = [pytest.param(source, file, id=f"{source}-{file.pattern}") for source, file in files()]
GOLDEN = Path(__file__).with_name("golden_rows.txt")

ONE_OF_TWO = {
    ("raw_skatteetaten_amelding__", "employer_fnr"),
    ("raw_skatteetaten_amelding__", "employer_token"),
    ("raw_skatteetaten_amelding__", "establishment_fnr"),
    ("raw_skatteetaten_amelding__", "establishment_token"),
    ("raw_skatteetaten_aksjonaerer__", "holder_birth_year"),
    ("raw_skatteetaten_aksjonaerer__", "holder_token"),
    ("raw_folkeregisteret_bosted__", "moved_on"),
    ("raw_folkeregisteret_bosted__", "stay_from_on"),
    ("raw_skatteetaten_seriositet__", "filing_period_term_no"),
    ("raw_skatteetaten_seriositet__", "filing_period_month_no"),
    ("raw_skatteetaten_seriositet__", "filing_period_year"),
}
"""Columns that stay empty where a field holds the other kind of value, by the start of the table's name."""


def fields(schema: Schema, steps: Steps | None = None) -> Iterator[tuple[Steps, Schema, Schema]]:
    """Place, schema and parent's schema of every field, the first item of each list standing for all."""
    here = steps or []
    for name, child in schema.get("properties", {}).items():
        yield [*here, name], child, schema
        yield from fields(child, [*here, name])
        yield from fields(child.get("items", {}), [*here, name, 0])


def changed(record: Record, steps: Steps, value: Any) -> Record:
    """The record with another value at a place; None takes the field away."""
    found = copy.deepcopy(record)
    node: Any = found
    for step in steps[:-1]:
        node = node[step]
    if value is None:
        del node[steps[-1]]
    else:
        node[steps[-1]] = value
    return found


def at(record: Any, steps: Steps) -> Any:
    for step in steps:
        record = record[step]
    return record


def faults(source: str, record: str, value: Record) -> list[tuple[str, str]]:
    check = check_of(source, record)
    return [(fault.code, fault.path) for fault in check.faults(check.tidy(value, {}))]


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_a_whole_record_of_every_type_breaks_nothing(source: str, record: str) -> None:
    unknown: dict[str, int] = {}
    check = check_of(source, record)
    whole = check.tidy(specimen(source, record), unknown)
    assert [(fault.code, fault.path) for fault in check.faults(whole)] == []
    assert unknown == {}
    rule = RULES.get((source, record))
    assert rule is None or rule(whole, period(source)) is None


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_missing_required_field_is_named(source: str, record: str) -> None:
    schema, whole = contract.record_schema(source, record), specimen(source, record)
    required = [steps for steps, _, parent in fields(schema) if steps[-1] in parent.get("required", ())]
    assert required
    for steps in required:
        expected = [("missing_required", json_path(steps))]
        assert faults(source, record, changed(whole, steps, None)) == expected
        if not isinstance(at(whole, steps), dict | list):
            assert faults(source, record, changed(whole, steps, "")) == expected


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_missing_optional_field_is_let_through(source: str, record: str) -> None:
    schema, whole = contract.record_schema(source, record), specimen(source, record)
    for steps, _, parent in fields(schema):
        if steps[-1] not in parent.get("required", ()):
            assert faults(source, record, changed(whole, steps, None)) == [], json_path(steps)


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_wrong_check_digit_is_named(source: str, record: str) -> None:
    schema, whole = contract.record_schema(source, record), specimen(source, record)
    for steps, child, _ in fields(schema):
        if child.get("x-check", "date") != "date":
            value = at(whole, steps)
            wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
            assert faults(source, record, changed(whole, steps, wrong)) == [
                ("bad_check_digit", json_path(steps))
            ]


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_unknown_code_is_named(source: str, record: str) -> None:
    schema, whole = contract.record_schema(source, record), specimen(source, record)
    for steps, child, _ in fields(schema):
        if "enum" in child:
            assert faults(source, record, changed(whole, steps, "ukjent kode")) == [
                ("unknown_code", json_path(steps))
            ]
            for code in child["enum"]:
                if code is not None:
                    assert faults(source, record, changed(whole, steps, code)) == []


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_impossible_date_is_named(source: str, record: str) -> None:
    schema, whole = contract.record_schema(source, record), specimen(source, record)
    for steps, child, _ in fields(schema):
        if child.get("x-check") == "date":
            place = [("impossible_date", json_path(steps))]
            assert faults(source, record, changed(whole, steps, "2025-02-29")) == place
            assert faults(source, record, changed(whole, steps, "2024-02-29")) == []


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_wrong_form_and_type_is_named(source: str, record: str) -> None:
    schema, whole = contract.record_schema(source, record), specimen(source, record)
    for steps, child, _ in fields(schema):
        place = json_path(steps)
        if "pattern" in child:
            assert ("bad_form", place) in faults(source, record, changed(whole, steps, "!")), place
        if child.get("type") is not None:
            assert ("wrong_type", place) in faults(source, record, changed(whole, steps, object_of(child)))


def object_of(schema: Schema) -> Any:
    """A value of no type that the field may have."""
    kinds = schema["type"]
    return 1.5 if "object" in kinds or "array" in kinds or "string" in kinds else "text"


@pytest.mark.parametrize(("source", "file"), FILES)
def test_a_whole_record_fills_every_column(source: str, file: FileSpec, tokens: Tokens) -> None:
    for table, found in rows(source, file, tokens).items():
        assert found, f"{table} got no row"
        empty = {name for name in found[0] if all(row[name] is None for row in found)}
        allowed = {name for start, name in ONE_OF_TWO if table.startswith(start)}
        assert empty <= allowed, table


@pytest.mark.parametrize(("source", "file"), FILES)
def test_a_column_holds_its_own_field(source: str, file: FileSpec, tokens: Tokens) -> None:
    """Each field has a value of its own in the record, so a column of another field would show."""
    record = specimen(source, file.record)
    own = {dataset.name: dataset for dataset in raw_tables()[source]}
    for table, found in rows(source, file, tokens).items():
        for column in own[table].columns[len(PROVENANCE) :]:
            path = column.source_field
            if not path or path.endswith("[]") or path == own[table].rows.removesuffix("[]"):
                continue
            given = [value for _, value in occurrences(record, parse(path))]
            stored = [row[column.name] for row in found if row[column.name] is not None]
            if column.name.endswith("_token"):
                assert all(value.startswith("p1_") for value in stored)
            elif column.name.endswith("_ore"):
                assert all(value / 100 in given for value in stored)
            elif column.type == TEXTS:
                flat = [item for value in given for item in (value if isinstance(value, list) else [value])]
                assert all(item in flat for value in stored for item in value)
            elif column.type == WHOLE:
                assert all(value in given for value in stored)
            elif column.type == TEXT and not column.name.endswith("_json"):
                plain = [value.replace(" ", "") for value in given]
                assert all(value.replace(" ", "") in plain for value in stored), column.name


def test_one_row_of_every_table_is_the_golden_one(tokens: Tokens) -> None:
    """Made anew with `python -m tests.unit.jobs.ingest.specimens > tests/…/golden_rows.txt`, then read."""
    made, kept = (dict(split(text)) for text in (golden(tokens), GOLDEN.read_text(encoding="utf-8")))
    assert made.keys() == kept.keys() == {d.name for tables in raw_tables().values() for d in tables}
    for table, row in made.items():
        assert row == kept[table], table


def split(text: str) -> Iterator[tuple[str, list[str]]]:
    for part in text.split("\n\n"):
        head, *lines = part.strip().splitlines()
        yield head.strip("[]"), lines
