"""Rows of raw tables out of the records of a block, column by column.

From the declarations of the tables that a record type feeds, one tree of lists is made, and from the tree
the source of one Python function that walks through all records of a block and collects, for each list, the
values that any table needs of its items. Everything else is done for whole columns: a value of a report is
converted once, not once for each of the wages in it, and a person's token is made once for all tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from expectations.dataset import INSTANT, TEXT, WHOLE, Column, Dataset
from jobs.ingest.columns import Failures, column_of
from jobs.ingest.paths import Segment, levels, occurrences, parse
from jobs.ingest.tokens import Tokens
from jobs.ingest.values import NotConvertible, array, converter
from jobs.ingest.walk import Branch, Found, Walk

PROVENANCE_COLUMNS = 6

Record = dict[str, Any]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Context:
    """What a worked-out column may know beside the record.

    Attributes:
        delivery_id: Delivery.
        period: Period of the delivery as text.
        known_at: When it was delivered.
    """

    delivery_id: str
    period: str
    known_at: Any

    @property
    def register_date(self) -> date | None:
        """First day of the period; None when it has no day or month."""
        parts = [int(part) for part in self.period.split("-")]
        return date(*parts) if len(parts) == 3 else None


Hook = Callable[[Record, Context], Any]
"""Works out a column from the item that gives the row (the record itself where there is no list)."""


class Refused(Exception):
    """A record that cannot become rows.

    Attributes:
        code: Reason code.
        path: Exact JSON path of the value.
        message: What was expected; never the value.
    """

    def __init__(self, code: str, path: str, message: str) -> None:
        """Keep what the quarantine row says.

        Args:
            code: Reason code.
            path: Exact JSON path of the value.
            message: What was expected.
        """
        super().__init__(message)
        self.code = code
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Source:
    """Where the values of one column come from.

    Attributes:
        column: The column.
        depth: Number of lists around the value; 0 is the record itself.
        rest: Steps from the item of that list to the value; none for the item's running number or list name.
        hook: Works the value out instead.
        only_of: Names of the list of which an item has the value; none means any.
        is_number: The value is the item's running number in the record.
        must_be_given: A row without the value refuses its record.
    """

    column: Column
    depth: int
    rest: tuple[Segment, ...] = ()
    hook: Hook | None = None
    only_of: tuple[str, ...] = ()
    is_number: bool = False
    must_be_given: bool = False


class TablePlan:
    """Where the columns of one table come from, worked out from its declaration."""

    def __init__(self, dataset: Dataset, hooks: Mapping[str, Hook]) -> None:
        """Read the declaration.

        Args:
            dataset: Declaration of a raw table.
            hooks: Worked-out columns by name.

        Raises:
            ValueError: A column has neither a path inside the record nor a hook.
        """
        self.dataset = dataset
        self.lists = levels(parse(dataset.rows)) if dataset.rows else [()]
        if self.lists.pop():
            raise ValueError(f"{dataset.name}: rows {dataset.rows!r} do not end in a list")
        columns = dataset.columns[PROVENANCE_COLUMNS:]
        self.sources = [self._source(column, hooks.get(column.name)) for column in columns]
        self.token_columns = [c.name for c in dataset.columns if c.name.endswith("_token")]

    def _source(self, column: Column, hook: Hook | None) -> Source:
        depth, last = 0, len(self.lists)
        if hook is not None:
            return Source(column, last, hook=hook)
        if not column.source_field:
            raise ValueError(f"{self.dataset.name}.{column.name}: neither a source field nor a hook")
        if column.type == TEXT and column.source_field == self.dataset.rows.removesuffix("[]"):
            return Source(column, last)
        parts = levels(parse(column.source_field))
        only_of: tuple[str, ...] = ()
        while depth < min(last, len(parts) - 1) and _leads(parts[depth], self.lists[depth]):
            if parts[depth] != self.lists[depth]:
                only_of = parts[depth][-1].names
            depth += 1
        rest = tuple(segment for part in parts[depth:] for segment in part)
        if not rest:
            if column.type != WHOLE:
                raise ValueError(f"{self.dataset.name}.{column.name}: a list is not a value")
            return Source(column, depth, is_number=True)
        must_be_given = column.required and (bool(only_of) or column.name.endswith("_token"))
        return Source(column, depth, rest, only_of=only_of, must_be_given=must_be_given)


@dataclass(slots=True)
class Extraction:
    """What the records of a block gave.

    Attributes:
        batches: Rows of each table in declared order; None where there are none.
        refused: Records that cannot become rows, by their place among the records.
        left_out: Records that were to be left out, by their place, with the rows they would have given.
    """

    batches: list[pa.RecordBatch | None]
    refused: dict[int, Refused] = field(default_factory=dict)
    left_out: dict[int, int] = field(default_factory=dict)


class RecordExtractor:
    """Cuts records of one type into the rows of all its tables."""

    def __init__(self, plans: Sequence[TablePlan]) -> None:
        """Make the function that walks through the records.

        Args:
            plans: Tables that the record type feeds.
        """
        self._plans = plans
        self._walk = Walk()
        self._ways = [self._way(plan) for plan in plans]
        self._columns = [[self._value_of(plan, way, s) for s in plan.sources] for plan, way in self._pairs()]
        self._walk.compile()

    def _pairs(self) -> list[tuple[TablePlan, list[Branch]]]:
        return list(zip(self._plans, self._ways, strict=True))

    def _way(self, plan: TablePlan) -> list[Branch]:
        """The record and the lists on the way to the rows of a table."""
        way = [self._walk.root]
        for part in plan.lists:
            way.append(self._walk.child(way[-1], part))
        return way

    def _value_of(self, plan: TablePlan, way: list[Branch], source: Source) -> "_Value":
        branch = way[source.depth]
        if source.hook is not None:
            branch.keeps_items = True
            # The hook of a table is its own.
            what: tuple[Any, ...] = ("hook", plan.dataset.name, source.column.name)
            return _Value(source, branch, what, None)
        if not source.rest:
            return _Value(source, branch, ("number" if source.is_number else "name",), None)
        at = branch.value(source.rest)
        kind = converter_name(source.column)
        what = ("read", at, kind, source.only_of, source.must_be_given)
        return _Value(source, branch, what, column_of(source.column), at)

    def block(
        self,
        records: Sequence[Record],
        numbers: Sequence[int],
        file_name: str,
        context: Context,
        tokens: Tokens,
        left_out: Sequence[bool] = (),
    ) -> Extraction:
        """The rows of records for each table, in declared order, tokens made.

        Args:
            records: Checked records.
            numbers: Their numbers in the file.
            file_name: Name of the file.
            context: Its delivery.
            tokens: Makes tokens of clear values.
            left_out: Whether a record gives no rows after all, for each; empty means that none is.
        """
        block = _Block(self._walk.through(records), context, tokens)
        refused = self._refused(block, records)
        is_out = np.zeros(len(records), bool)
        is_out[list(refused)] = True
        out = Extraction([], refused)
        if any(left_out):
            is_out |= np.array(left_out, bool)
            out.left_out = {at: 0 for at, is_so in enumerate(left_out) if is_so and at not in refused}
        record_numbers = np.array(numbers, np.int64)
        for (plan, way), columns in zip(self._pairs(), self._columns, strict=True):
            records_of = block.records_of(way[-1])
            rows: Places | None = None
            if is_out.any():
                rows = np.flatnonzero(~is_out[records_of])
                for at in out.left_out:
                    out.left_out[at] += int(np.count_nonzero(records_of == at))
            count = len(records_of) if rows is None else len(rows)
            if not count:
                out.batches.append(None)
                continue
            arrays = [
                pa.repeat(pa.scalar(context.delivery_id, TEXT), count),
                pa.repeat(pa.scalar(file_name, TEXT), count),
                pa.array(_some(record_numbers[records_of], rows), WHOLE),
                pa.array(_some(block.numbers_of(way[-1]), rows), WHOLE),
                pa.repeat(pa.scalar(context.known_at, INSTANT), count),
                pa.repeat(pa.scalar(context.period, TEXT), count),
            ]
            arrays += [block.column(value, way, rows) for value in columns]
            out.batches.append(pa.RecordBatch.from_arrays(arrays, schema=plan.dataset.arrow_schema))
        return out

    def _refused(self, block: "_Block", records: Sequence[Record]) -> dict[int, Refused]:
        """Records with a value that does not fit, where a row would hold it."""
        found: dict[int, Refused] = {}
        for (_, way), columns in zip(self._pairs(), self._columns, strict=True):
            for value in columns:
                failures = block.failures(value)
                if not failures:
                    continue
                used = block.above(value.branch, way)
                for place in sorted(failures.keys() & set(used.tolist())):
                    at = int(block.records_of(value.branch)[place])
                    problem = failures[place]
                    if at in found:
                        continue
                    if isinstance(problem, Refused):
                        found[at] = problem
                    else:
                        found[at] = self._exactly(records[at], problem)
        return dict(sorted(found.items()))

    def _exactly(self, record: Record, problem: NotConvertible) -> Refused:
        """The exact place of a value that failed, looked for only now to keep the usual way fast."""
        for column in (c for plan in self._plans for c in plan.dataset.columns[PROVENANCE_COLUMNS:]):
            if not column.source_field or column.source_field.endswith("[]"):
                continue
            convert = converter(column)
            for path, value in occurrences(record, parse(column.source_field)):
                try:
                    convert(value)
                except NotConvertible as again:
                    return Refused(again.code, path, str(again))
                except (TypeError, AttributeError):
                    continue
        return Refused(problem.code, "$", str(problem))


def converter_name(column: Column) -> tuple[Any, ...]:
    """What tells conversions apart: columns of the same give the same values of the same field.

    Args:
        column: Declaration of the column.
    """
    is_token = column.name.endswith("_token")
    return str(column.type), column.identifier, column.name if is_token else column.name.endswith("_ore")


@dataclass(slots=True, eq=False)
class _Value:
    """One column of one table."""

    source: Source
    branch: Branch
    what: tuple[Any, ...]
    """Equal for columns of a list that have the same values."""
    convert: Callable[[Sequence[Any]], tuple[pa.Array, Failures]] | None
    at: int = -1


class _Block:
    """The values of one block, each column made once."""

    def __init__(self, found: Found, context: Context, tokens: Tokens) -> None:
        self._found, self._context, self._tokens = found, context, tokens
        self._made: dict[tuple[Any, ...], tuple[pa.Array, dict[int, Any]]] = {}
        self._above: dict[tuple[int, int], Places] = {}

    def records_of(self, branch: Branch) -> Places:
        """The record of each item of a list."""
        return self._found.records(branch)

    def numbers_of(self, branch: Branch) -> Places:
        """The running number of each item in its record."""
        records = self.records_of(branch)
        if not len(records):
            return records
        starts = np.flatnonzero(np.diff(records, prepend=-1))
        lengths = np.diff(np.append(starts, len(records)))
        return np.arange(len(records)) - np.repeat(starts, lengths)

    def above(self, branch: Branch, way: Sequence[Branch]) -> Places:
        """The item of a list on the way that each row lies in."""
        leaf = way[-1]
        key = (id(branch), id(leaf))
        if key not in self._above:
            places = np.arange(self._found.count(leaf))
            for below in reversed(way[way.index(branch) + 1 :]):
                places = self._found.parents(below)[places]
            self._above[key] = places
        return self._above[key]

    def failures(self, value: _Value) -> dict[int, Any]:
        """What is wrong with the values of a column, by the item's place."""
        return self._value(value)[1]

    def column(self, value: _Value, way: Sequence[Branch], rows: Places | None) -> pa.Array:
        """A column of a table.

        Args:
            value: The column.
            way: Lists on the way to the rows of its table.
            rows: Items that give rows; None means all.
        """
        found = self._value(value)[0]
        if value.branch is way[-1]:
            return found if rows is None else found.take(pa.array(rows))
        return found.take(pa.array(_some(self.above(value.branch, way), rows)))

    def _value(self, value: _Value) -> tuple[pa.Array, dict[int, Any]]:
        key = (id(value.branch), *value.what)
        if key not in self._made:
            self._made[key] = self._make(value)
        return self._made[key]

    def _make(self, value: _Value) -> tuple[pa.Array, dict[int, Any]]:
        source, branch, column = value.source, value.branch, value.source.column
        failures: dict[int, Any] = {}
        if source.hook is not None:
            given, failures = self._worked_out(source.hook, branch)
            if column.name.endswith("_token"):
                return array(self._tokens.of(column.name, given), column.type), failures
            return array(given, column.type), failures
        if value.convert is None:
            made = self.numbers_of(branch) if source.is_number else self._found.names(branch)
            return pa.array(made, column.type), failures
        values = self._found.values(branch, value.at)
        if source.only_of:
            names = self._found.names(branch)
            values = [v if name in source.only_of else None for v, name in zip(values, names, strict=True)]
        found, problems = value.convert(values)
        failures |= problems
        if source.must_be_given and found.null_count:
            told = Refused("missing_required", f"$.{column.source_field}", "is required and missing")
            missing = np.flatnonzero(found.is_null().to_numpy(zero_copy_only=False)).tolist()
            failures |= {place: told for place in missing if place not in failures}
        if column.name.endswith("_token"):
            coded = found.dictionary_encode()
            tokens = self._tokens.of(column.name, coded.dictionary.to_pylist())
            found = pa.array(tokens, TEXT).take(coded.indices)
        return found, failures

    def _worked_out(self, hook: Hook, branch: Branch) -> tuple[list[Any], dict[int, Any]]:
        items = self._found.items(branch)
        try:
            return [hook(item, self._context) for item in items], {}
        except (NotConvertible, Refused):
            pass
        given: list[Any] = []
        failures: dict[int, Any] = {}
        for place, item in enumerate(items):
            try:
                given.append(hook(item, self._context))
            except (NotConvertible, Refused) as problem:
                failures[place] = problem
                given.append(None)
        return given, failures


def _some(values: Places, rows: Places | None) -> Places:
    return values if rows is None else values[rows]


def _leads(part: tuple[Segment, ...], row_part: tuple[Segment, ...]) -> bool:
    """Whether a list of a column's path is the list, or one of the lists, that give rows."""
    return (
        len(part) == len(row_part)
        and part[:-1] == row_part[:-1]
        and part[-1].is_list
        and set(part[-1].names) <= set(row_part[-1].names)
    )
