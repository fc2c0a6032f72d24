from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from expectations.business_rules import BUSINESS_RULES, JUDGED_FROM
from expectations.catalogue import datasets
from expectations.counting import RuleCount, count_rules
from expectations.dataset import DAY, Partition
from expectations.rules import (
    Between,
    DatesBetween,
    Matches,
    NotBefore,
    NotNull,
    OneOf,
    RowsBetween,
    Rule,
    Severity,
    SumWithin,
    Unique,
)

RULES = {rule.id: rule for rule in BUSINESS_RULES}


def columns_of(rule: Rule) -> set[str]:
    named = {rule.when.column} if rule.when else set()
    match rule.holds:
        case RowsBetween():
            return named
        case Unique(columns):
            return named | set(columns)
        case SumWithin(by, column, _):
            return named | {*by, column}
        case NotBefore(column, other):
            return named | {column, other}
        case NotNull(column) | OneOf(column, _) | Matches(column, _) | Between(column, _, _):
            return named | {column}
        case DatesBetween(column, _, _):
            return named | {column}
    raise AssertionError(f"{rule.id} is not about the rows of one table")


def counted(rule_id: str, *rows: dict[str, Any]) -> RuleCount:
    rule = RULES[rule_id]
    declared = datasets()[rule.table]
    schema = pa.schema([pa.field(f.name, f.type) for f in declared.arrow_schema])
    (found,) = count_rules(declared, pa.Table.from_pylist(list(rows), schema=schema), [rule])
    return found


def test_they_speak_of_columns_that_exist() -> None:
    for rule in BUSINESS_RULES:
        assert rule.table in datasets(), rule.id
        assert columns_of(rule) <= set(datasets()[rule.table].names), rule.id


def test_ids_are_unique_and_say_their_table() -> None:
    assert len(RULES) == len(BUSINESS_RULES)
    assert all(rule.id.startswith(f"{rule.table}:") for rule in BUSINESS_RULES)


def test_every_rule_is_said_in_both_languages() -> None:
    for rule in BUSINESS_RULES:
        assert rule.description.endswith("."), rule.id
        assert rule.description_nb.endswith("."), rule.id
        assert rule.description != rule.description_nb


def test_a_limit_that_is_a_judgement_names_its_basis_and_year() -> None:
    for rule in BUSINESS_RULES:
        if isinstance(rule.holds, DatesBetween | Between | SumWithin) and not rule.id.endswith("_is_a_share"):
            assert rule.basis, rule.id
            assert rule.year >= 2025, rule.id
        if rule.tolerated and isinstance(rule.holds, NotNull):
            assert rule.basis, rule.id


def test_both_sides_of_an_order_have_one_type() -> None:
    for rule in BUSINESS_RULES:
        declared = datasets()[rule.table]
        if isinstance(rule.holds, NotBefore):
            kinds = {declared.column(name).type for name in (rule.holds.column, rule.holds.other)}
            assert len(kinds) == 1, rule.id
        if isinstance(rule.holds, DatesBetween):
            assert declared.column(rule.holds.column).type == DAY, rule.id


def test_no_rule_about_what_comes_from_outside_stops_a_month() -> None:
    for rule in BUSINESS_RULES:
        if rule.table.startswith("raw_"):
            assert rule.severity is Severity.WARNING, rule.id


def test_raw_tables_can_be_counted_in_batches() -> None:
    for rule in BUSINESS_RULES:
        if datasets()[rule.table].partition is Partition.DELIVERY:
            assert not rule.needs_whole_table, rule.id


UNIT = {"orgnr": "200000001", "deleted_on": None, "business_municipality_no": "0301"}


@pytest.mark.parametrize(
    ("missing", "is_broken"),
    [pytest.param(5, False, id="five percent"), pytest.param(6, True, id="six percent")],
)
def test_fill_rate_of_the_address_of_live_units(missing: int, is_broken: bool) -> None:
    rows = [UNIT | {"business_municipality_no": None}] * missing + [UNIT] * (JUDGED_FROM - missing)
    gone = [UNIT | {"deleted_on": date(2020, 1, 1), "business_municipality_no": None}] * 50
    found = counted("raw_brreg_enheter__units:business_municipality_no_filled", *rows, *gone)
    assert (found.checked, found.violated, found.is_broken) == (JUDGED_FROM, missing, is_broken)


def test_a_fill_rate_of_few_rows_is_not_judged() -> None:
    rows = [UNIT | {"business_municipality_no": None}] * (JUDGED_FROM - 1)
    found = counted("raw_brreg_enheter__units:business_municipality_no_filled", *rows)
    assert (found.violated, found.is_broken) == (JUDGED_FROM - 1, False)


@pytest.mark.parametrize(
    ("born", "violated"),
    [
        pytest.param(date(1899, 12, 31), 1, id="before 1900"),
        pytest.param(date(1900, 1, 1), 0, id="1900"),
        pytest.param(date(2100, 12, 31), 0, id="2100"),
        pytest.param(date(2101, 1, 1), 1, id="after 2100"),
    ],
)
def test_birth_dates_are_plausible(born: date, violated: int) -> None:
    assert (
        counted("raw_folkeregisteret_bosted__persons:born_on_plausible", {"born_on": born}).violated
        == violated
    )


@pytest.mark.parametrize(
    ("area", "violated"),
    [("0", 1), ("0.9", 1), ("1", 0), ("2000", 0), ("2000.1", 1)],
)
def test_dwellings_have_a_floor_and_a_size(area: str, violated: int) -> None:
    assert counted("core_home__dwellings:area_m2_plausible", {"area_m2": Decimal(area)}).violated == violated


def test_shares_of_a_company_sum_to_the_whole_at_most() -> None:
    def holders(last: str) -> RuleCount:
        rows = [{"orgnr": "200000001", "share": Decimal(share)} for share in ("0.5", "0.5", last)]
        return counted("core_org__ownerships:shares_sum", *rows)

    assert holders("0.001").is_broken is False
    assert holders("0.001001").is_broken is True
