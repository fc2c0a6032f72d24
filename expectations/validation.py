"""Great Expectations over the counts of all tables, and over the rows of tables of moderate size.

Publication rests on the counts (`expectations.counting`), one pass over Arrow columns. Great Expectations
takes seconds to load, so it validates once per run, in a process of its own: the metrics frame holds the
counts of every rule of every table, and the rows of tables under a million are read by it a second time.
"""

import json
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from expectations.business_rules import rules_of
from expectations.counting import RuleCount, count_rules, metrics
from expectations.dataset import Dataset
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

if TYPE_CHECKING:
    from great_expectations.core.expectation_suite import ExpectationSuite
    from great_expectations.datasource.fluent import PandasDatasource
    from great_expectations.expectations.expectation import Expectation

ROWS_LIMIT = 1_000_000
"""Larger tables are validated by their counts only."""
METRICS_SUITE = "metrics"


@dataclass(frozen=True, slots=True)
class GxResult:
    """What Great Expectations found of one rule.

    Attributes:
        table: Table.
        rule_id: Rule; `metrics:critical` and the like for the gates over the counts of all tables.
        severity: What a breach does.
        checked: Rows or values it looked at.
        violated: How many of them broke the rule.
        allowed: How many may break it.
    """

    table: str
    rule_id: str
    severity: str
    checked: int
    violated: int
    allowed: int = 0

    @property
    def is_broken(self) -> bool:
        """Whether more than may break it do."""
        return self.violated > self.allowed


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
        return not any(r.is_broken and r.severity == Severity.CRITICAL for r in self.results)

    def broken(self) -> list[GxResult]:
        """The rules that are broken, of any severity."""
        return [result for result in self.results if result.is_broken]

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
        counts: Counts that are known already, by table or source: those of a frame are not counted again;
            the others are judged by their counts alone.
    """
    # Before the library is loaded: versions of it report their use to their maker unless told otherwise.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    if declared is None:
        from expectations.catalogue import datasets

        declared = datasets()
    counted = {name: count_rules(declared[name], table) for name, table in frames.items()} | {
        name: list(known) for name, known in (counts or {}).items()
    }
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    results, how = [], dict.fromkeys(counted, "metrics")
    for name, table in frames.items():
        suite, rules = suite_of(declared[name]), rules_of(declared[name])
        if table.num_rows < ROWS_LIMIT and suite.expectations:
            how[name] = "rows"
            results += _validated(source, name, _pandas(table, rules), suite, rules)
    gate = metrics(counted)
    results += _validated(source, METRICS_SUITE, gate.to_pandas(), _metrics_suite(), ())
    return GxReport(
        tuple(sorted(results, key=lambda r: (r.table, r.rule_id))), {name: how[name] for name in sorted(how)}
    )


def suite_of(dataset: Dataset) -> "ExpectationSuite":
    """The expectation suite of a table's rows: its rules as far as Great Expectations has a form for them.

    What the stored schema already forbids (nulls in required columns), codes inside lists and sums over
    groups are left to the counts.

    Args:
        dataset: Declaration of the table.
    """
    from great_expectations import ExpectationSuite

    required = {field.name for field in dataset.arrow_schema if not field.nullable}
    nested = {c.name for c in dataset.columns if pa.types.is_nested(c.type)}
    expectations = []
    for rule in rules_of(dataset):
        column = getattr(rule.holds, "column", "")
        if column in nested or (isinstance(rule.holds, NotNull) and column in required and not rule.when):
            continue
        if isinstance(rule.holds, SumWithin):
            continue
        expectations.append(_expectation(rule))
    return ExpectationSuite(name=dataset.name, expectations=expectations)


def _metrics_suite() -> "ExpectationSuite":
    import great_expectations.expectations as gxe
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column as Field

    gates = [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="allowed",
            column_B="violated",
            or_equal=True,
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
        field, when = Field(rule.when.column), rule.when
        given = field.is_not_null() if when.equals is None else field == when.equals
        common["row_condition"] = field.is_null() if when.is_missing else given
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
        case DatesBetween(column, first, last):
            return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=first, max_value=last, **common)
        case NotBefore(column, other):
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=column,
                column_B=other,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **common,
            )
    raise ValueError(f"{rule.id}: a rule about a run has no form over the rows of one table")


def _validated(
    source: "PandasDatasource", name: str, frame: Any, suite: "ExpectationSuite", rules: Iterable[Rule]
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
    known, found = {rule.id: rule for rule in rules}, []
    for result in outcome.results:
        config, counts = result.expectation_config, result.result
        if config is None or not counts:
            raise ValueError(f"{name}: a rule could not be validated: {result.exception_info}")
        if "observed_value" in counts:
            checked, violated = 1, int(not result.success)
        else:
            checked = counts["element_count"] - counts.get("missing_count", 0)
            violated = counts["unexpected_count"]
        rule_id = config.meta["rule_id"]
        allowed = known[rule_id].allowed(checked) if rule_id in known else 0
        severity = FailureSeverity(config.severity).value
        found.append(GxResult(name, rule_id, severity, checked, violated, allowed))
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
    match rule.holds:
        case Unique(columns):
            yield from columns
        case NotBefore(column, other):
            yield from (column, other)
        case NotNull(column) | OneOf(column, _) | Matches(column, _) | Between(column, _, _):
            yield column
        case DatesBetween(column, _, _):
            yield column
