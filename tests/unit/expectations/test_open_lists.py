import pyarrow as pa
import pytest

from expectations.business_rules import rules_of
from expectations.catalogue import dataset
from expectations.counting import count
from expectations.open_lists import OPEN_LISTS, WAGE_CODES
from expectations.rules import Severity

(WAGE_CODE,) = OPEN_LISTS


def test_the_rule_is_asked_of_every_delivery_of_incomes_and_stops_none() -> None:
    assert WAGE_CODE in rules_of(dataset("raw_skatteetaten_amelding__incomes"))
    assert WAGE_CODE.severity is Severity.WARNING
    assert len(set(WAGE_CODES)) == len(WAGE_CODES) == 19


@pytest.mark.parametrize(
    ("codes", "violated"),
    [
        (["timeloenn", "fastloenn", None], 0),
        (["timeloenn", "nyKode", "Timeloenn"], 2),
        (["skattefrieUtbetalinger"], 0),
    ],
)
def test_unknown_kinds_of_wage_are_counted_and_missing_ones_are_not(
    codes: list[str | None], violated: int
) -> None:
    table = pa.table({"wage_code": pa.array(codes, pa.string())})
    assert count(WAGE_CODE, table)[1] == violated


@pytest.mark.parametrize(("rows", "allowed"), [(99, 99), (100, 20), (1000, 200)])
def test_a_fifth_may_be_unknown(rows: int, allowed: int) -> None:
    assert WAGE_CODE.allowed(rows) == allowed
