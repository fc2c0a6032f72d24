"""Counts how often each rule is broken, and says whether a table may be published.

Publication rests on `count_rules`, one pass over Arrow columns. Great Expectations takes seconds to load,
so it validates once per job: the counts of every table, and once more on its own the rows of tables of
moderate size.
"""

import json
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dataset import Dataset
from expectations.rules import (
    Between,
    Matches,
    NotBefore,
    NotNull,
    OneOf,
    Predicate,
    RowsBetween,
    Rule,
    Severity,
    Unique,
    When,
    rules_of,
)

if TYPE_CHECKING:
    from great_expectations.core.expectation_suite import ExpectationSuite
    from great_expectations.datasource.fluent import PandasDatasource
    from great_expectations.expectations.expectation import Expectation

ROWS_LIMIT = 1_000_000
"""Larger tables are validated by their counts only."""
METRICS_SUITE = "metrics"

METRICS = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("checked", pa.int64(), nullable=False),
        pa.field("violated", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How one rule fared.

    Attributes:
        rule: The rule.
        checked: Rows, or items of lists, that it spoke about.
        violated: How many of them broke it.
    """

    rule: Rule
    checked: int
    violated: int

    def to_dict(self) -> dict[str, Any]:
        """What a manifest and the metrics say of it."""
        return {
            "rule_id": self.rule.id,
            "severity": self.rule.severity.value,
            "checked": self.checked,
            "violated": self.violated,
        }


def count_rules(dataset: Dataset, table: pa.Table, rules: Sequence[Rule] | None = None) -> list[RuleCount]:
    """Count every rule of a table over its rows.

    Args:
        dataset: Declaration of the table.
        table: Rows with the declared schema.
        rules: Other rules than those of the table, for tests.
    """
    return [RuleCount(rule, *count(rule, table)) for rule in (rules_of(dataset) if rules is None else rules)]


def broken(counts: Iterable[RuleCount], severity: Severity) -> list[RuleCount]:
    """The rules of a severity that are broken.

    Args:
        counts: What `count_rules` gave.
        severity: Which rules.
    """
    return [c for c in counts if c.violated and c.rule.severity is severity]


def metrics(counts: Mapping[str, Iterable[RuleCount]]) -> pa.Table:
    """The counts of many tables as one small table, which is what gates look at for tables of any size.

    Args:
        counts: Counts by table name.
    """
    rows = [{"table": name} | count.to_dict() for name in sorted(counts) for count in counts[name]]
    return pa.Table.from_pylist(rows, schema=METRICS)


def count(rule: Rule, table: pa.Table) -> tuple[int, int]:
    """How many rows or items a rule speaks about, and how many of them break it.

    Args:
        rule: The rule.
        table: Rows.
    """
    if rule.when:
        table = table.filter(spoken_about(rule.when, table))
    return _count(rule.holds, table)


def spoken_about(when: When, table: pa.Table) -> pa.ChunkedArray:
    """Which rows a condition picks.

    Args:
        when: The condition.
        table: Rows.
    """
    column = table.column(when.column)
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
            values = table.column(column).drop_null()
            kept = pa.chunked_array([pa.repeat(True, len(values))])
            if minimum is not None:
                kept = pc.and_(kept, pc.greater_equal(values, minimum))
            if maximum is not None:
                kept = pc.and_(kept, pc.less_equal(values, maximum))
            return _tally(kept)
        case NotBefore(column, other):
            return _tally(pc.drop_null(pc.greater_equal(table.column(column), table.column(other))))


def _values(table: pa.Table, column: str) -> pa.ChunkedArray:
    """The values, or the items of the lists, that are there."""
    values = table.column(column).drop_null()
    return pc.list_flatten(values).drop_null() if pa.types.is_list(values.type) else values


def _tally(holds: pa.ChunkedArray) -> tuple[int, int]:
    return len(holds), len(holds) - int(pc.sum(holds).as_py() or 0)


@dataclass(frozen=True, slots=True)
class GxResult:
    """What Great Expectations found of one rule.

    Attributes:
        table: Table.
        rule_id: Rule; `metrics:critical` and the like for the gates over the counts of all tables.
        severity: What a breach does.
        checked: Rows or values it looked at.
        violated: How many of them broke the rule.
    """

    table: str
    rule_id: str
    severity: str
    checked: int
    violated: int


@dataclass(frozen=True, slots=True)
class GxReport:
    """What Great Expectations found, ordered by table and rule.

    Attributes:
        results: One per rule that it can express.
        tables: How each table was validated: `rows` or `metrics`.
    """

    results: tuple[GxResult, ...]
    tables: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether no critical rule is broken."""
        return not any(r.violated and r.severity == Severity.CRITICAL for r in self.results)

    def broken(self) -> list[GxResult]:
        """The rules that are broken, of any severity."""
        return [result for result in self.results if result.violated]

    def to_json(self) -> str:
        """The report as text that is equal for equal findings; no value of any row is in it."""
        results = [{name: getattr(r, name) for name in r.__slots__} for r in self.results]
        report = {"passed": self.passed, "tables": dict(self.tables), "results": results}
        return json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def validate_with_gx(
    frames: Mapping[str, pa.Table],
    declared: Mapping[str, Dataset] | None = None,
    counts: Mapping[str, Sequence[RuleCount]] | None = None,
) -> GxReport:
    """Validate tables with Great Expectations: their counts, and the rows of those under a million.

    Args:
        frames: Rows by table name.
        declared: Declarations by table name; None means the catalogue.
        counts: Counts by table name where they are known already, also of tables without a frame.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    if declared is None:
        from expectations.catalogue import datasets

        declared = datasets()
    counted = {name: count_rules(declared[name], table) for name, table in frames.items()} | dict(
        counts or {}
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    results, how = [], dict.fromkeys(counted, "metrics")
    for name, table in frames.items():
        suite = suite_of(declared[name])
        if table.num_rows < ROWS_LIMIT and suite.expectations:
            how[name] = "rows"
            results += _validated(source, name, _pandas(table, rules_of(declared[name])), suite)
    gate = metrics(counted)
    results += _validated(source, METRICS_SUITE, gate.to_pandas(), _metrics_suite())
    return GxReport(
        tuple(sorted(results, key=lambda r: (r.table, r.rule_id))), {name: how[name] for name in sorted(how)}
    )


def suite_of(dataset: Dataset) -> "ExpectationSuite":
    """The expectation suite of a table's rows: its rules as far as Great Expectations has a form for them.

    What the stored schema already forbids (nulls in required columns) and codes inside lists are left to
    the counts.

    Args:
        dataset: Declaration of the table.
    """
    from great_expectations import ExpectationSuite

    required = {field.name for field in dataset.arrow_schema if not field.nullable}
    nested = {c.name for c in dataset.columns if pa.types.is_nested(c.type)}
    expectations = []
    for rule in rules_of(dataset):
        column = getattr(rule.holds, "column", "")
        if column in nested or (isinstance(rule.holds, NotNull) and column in required):
            continue
        expectations.append(_expectation(rule))
    return ExpectationSuite(name=dataset.name, expectations=expectations)


def _metrics_suite() -> "ExpectationSuite":
    import great_expectations.expectations as gxe
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column as Field

    gates = [
        gxe.ExpectColumnValuesToBeBetween(
            column="violated",
            max_value=0,
            row_condition=Field("severity") == severity.value,
            severity=FailureSeverity(severity.value),
            meta={"rule_id": f"{METRICS_SUITE}:{severity.value}"},
        )
        for severity in Severity
    ]
    sane = gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="checked",
        column_B="violated",
        or_equal=True,
        severity=FailureSeverity.CRITICAL,
        meta={"rule_id": f"{METRICS_SUITE}:violated_within_checked"},
    )
    return ExpectationSuite(name=METRICS_SUITE, expectations=[*gates, sane])


def _expectation(rule: Rule) -> "Expectation":
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column as Field

    common: dict[str, Any] = {"severity": rule.severity.value, "meta": {"rule_id": rule.id}}
    if rule.when:
        field = Field(rule.when.column)
        common["row_condition"] = (
            field.is_not_null() if rule.when.equals is None else field == rule.when.equals
        )
    match rule.holds:
        case RowsBetween(minimum, maximum):
            return gxe.ExpectTableRowCountToBeBetween(min_value=minimum, max_value=maximum, **common)
        case NotNull(column):
            return gxe.ExpectColumnValuesToNotBeNull(column=column, **common)
        case Unique((column,)):
            return gxe.ExpectColumnValuesToBeUnique(column=column, **common)
        case Unique(columns):
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=list(columns), ignore_row_if="any_value_is_missing", **common
            )
        case OneOf(column, codes):
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(codes), **common)
        case Matches(column, pattern):
            # Python reads \d as any digit of any script and $ as before a last line break; Arrow does not.
            return gxe.ExpectColumnValuesToMatchRegex(
                column=column, regex=rf"(?a)\A(?:{pattern})\Z", **common
            )
        case Between(column, minimum, maximum):
            return gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=minimum, max_value=maximum, **common
            )
        case NotBefore(column, other):
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=column,
                column_B=other,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **common,
            )


def _validated(
    source: "PandasDatasource", name: str, frame: Any, suite: "ExpectationSuite"
) -> list[GxResult]:
    from great_expectations.expectations.metadata_types import FailureSeverity

    asset = source.add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": frame})
    # No sample of the values that broke a rule: they may be about persons.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*has match groups")  # patterns of declarations may group
        outcome = batch.validate(
            suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
    found = []
    for result in outcome.results:
        config, counts = result.expectation_config, result.result
        if config is None or not counts:
            raise ValueError(f"{name}: a rule could not be validated: {result.exception_info}")
        if "observed_value" in counts:
            checked, violated = 1, int(not result.success)
        else:
            checked = counts["element_count"] - counts.get("missing_count", 0)
            violated = counts["unexpected_count"]
        found.append(
            GxResult(name, config.meta["rule_id"], FailureSeverity(config.severity).value, checked, violated)
        )
    return found


def _pandas(table: pa.Table, rules: Iterable[Rule]) -> Any:
    """The columns that rules speak about, with whole numbers that stay whole beside missing ones."""
    import pandas as pd

    named = {name for rule in rules for name in _columns(rule)}
    kept = [f.name for f in table.schema if f.name in named and not pa.types.is_nested(f.type)]
    exact = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    return table.select(kept).to_pandas(types_mapper=exact.get, date_as_object=True)


def _columns(rule: Rule) -> Iterable[str]:
    if rule.when:
        yield rule.when.column
    holds = rule.holds
    if isinstance(holds, Unique):
        yield from holds.columns
    elif isinstance(holds, NotBefore):
        yield from (holds.column, holds.other)
    elif not isinstance(holds, RowsBetween):
        yield holds.column
