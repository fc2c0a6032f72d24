"""The raw tables against the contract: nothing that is read is left out, and nothing is made up."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from expectations import contract
from expectations.dataset import Column, Dataset, PersonalData
from expectations.dropped_fields import DROPPED
from expectations.raw_columns import PROVENANCE
from jobs.ingest.extract import Context
from jobs.ingest.hooks import HOOKS
from jobs.ingest.paths import occurrences, parse
from jobs.ingest.tables import plan, raw_tables, tables_of
from jobs.ingest.tokens import DOMAINS
from tests.unit.jobs.ingest.specimens import period, specimen

TABLES = [dataset for tables in raw_tables().values() for dataset in tables]
RECORDS = sorted({(spec.name, file.record) for spec in contract.sources().values() for file in spec.files})
COMPANY_COUNTRIES = {"contractor_country_code"}
"""Columns of a company's country, which decides what duties it has."""

STRICTNESS = list(PersonalData)


def leaves(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, child in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        items = child.get("items", {})
        if child.get("properties"):
            yield from leaves(child, here)
        elif items.get("properties"):
            yield from leaves(items, f"{here}[]")
        else:
            yield here, child


def spelled_out(path: str) -> set[str]:
    """All plain paths that a declared path stands for."""
    found = {""}
    for segment in parse(path):
        tail = "[]" if segment.is_list or segment.index is not None else ""
        found = {f"{before}.{name}{tail}".lstrip(".") for before in found for name in segment.names}
    return found


def columns(source: str, record: str) -> Iterator[tuple[Dataset, Column]]:
    for dataset in raw_tables()[source]:
        if dataset.record.split(":")[0] == record:
            for column in dataset.columns[len(PROVENANCE) :]:
                yield dataset, column


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_field_of_the_contract_has_a_column(source: str, record: str) -> None:
    declared = {p for _, c in columns(source, record) if c.source_field for p in spelled_out(c.source_field)}
    fields = {path for path, _ in leaves(contract.record_schema(source, record))}
    objects = {path for path in fields if any(d.startswith(f"{path}.") for d in declared)}
    assert fields - declared - objects == set(DROPPED.get((source, record), {}))


def test_every_field_that_an_indicator_rests_on_has_a_column() -> None:
    text = (contract.FOLDER / "COVERAGE.md").read_text(encoding="utf-8")
    cited = re.findall(r"`([a-z_]+):([^`]+)`", text)
    assert len(cited) > 200
    for source, path in cited:
        record, _, field = path.partition(".")
        declared = {p for _, c in columns(source, record) for p in spelled_out(c.source_field)}
        assert any(p == field or p.startswith((f"{field}.", f"{field}[]")) for p in declared), path


def test_a_dropped_field_is_of_the_contract_and_has_its_reason() -> None:
    for (source, record), dropped in DROPPED.items():
        fields = {path for path, _ in leaves(contract.record_schema(source, record))}
        assert dropped.keys() <= fields, source
        assert all(len(reason) > 20 for reason in dropped.values())


def test_every_file_of_every_source_feeds_a_table() -> None:
    assert len(contract.sources()) == 19
    for spec in contract.sources().values():
        for file in spec.files:
            assert tables_of(spec.name, file), f"{spec.name} {file.pattern}"


def test_files_that_share_a_record_type_but_not_a_register_have_tables_of_their_own() -> None:
    units, establishments = contract.source("brreg_oppdateringer").files[:2]
    own = [
        {d.name.split("__")[1] for d in tables_of("brreg_oppdateringer", f)} for f in (units, establishments)
    ]
    assert own == [
        {"unit_updates", "unit_changes"},
        {"establishment_updates", "establishment_changes"},
    ]


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_every_path_leads_to_a_field_of_the_contract(source: str, record: str) -> None:
    fields = {path for path, _ in leaves(contract.record_schema(source, record))}
    lists = {path[: path.rindex("[]") + 2] for path in fields if "[]" in path}
    lists |= {path[: i + 2] for path in lists for i in range(len(path)) if path[i : i + 2] == "[]"}
    for dataset, column in columns(source, record):
        if not column.source_field:
            assert column.name in HOOKS[dataset.name]
            continue
        if column.source_field == dataset.rows.removesuffix("[]"):
            continue
        unknown = spelled_out(column.source_field) - fields - lists
        # A path with alternatives may name a pair that only one of the lists has.
        assert len(unknown) < len(spelled_out(column.source_field)), f"{dataset.name}.{column.name}"


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_a_column_is_handled_at_least_as_strictly_as_its_field(source: str, record: str) -> None:
    classes = dict(leaves(contract.record_schema(source, record)))
    for dataset, column in columns(source, record):
        if column.name.endswith("_token") or not column.source_field:
            continue
        for path in spelled_out(column.source_field) & classes.keys():
            wanted = STRICTNESS.index(PersonalData(classes[path].get("x-pd", "open")))
            assert STRICTNESS.index(column.personal_data) >= wanted, f"{dataset.name}.{column.name}"


class Spy(dict[str, Any]):
    """An object of a record that writes down which of its fields are looked at."""

    def __init__(self, values: Mapping[str, Any], path: str, seen: set[str]) -> None:
        """Wrap an object and all objects in it."""
        super().__init__({name: spied(value, f"{path}{name}", seen) for name, value in values.items()})
        self._path, self._seen = path, seen

    def get(self, key: str, default: Any = None) -> Any:
        """The value, written down."""
        self._seen.add(f"{self._path}{key}")
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        """The value, written down."""
        self._seen.add(f"{self._path}{key}")
        return super().__getitem__(key)


def spied(value: Any, path: str, seen: set[str]) -> Any:
    if isinstance(value, Mapping):
        return Spy(value, f"{path}." if path else "", seen)
    return [spied(item, f"{path}[]", seen) for item in value] if isinstance(value, list) else value


WORKED_OUT = [(d, name) for d in TABLES for name in HOOKS.get(d.name, {})]


@pytest.mark.parametrize(("dataset", "name"), WORKED_OUT, ids=lambda v: getattr(v, "name", v))
def test_a_worked_out_column_is_handled_at_least_as_strictly_as_what_it_is_made_of(
    dataset: Dataset, name: str
) -> None:
    record, seen = dataset.record.split(":")[0], set[str]()
    whole = spied(specimen(dataset.source, record), "", seen)
    context = Context("d", period(dataset.source), datetime(2026, 2, 10, tzinfo=UTC))
    items = [item for _, item in occurrences(whole, parse(dataset.rows))]
    seen.clear()
    assert items
    for item in items:
        HOOKS[dataset.name][name](item, context)
    classes = dict(leaves(contract.record_schema(dataset.source, record)))
    read = [PersonalData(classes[path].get("x-pd", "open")) for path in seen & classes.keys()]
    assert seen, "looks at no field"
    strictest = max(read, key=STRICTNESS.index, default=PersonalData.OPEN)
    wanted = PersonalData.PERSONAL if name.endswith("_token") else strictest
    assert STRICTNESS.index(dataset.column(name).personal_data) >= STRICTNESS.index(wanted)


@pytest.mark.parametrize(("source", "record"), RECORDS)
def test_codes_and_required_columns_are_the_schema_s(source: str, record: str) -> None:
    schema = contract.record_schema(source, record)
    fields = dict(leaves(schema))
    for dataset, column in columns(source, record):
        for path in spelled_out(column.source_field) & fields.keys() if column.source_field else ():
            codes = {code for code in fields[path].get("enum", ()) if code is not None}
            if column.codes:
                kept = codes - {"fortrolig", "strengtFortrolig"}
                assert set(column.codes) == kept, f"{dataset.name}.{column.name}"
            if column.required and not column.name.endswith("_token"):
                assert is_required(schema, path, dataset.rows), f"{dataset.name}.{column.name} may be missing"


def is_required(schema: Mapping[str, Any], path: str, rows: str) -> bool:
    """Whether a record that passes has the field, within the item that gives the row."""
    lists = [f"{way}." for way in spelled_out(rows)] if rows else []
    start = next((way for way in lists if path.startswith(way)), "")
    node = schema
    for segment in parse(start.removesuffix(".")):
        node = node["properties"][segment.names[0]]
        node = node.get("items", node)
    for segment in parse(path.removeprefix(start)):
        if segment.names[0] not in node.get("required", ()):
            return False
        node = node["properties"][segment.names[0]]
        node = node.get("items", node)
    return True


@pytest.mark.parametrize("dataset", TABLES, ids=lambda d: d.name)
def test_a_table_compiles_starts_with_provenance_and_is_owned(dataset: Dataset) -> None:
    assert plan(dataset.name).dataset is dataset
    assert dataset.columns[: len(PROVENANCE)] == PROVENANCE
    assert dataset.owner
    assert set(HOOKS.get(dataset.name, {})) <= set(dataset.names)


def test_a_person_s_number_always_has_its_token_beside_it() -> None:
    for dataset in TABLES:
        for column in dataset.columns:
            if column.identifier == "fnr":
                assert column.personal_data is PersonalData.SPECIAL
                token = column.name.removesuffix("_fnr") + "_token"
                assert token in dataset.names
                assert token not in DOMAINS, f"{dataset.name}.{token} would not join to other persons"


def test_the_number_of_a_card_always_has_its_token_beside_it() -> None:
    found = [dataset for dataset in TABLES if "card_number" in dataset.names]
    assert {d.source for d in found} == {"byggeplass_oversiktslister", "hmskort_register"}
    for dataset in found:
        assert dataset.column("card_number").personal_data is PersonalData.SPECIAL
        assert dataset.column("card_token").personal_data is PersonalData.PERSONAL
        assert DOMAINS["card_token"] == "card"


def test_no_column_tells_nationality_sex_or_language() -> None:
    words = ("national", "citizen", "sex", "gender", "language", "birth_country", "statsborger")
    for dataset in TABLES:
        if dataset.source not in (
            "kodelister",
            "brreg_enheter",
            "brreg_underenheter",
            "arbeidstilsynet_registre",
        ):
            assert {n for n in dataset.names if "country" in n} <= COMPANY_COUNTRIES, dataset.name
        assert not [n for n in dataset.names if any(word in n for word in words)], dataset.name


def test_every_record_type_has_a_table_of_whole_records_that_stores_its_key() -> None:
    for source, record in RECORDS:
        main = [d for d in raw_tables()[source] if d.record.split(":")[0] == record and not d.rows]
        assert main, f"{source} {record}"
        spec = next(file for file in contract.source(source).files if file.record == record)
        stored = {column.source_field for column in main[0].columns}
        assert set(spec.key) <= stored
