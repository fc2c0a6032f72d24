from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from expectations.counting import RuleCount, broken, count, count_rules, merge_counts, metrics
from expectations.dataset import DAY, SHARE, TEXT, TEXTS, WHOLE, YES_NO, Column, Dataset
from expectations.rules import (
    Between,
    DatesBetween,
    Matches,
    NotBefore,
    NotNull,
    OneOf,
    Predicate,
    RowsBetween,
    Rule,
    Severity,
    SumWithin,
    Unique,
    When,
)

TABLE = Dataset(
    name="core_test__things",
    description="One row per thing.",
    owner="tests",
    key=("a",),
    floor=1,
    ceiling=3,
    columns=(
        Column(name="a", type=TEXT, description="d", pattern=r"\d{2}"),
        Column(name="n", type=WHOLE, description="d", minimum=0, maximum=9, required=True),
        Column(name="s", type=SHARE, description="d", minimum=0, maximum=1),
        Column(name="f", type=DAY, description="d"),
        Column(name="t", type=DAY, description="d"),
        Column(name="l", type=TEXTS, description="d", codes=("x", "y")),
        Column(name="b", type=YES_NO, description="d"),
    ),
)
SCHEMA = pa.schema([(c.name, c.type) for c in TABLE.columns])


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def counted(holds: Predicate, *rows: dict[str, Any], when: When | None = None) -> tuple[int, int]:
    rule = Rule(id="t:r", table="t", holds=holds, description="d", description_nb="d", when=when)
    return count(rule, table(*rows))


DAYS = {"f": date(2026, 1, 2)}


@pytest.mark.parametrize(
    ("holds", "rows", "expected"),
    [
        pytest.param(NotNull("a"), [{"a": "x"}, {}], (2, 1), id="missing"),
        pytest.param(Unique(("a",)), [{"a": "x"}, {"a": "x"}, {"a": "y"}], (3, 2), id="twice counts both"),
        pytest.param(
            Unique(("a", "n")), [{"a": "x", "n": 1}, {"a": "x", "n": 2}], (2, 0), id="apart by the second"
        ),
        pytest.param(Unique(("a",)), [], (0, 0), id="none are unique"),
        pytest.param(Unique(("a", "n")), [{"a": "x"}, {"a": "x"}], (0, 0), id="missing is not equal"),
        pytest.param(OneOf("a", ("x",)), [{"a": "x"}, {"a": "X"}, {}], (2, 1), id="another code"),
        pytest.param(OneOf("l", ("x",)), [{"l": ["x", "z"]}, {"l": []}, {}], (2, 1), id="a code in a list"),
        pytest.param(
            Matches("a", r"\d{2}"), [{"a": "12"}, {"a": "123"}, {"a": "1"}, {}], (3, 2), id="whole text"
        ),
        pytest.param(
            Matches("a", r"\d{2}"), [{"a": "12\n"}, {"a": "١٢"}], (2, 2), id="line break, other digits"
        ),
        pytest.param(Matches("a", "x|y"), [{"a": "x"}, {"a": "xy"}], (2, 1), id="alternatives are bound"),
        pytest.param(
            Between("n", 0, 9), [{"n": -1}, {"n": 0}, {"n": 9}, {"n": 10}, {}], (4, 2), id="bounds included"
        ),
        pytest.param(Between("n", None, 9), [{"n": -99}, {"n": 10}], (2, 1), id="no lower bound"),
        pytest.param(Between("n", 0, None), [{"n": 99}, {"n": -1}], (2, 1), id="no upper bound"),
        pytest.param(
            Between("s", 0, 1),
            [
                {"s": Decimal("0")},
                {"s": Decimal("1.000000")},
                {"s": Decimal("1.000001")},
                {"s": Decimal("-0.000001")},
            ],
            (4, 2),
            id="decimals",
        ),
        pytest.param(NotBefore("t", "f"), [DAYS | {"t": date(2026, 1, 2)}], (1, 0), id="the same day"),
        pytest.param(NotBefore("t", "f"), [DAYS | {"t": date(2026, 1, 1)}], (1, 1), id="the day before"),
        pytest.param(
            NotBefore("t", "f"), [DAYS, {"t": date(2026, 1, 1)}, {}], (0, 0), id="one of them missing"
        ),
        pytest.param(
            DatesBetween("f", date(2026, 1, 1), date(2026, 1, 3)),
            [
                {"f": date(2025, 12, 31)},
                {"f": date(2026, 1, 1)},
                {"f": date(2026, 1, 3)},
                {"f": date(2026, 1, 4)},
                {},
            ],
            (4, 2),
            id="days, bounds included",
        ),
        pytest.param(
            SumWithin(("a",), "s", Decimal("1.001")),
            [
                {"a": "x", "s": Decimal("0.6")},
                {"a": "x", "s": Decimal("0.401")},
                {"a": "y", "s": Decimal("0.6")},
                {"a": "y", "s": Decimal("0.401001")},
                {"a": "z"},
            ],
            (2, 1),
            id="sums by group",
        ),
        pytest.param(RowsBetween(1, 2), [{}], (1, 0), id="enough"),
        pytest.param(RowsBetween(1, 2), [], (1, 1), id="too few"),
        pytest.param(RowsBetween(1, 2), [{}, {}, {}], (1, 1), id="too many"),
    ],
)
def test_counts(holds: Predicate, rows: list[dict[str, Any]], expected: tuple[int, int]) -> None:
    assert counted(holds, *rows) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(When("a", "x"), (1, 1), id="a value"),
        pytest.param(When("a"), (2, 1), id="any value"),
        pytest.param(When("b", True), (1, 0), id="true"),
        pytest.param(When("a", "z"), (0, 0), id="nobody"),
        pytest.param(When("a", is_missing=True), (1, 1), id="no value"),
    ],
)
def test_a_condition_picks_rows(when: When, expected: tuple[int, int]) -> None:
    rows: list[dict[str, Any]] = [{"a": "x"}, {"a": "y", "n": 1, "b": True}, {"b": False}]
    assert counted(NotNull("n"), *rows, when=when) == expected


def test_rules_follow_from_the_declaration() -> None:
    counts = {c.rule.id: (c.checked, c.violated) for c in count_rules(TABLE, table({"a": "1", "l": ["z"]}))}
    assert counts == {
        "core_test__things:rows": (1, 0),
        "core_test__things:key": (1, 0),
        "core_test__things:a:required": (1, 0),
        "core_test__things:a:pattern": (1, 1),
        "core_test__things:n:required": (1, 1),
        "core_test__things:n:range": (0, 0),
        "core_test__things:s:range": (0, 0),
        "core_test__things:l:codes": (1, 1),
    }


def test_only_broken_rules_of_the_severity_are_given() -> None:
    counts = [
        RuleCount(
            Rule(
                id=f"t:{s}{n}", table="t", holds=NotNull("a"), description="", description_nb="", severity=s
            ),
            5,
            n,
        )
        for s in Severity
        for n in (0, 1)
    ]
    assert [c.rule.id for c in broken(counts, Severity.CRITICAL)] == ["t:critical1"]
    assert [c.rule.id for c in broken(counts, Severity.WARNING)] == ["t:warning1"]


def test_metrics_are_one_row_per_rule() -> None:
    frame = metrics({"b": count_rules(TABLE, table({"a": "12", "n": 1})), "a": []})
    assert set(frame["table"].to_pylist()) == {"b"}
    assert frame.num_rows == 8
    assert frame.filter(pa.compute.field("violated") > 0).num_rows == 0


def tolerant(violated: int, checked: int, *, tolerated: str = "0.1", from_rows: int = 0) -> RuleCount:
    rule = Rule(
        id="t:r",
        table="t",
        holds=NotNull("a"),
        description="d",
        description_nb="d",
        tolerated=Decimal(tolerated),
        from_rows=from_rows,
    )
    return RuleCount(rule, checked, violated)


@pytest.mark.parametrize(
    ("count_", "is_broken"),
    [
        pytest.param(tolerant(10, 100), False, id="just tolerated"),
        pytest.param(tolerant(11, 100), True, id="one more"),
        pytest.param(tolerant(1, 9), True, id="a tenth of nine is none"),
        pytest.param(tolerant(99, 99, from_rows=100), False, id="too few to judge"),
        pytest.param(tolerant(100, 100, from_rows=100), True, id="enough to judge"),
        pytest.param(tolerant(1, 1, tolerated="0"), True, id="nothing tolerated"),
        pytest.param(tolerant(0, 0), False, id="nothing checked"),
    ],
)
def test_a_share_is_tolerated(count_: RuleCount, is_broken: bool) -> None:
    assert count_.is_broken is is_broken
    assert bool(broken([count_], Severity.CRITICAL)) is is_broken


ROWS = [
    {"a": "12", "n": 1, "f": date(2026, 1, 1), "l": ["x"]},
    {"a": "1", "n": 10, "l": ["z", "x"]},
    {"a": "34", "s": Decimal("2")},
    {"a": "35", "n": 3},
]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_counts_of_batches_add_up_to_the_count_of_the_table(cut: int) -> None:
    parts = [count_rules(TABLE, table(*rows)) for rows in (ROWS[:cut], ROWS[cut:])]
    whole = count_rules(TABLE, table(*ROWS))
    assert merge_counts(parts, unique_key=("a",)) == whole
    assert {c.rule.id: c.violated for c in whole}["core_test__things:rows"] == 1
    assert merge_counts([whole]) == whole


def test_what_needs_the_whole_table_is_not_added_up() -> None:
    parts = [count_rules(TABLE, table({"a": "12", "n": 1}))] * 2
    with pytest.raises(ValueError, match="core_test__things:key needs the whole table"):
        merge_counts(parts)
    with pytest.raises(ValueError, match="needs the whole table"):
        merge_counts(parts, unique_key=("a", "n"))
    rule = Rule(
        id="t:s",
        table="t",
        holds=SumWithin(("a",), "s", Decimal(1)),
        description="d",
        description_nb="d",
    )
    sums = [count_rules(TABLE, table({"a": "12", "s": Decimal(1)}), [rule])] * 2
    with pytest.raises(ValueError, match="t:s needs the whole table"):
        merge_counts(sums, unique_key=("a",))
