from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.dataset import TEXT
from expectations.raw_columns import day, money, org, person, raw_table, text, texts, whole, worked_out
from jobs.ingest.extract import Context, RecordExtractor, Refused, TablePlan
from jobs.ingest.tokens import Tokens

Record = dict[str, Any]
AT = Context("20260210T041500Z-0001", "2026-01", datetime(2026, 2, 10, 4, 15, tzinfo=UTC))

FIRMS = raw_table(
    "firms",
    "One firm.",
    "s",
    "r",
    org("orgnr", "id", "d"),
    person("owner", "id", "the owner"),
    texts("lines", "address.lines", "d"),
    texts("codes", "codes[].code", "d"),
    worked_out("label", TEXT, "d"),
)
SITES = raw_table(
    "sites",
    "One site.",
    "s",
    "r",
    text("firm", "id", "d"),
    whole("group_no", "groups[]", "d"),
    text("group", "groups[].name", "d"),
    text("site_kind", "groups[].at.{homes,works}", "d"),
    text("place", "groups[].at.{homes,works}[].{first,second}.place", "d"),
    day("moved_on", "groups[].at.homes[].moved", "d"),
    money("rent_ore", "groups[].at.works[].rent", "d"),
    rows="groups[].at.{homes,works}[]",
)
GROUPS = raw_table(
    "groups",
    "One group.",
    "s",
    "r",
    text("firm", "id", "d"),
    text("group", "groups[].name", "d"),
    rows="groups[]",
)

RECORD: Record = {
    "id": "310000205",
    "address": {"lines": ["c/o", "Storgata 1"]},
    "codes": [{"code": "a"}, {}, {"code": "b"}],
    "groups": [
        {
            "name": "one",
            "at": {"works": [{"second": {"place": "W"}, "rent": 10.5}], "homes": [{"moved": "2025-01-02"}]},
        },
        {"name": "two"},
        {"name": "three", "at": {"homes": [{"first": {"place": "H"}}]}},
    ],
}


def extractor() -> RecordExtractor:
    hooks = {"label": lambda item, context: f"{item['id']}@{context.period}"}
    return RecordExtractor([TablePlan(FIRMS, hooks), TablePlan(SITES, {}), TablePlan(GROUPS, {})])


def as_dicts(plan: TablePlan, rows: list[list[Any]], tokens: Tokens) -> list[Record]:
    places = [("f.jsonl", 7, item) for item in range(len(rows))]
    found: list[Record] = plan.batch(rows, places, AT, tokens).to_pylist()
    return found


def test_one_walk_gives_the_rows_of_all_tables(tokens: Tokens) -> None:
    firms, sites, groups = extractor().rows(RECORD, AT)
    plans = [TablePlan(FIRMS, {"label": lambda *_: None}), TablePlan(SITES, {}), TablePlan(GROUPS, {})]
    assert as_dicts(plans[0], firms, tokens) == [
        {
            "delivery_id": AT.delivery_id,
            "file_name": "f.jsonl",
            "record_no": 7,
            "item_no": 0,
            "known_at": AT.known_at,
            "period": "2026-01",
            "orgnr": "310000205",
            "owner_fnr": None,
            "owner_token": None,
            "lines": ["c/o", "Storgata 1"],
            "codes": ["a", "b"],
            "label": "310000205@2026-01",
        }
    ]
    own = [
        {k: v for k, v in row.items() if k in SITES.names[5:]} for row in as_dicts(plans[1], sites, tokens)
    ]
    assert [list(row.values())[1:] for row in own] == [
        ["310000205", 0, "one", "homes", None, date(2025, 1, 2), None],
        ["310000205", 0, "one", "works", "W", None, 1050],
        ["310000205", 2, "three", "homes", "H", None, None],
    ]
    assert [row["group"] for row in as_dicts(plans[2], groups, tokens)] == ["one", "two", "three"]


def test_running_numbers_start_anew_in_each_record() -> None:
    made = extractor()
    assert made.rows(RECORD, AT) == made.rows(RECORD, AT)


def test_a_person_s_number_in_a_mixed_field_becomes_clear_value_and_token(tokens: Tokens) -> None:
    firms, _, _ = extractor().rows({"id": "12858831081"}, AT)
    row = as_dicts(TablePlan(FIRMS, {"label": lambda *_: None}), firms, tokens)[0]
    assert row["orgnr"] is None
    assert row["owner_fnr"] == "12858831081"
    assert row["owner_token"] == tokens.of_person("12858831081")
    assert row["owner_token"].startswith("p1_")


def test_a_record_without_the_list_gives_no_rows() -> None:
    assert [len(rows) for rows in extractor().rows({"id": "310000205"}, AT)] == [1, 0, 0]
    assert [len(rows) for rows in extractor().rows({"id": "310000205", "groups": []}, AT)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("place", "value", "code", "path"),
    [
        (("works", "rent"), 1.005, "too_many_decimals", "$.groups[0].at.works[0].rent"),
        (("homes", "moved"), "0000-01-01", "impossible_date", "$.groups[0].at.homes[0].moved"),
    ],
)
def test_a_value_that_does_not_fit_names_its_exact_place(
    place: tuple[str, str], value: object, code: str, path: str
) -> None:
    record = {**RECORD, "groups": [{"at": {place[0]: [{place[1]: value}]}}]}
    with pytest.raises(Refused) as told:
        extractor().rows(record, AT)
    assert (told.value.code, told.value.path) == (code, path)
    assert str(value) not in told.value.message


def test_a_required_token_without_number_is_refused() -> None:
    from jobs.ingest.tables import plan

    made = RecordExtractor([plan("raw_folkeregisteret_bosted__residences")])
    record = {"identifikasjonsnummer": [], "bostedsadresse": [{"adressegradering": "ugradert"}]}
    with pytest.raises(Refused) as told:
        made.rows(record, AT)
    assert told.value.code == "missing_required"


def test_a_column_without_path_or_hook_cannot_be_compiled() -> None:
    with pytest.raises(ValueError, match="neither a source field nor a hook"):
        TablePlan(FIRMS, {})


def test_register_rows_in_full(example: Callable[[str, str], list[Record]], tokens: Tokens) -> None:
    from jobs.ingest.tables import plan

    employments, incomes = (
        plan("raw_skatteetaten_amelding__employments"),
        plan("raw_skatteetaten_amelding__incomes"),
    )
    record = example("skatteetaten_amelding", "amelding_*.jsonl.gz")[0]
    work, pay = RecordExtractor([employments, incomes]).rows(record, AT)
    job = as_dicts(employments, work, tokens)[0]
    assert job["employer_orgnr"] == "310000205"
    assert job["establishment_orgnr"] == "210000208"
    assert job["worker_fnr"] == "12858831081"
    assert job["full_time_hours_per_week"] == Decimal("37.50")
    assert job["position_pct"] == Decimal("100.0000")
    assert job["started_on"] == date(2025, 9, 1)
    assert job["ended_on"] is None
    line = as_dicts(incomes, pay, tokens)[0]
    assert (line["amount_ore"], line["quantity"], line["wage_code"]) == (
        4200000,
        Decimal("150.00"),
        "timeloenn",
    )
    assert line["worker_token"] == job["worker_token"]
