"""Counts how often each rule of a table is broken: one pass over Arrow columns.

Most counts of batches add up to the count of the table. What does not (`Rule.needs_whole_table`) is settled
by whoever knows the whole: rows in the order of a unique key cannot repeat it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.business_rules import rules_of
from expectations.dataset import Dataset
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

METRICS = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("checked", pa.int64(), nullable=False),
        pa.field("violated", pa.int64(), nullable=False),
        pa.field("allowed", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How one rule fared.

    Attributes:
        rule: The rule.
        checked: Rows, items of lists, or groups that it spoke about.
        violated: How many of them broke it.
        rows: Rows of the table or batch that was counted.
        detail: What was compared, in numbers, days and delivery ids; never a value.
    """

    rule: Rule
    checked: int
    violated: int
    rows: int = 0
    detail: str = ""

    @property
    def allowed(self) -> int:
        """How many may break it."""
        return self.rule.allowed(self.checked)

    @property
    def is_broken(self) -> bool:
        """Whether more than may break it do."""
        return self.violated > self.allowed

    def to_dict(self) -> dict[str, Any]:
        """What a manifest and the metrics say of it; never a value."""
        told = {"detail": self.detail} if self.detail else {}
        return {
            "rule_id": self.rule.id,
            "severity": self.rule.severity.value,
            "checked": self.checked,
            "violated": self.violated,
            "allowed": self.allowed,
            **told,
        }


def count_rules(dataset: Dataset, table: pa.Table, rules: Sequence[Rule] | None = None) -> list[RuleCount]:
    """Count every rule of a table over its rows.

    Args:
        dataset: Declaration of the table.
        table: Rows with the declared schema; a batch of them where `merge_counts` follows.
        rules: Other rules than those of the table.
    """
    listed = rules_of(dataset) if rules is None else rules
    return [RuleCount(rule, *count(rule, table), table.num_rows) for rule in listed]


def merge_counts(parts: Sequence[Sequence[RuleCount]], unique_key: Sequence[str] = ()) -> list[RuleCount]:
    """The counts of a whole table from the counts of its batches.

    Args:
        parts: What `count_rules` gave of each batch, the same rules in the same order.
        unique_key: Columns that the caller has seen to be unique over all batches.

    Raises:
        ValueError: A rule needs the whole table and does not follow from the key.
    """
    if len(parts) == 1:
        return list(parts[0])
    return [_merged(same, frozenset(unique_key)) for same in zip(*parts, strict=True)]


def _merged(same: Sequence[RuleCount], key: frozenset[str]) -> RuleCount:
    rule = same[0].rule
    rows, checked = sum(c.rows for c in same), sum(c.checked for c in same)
    match rule.holds:
        case RowsBetween(minimum, maximum):
            return RuleCount(rule, 1, int(not minimum <= rows <= maximum), rows)
        case Unique(columns) if key and key <= set(columns) and rule.when is None:
            return RuleCount(rule, checked, 0, rows)
        case _ if rule.needs_whole_table:
            raise ValueError(f"{rule.id} needs the whole table and was counted in {len(same)} parts")
    return RuleCount(rule, checked, sum(c.violated for c in same), rows)


def broken(counts: Iterable[RuleCount], severity: Severity) -> list[RuleCount]:
    """The rules of a severity that are broken.

    Args:
        counts: What `count_rules` gave.
        severity: Which rules.
    """
    return [c for c in counts if c.is_broken and c.rule.severity is severity]


def metrics(counts: Mapping[str, Iterable[RuleCount]]) -> pa.Table:
    """The counts of many tables as one small table, which is what gates look at for tables of any size.

    Args:
        counts: Counts by table name.
    """
    rows = [{"table": name} | count.to_dict() for name in sorted(counts) for count in counts[name]]
    return pa.Table.from_pylist(rows, schema=METRICS)


def count(rule: Rule, table: pa.Table) -> tuple[int, int]:
    """How many rows, items or groups a rule speaks about, and how many of them break it.

    Args:
        rule: A rule about the rows of one table.
        table: Rows.
    """
    if rule.when:
        table = table.filter(spoken_about(rule.when, table))
    return _count(rule.holds, table)  # type: ignore[arg-type]  # rules about a run are counted elsewhere


def spoken_about(when: When, table: pa.Table) -> pa.ChunkedArray:
    """Which rows a condition picks.

    Args:
        when: The condition.
        table: Rows.
    """
    column = table.column(when.column)
    if when.is_missing:
        return column.is_null()
    return column.is_valid() if when.equals is None else pc.fill_null(pc.equal(column, when.equals), False)


def _count(holds: Predicate, table: pa.Table) -> tuple[int, int]:
    match holds:
        case RowsBetween(minimum, maximum):
            return 1, int(not minimum <= table.num_rows <= maximum)
        case NotNull(column):
            return table.num_rows, table.column(column).null_count
        case Unique(columns):
            given = table.select(columns).drop_null()
            groups = given.group_by(list(columns), use_threads=False).aggregate([([], "count_all")])
            sizes = groups.column("count_all")
            return given.num_rows, int(pc.sum(sizes.filter(pc.greater(sizes, 1))).as_py() or 0)
        case OneOf(column, codes):
            values = _values(table, column)
            return _tally(pc.is_in(values, value_set=pa.array(codes, type=values.type)))
        case Matches(column, pattern):
            return _tally(pc.match_substring_regex(_values(table, column), rf"\A(?:{pattern})\z"))
        case Between(column, minimum, maximum):
            return _tally(_within(table.column(column).drop_null(), minimum, maximum))
        case DatesBetween(column, first, last):
            values = table.column(column).drop_null()
            return _tally(_within(values, pa.scalar(first, values.type), pa.scalar(last, values.type)))
        case NotBefore(column, other):
            return _tally(pc.drop_null(pc.greater_equal(table.column(column), table.column(other))))
        case SumWithin(by, column, maximum):
            return _sums(table.select([*by, column]).drop_null(), by, column, maximum)


def _within(values: pa.ChunkedArray, low: Any, high: Any) -> pa.ChunkedArray:
    kept = pa.chunked_array([pa.repeat(True, len(values))])
    if low is not None:
        kept = pc.and_(kept, pc.greater_equal(values, low))
    if high is not None:
        kept = pc.and_(kept, pc.less_equal(values, high))
    return kept


def _sums(given: pa.Table, by: tuple[str, ...], column: str, maximum: Decimal) -> tuple[int, int]:
    groups = given.group_by(list(by), use_threads=False).aggregate([(column, "sum")])
    return _tally(pc.less_equal(groups.column(f"{column}_sum"), pa.scalar(maximum)))


def _values(table: pa.Table, column: str) -> pa.ChunkedArray:
    """The values, or the items of the lists, that are there."""
    values = table.column(column).drop_null()
    return pc.list_flatten(values).drop_null() if pa.types.is_list(values.type) else values


def _tally(holds: pa.ChunkedArray) -> tuple[int, int]:
    return len(holds), len(holds) - int(pc.sum(holds).as_py() or 0)
