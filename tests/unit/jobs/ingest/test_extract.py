from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.dataset import TEXT
from expectations.raw_columns import day, money, org, person, raw_table, text, texts, whole, worked_out
from jobs.ingest.extract import Context, Extraction, RecordExtractor, TablePlan
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


def cut(tokens: Tokens, *records: Record, **more: Any) -> Extraction:
    numbers = list(range(7, 7 + len(records)))
    return extractor().block(records, numbers, "f.jsonl", AT, tokens, **more)


def as_dicts(made: Extraction) -> list[list[Record]]:
    return [batch.to_pylist() if batch else [] for batch in made.batches]


def test_one_walk_gives_the_rows_of_all_tables(tokens: Tokens) -> None:
    firms, sites, groups = as_dicts(cut(tokens, RECORD))
    assert firms == [
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
    own = [{k: v for k, v in row.items() if k in SITES.names[5:]} for row in sites]
    assert [list(row.values())[1:] for row in own] == [
        ["310000205", 0, "one", "homes", None, date(2025, 1, 2), None],
        ["310000205", 0, "one", "works", "W", None, 1050],
        ["310000205", 2, "three", "homes", "H", None, None],
    ]
    assert [row["group"] for row in groups] == ["one", "two", "three"]


def test_running_numbers_start_anew_in_each_record(tokens: Tokens) -> None:
    _, sites, groups = as_dicts(cut(tokens, RECORD, {"id": "310000302"}, RECORD))
    assert [(row["record_no"], row["item_no"], row["group_no"]) for row in sites] == [
        *((7, 0, 0), (7, 1, 0), (7, 2, 2)),
        *((9, 0, 0), (9, 1, 0), (9, 2, 2)),
    ]
    assert [(row["record_no"], row["item_no"]) for row in groups] == [
        *((7, 0), (7, 1), (7, 2)),
        *((9, 0), (9, 1), (9, 2)),
    ]


def test_where_a_block_ends_leaves_no_trace(tokens: Tokens) -> None:
    other = {**RECORD, "id": "12858831081", "groups": RECORD["groups"][1:]}
    together = as_dicts(cut(tokens, RECORD, other))
    apart = [
        as_dicts(extractor().block([r], [n], "f.jsonl", AT, tokens)) for n, r in ((7, RECORD), (8, other))
    ]
    assert together == [one + two for one, two in zip(*apart, strict=True)]


def test_a_person_s_number_in_a_mixed_field_becomes_clear_value_and_token(tokens: Tokens) -> None:
    row = as_dicts(cut(tokens, {"id": "12858831081"}))[0][0]
    assert row["orgnr"] is None
    assert row["owner_fnr"] == "12858831081"
    assert row["owner_token"] == tokens.of_person("12858831081")
    assert row["owner_token"].startswith("p1_")


def test_a_record_without_the_list_gives_no_rows(tokens: Tokens) -> None:
    assert [len(rows) for rows in as_dicts(cut(tokens, {"id": "310000205"}))] == [1, 0, 0]
    assert [len(rows) for rows in as_dicts(cut(tokens, {"id": "310000205", "groups": []}))] == [1, 0, 0]
    assert as_dicts(cut(tokens)) == [[], [], []]


@pytest.mark.parametrize(
    ("place", "value", "code", "path"),
    [
        (("works", "rent"), 1.005, "too_many_decimals", "$.groups[0].at.works[0].rent"),
        (("homes", "moved"), "0000-01-01", "impossible_date", "$.groups[0].at.homes[0].moved"),
    ],
)
def test_a_value_that_does_not_fit_refuses_its_record_and_names_its_exact_place(
    tokens: Tokens, place: tuple[str, str], value: object, code: str, path: str
) -> None:
    record = {**RECORD, "groups": [{"at": {place[0]: [{place[1]: value}]}}]}
    made = cut(tokens, RECORD, record, RECORD)
    assert list(made.refused) == [1]
    assert (made.refused[1].code, made.refused[1].path) == (code, path)
    assert str(value) not in made.refused[1].message
    assert [{row["record_no"] for row in rows} for rows in as_dicts(made)] == [{7, 9}] * 3


def test_a_value_that_no_row_would_hold_refuses_nothing(tokens: Tokens) -> None:
    # The name of a group is of the wrong type, and only rows of groups and sites have it.
    record = {"id": "310000205", "groups": [{"name": "x", "at": {"homes": [{"moved": None}]}}]}
    dated = raw_table("d", "d", "s", "r", day("on", "on", "d"), text("x", "a[].x", "d"), rows="a[]")
    made = RecordExtractor([TablePlan(dated, {})])
    without = made.block([{"on": "no date"}], [1], "f", AT, tokens)
    assert not without.refused
    with_row = made.block([{"on": "no date", "a": [{"x": "y"}]}], [1], "f", AT, tokens)
    assert [(p.code, p.path) for p in with_row.refused.values()] == [("impossible_date", "$.on")]
    assert not cut(tokens, record).refused


def test_records_that_are_left_out_give_no_rows_but_are_counted(tokens: Tokens) -> None:
    made = cut(tokens, RECORD, RECORD, {"id": "310000302"}, left_out=[False, True, True])
    assert made.left_out == {1: 1 + 3 + 3, 2: 1}
    assert [{row["record_no"] for row in rows} for rows in as_dicts(made)] == [{7}] * 3


def test_a_required_token_without_number_is_refused(tokens: Tokens) -> None:
    from jobs.ingest.tables import plan

    made = RecordExtractor([plan("raw_folkeregisteret_bosted__residences")])
    record = {"identifikasjonsnummer": [], "bostedsadresse": [{"adressegradering": "ugradert"}]}
    assert [p.code for p in made.block([record], [1], "f", AT, tokens).refused.values()] == [
        "missing_required"
    ]


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
    made = RecordExtractor([employments, incomes]).block([record], [1], "f", AT, tokens)
    (job, *_), (line, *_) = as_dicts(made)
    assert job["employer_orgnr"] == "310000205"
    assert job["establishment_orgnr"] == "210000208"
    assert job["worker_fnr"] == "12858831081"
    assert job["full_time_hours_per_week"] == Decimal("37.50")
    assert job["position_pct"] == Decimal("100.0000")
    assert job["started_on"] == date(2025, 9, 1)
    assert job["ended_on"] is None
    assert (line["amount_ore"], line["quantity"], line["wage_code"]) == (
        4200000,
        Decimal("150.00"),
        "timeloenn",
    )
    assert line["worker_token"] == job["worker_token"]
