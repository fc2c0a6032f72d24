"""Rows of raw tables out of source records, compiled once per table from its declaration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from expectations.dataset import INSTANT, TEXT, WHOLE, Column, Dataset
from jobs.ingest.paths import Get, Segment, getter, levels, occurrences, parse
from jobs.ingest.tokens import Tokens
from jobs.ingest.values import Convert, NotConvertible, array, converter, text

PROVENANCE_COLUMNS = 6
BATCH_ROWS = 16_384

Record = dict[str, Any]
Row = list[Any]
Read = Callable[[Record], Any]


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


@dataclass(slots=True)
class _Special:
    """A column that is more than one plain field of the item."""

    column: Column
    read: Read | None = None
    hook: Hook | None = None
    only_of: tuple[str, ...] = ()
    is_running_number: bool = False


@dataclass(slots=True)
class Group:
    """The columns of a table that are known at one list; tables with the same ones share their values."""

    columns: list[str] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    specials: list[_Special] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    special_order: list[int] = field(default_factory=list)

    def values(self, node: Record, name: str, number: int, context: Context) -> list[Any]:
        """The values of the columns.

        Args:
            node: Item of the list.
            name: Name of the list.
            number: Running number of the item in the record.
            context: The delivery.
        """
        values = [read(node) for read in self.reads]
        if not self.specials:
            return values
        for special in self.specials:
            if special.hook is not None:
                values.append(special.hook(node, context))
            elif special.is_running_number:
                values.append(number)
            elif special.read is None:
                values.append(name)
            else:
                value = special.read(node) if not special.only_of or name in special.only_of else None
                if value is None and special.column.required:
                    raise Refused(
                        "missing_required", f"$.{special.column.source_field}", "is required and missing"
                    )
                values.append(value)
        return values


class TablePlan:
    """How the rows of one table are cut out of records, compiled from its declaration."""

    def __init__(self, dataset: Dataset, hooks: Mapping[str, Hook]) -> None:
        """Compile the declaration.

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
        self.groups = [Group() for _ in range(len(self.lists) + 1)]
        for place, column in enumerate(dataset.columns[PROVENANCE_COLUMNS:]):
            self._compile(column, place, hooks)
        order = [place for group in self.groups for place in (*group.order, *group.special_order)]
        self._positions = [order.index(place) for place in range(len(order))]
        self.token_columns = [c.name for c in dataset.columns if c.name.endswith("_token")]

    def _compile(self, column: Column, place: int, hooks: Mapping[str, Hook]) -> None:
        depth, last = 0, len(self.lists)
        if column.name in hooks:
            self._add(last, place, _Special(column, hook=hooks[column.name]))
            return
        if not column.source_field:
            raise ValueError(f"{self.dataset.name}.{column.name}: neither a source field nor a hook")
        if column.type == TEXT and column.source_field == self.dataset.rows.removesuffix("[]"):
            self._add(last, place, _Special(column))
            return
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
            self._add(depth, place, _Special(column, is_running_number=True))
            return
        read = _reader(rest, converter(column))
        if only_of or (column.required and column.name.endswith("_token")):
            self._add(depth, place, _Special(column, read=read, only_of=only_of))
        else:
            self.groups[depth].columns.append(f"{column.name}={column.source_field}")
            self.groups[depth].reads.append(read)
            self.groups[depth].order.append(place)

    def _add(self, depth: int, place: int, special: _Special) -> None:
        # A worked-out column is the table's own: the hook may differ.
        owner = self.dataset.name if special.hook else ""
        self.groups[depth].columns.append(f"{owner}:{special.column.name}={special.column.source_field}")
        self.groups[depth].specials.append(special)
        self.groups[depth].special_order.append(place)

    def batch(
        self, rows: Sequence[Row], places: Sequence[tuple[str, int, int]], context: Context, tokens: Tokens
    ) -> pa.RecordBatch:
        """Rows as Arrow in declared order, tokens made.

        Args:
            rows: Rows from `rows`, at least one.
            places: File name, record number and item number of each.
            context: Their delivery.
            tokens: Makes tokens of clear values.
        """
        own = list(zip(*rows, strict=True))
        file_names, record_numbers, item_numbers = zip(*places, strict=True)
        known: dict[str, pa.Array] = {
            "delivery_id": pa.repeat(pa.scalar(context.delivery_id, TEXT), len(rows)),
            "file_name": pa.array(file_names, TEXT),
            "record_no": pa.array(record_numbers, WHOLE),
            "item_no": pa.array(item_numbers, WHOLE),
            "known_at": pa.repeat(pa.scalar(context.known_at, INSTANT), len(rows)),
            "period": pa.repeat(pa.scalar(context.period, TEXT), len(rows)),
        }
        arrays = list(known.values())
        for at, column in enumerate(self.dataset.columns[PROVENANCE_COLUMNS:]):
            values: Sequence[Any] = own[self._positions[at]]
            if column.name.endswith("_token"):
                values = tokens.of(column.name, values)
            arrays.append(array(values, column.type))
        return pa.RecordBatch.from_arrays(arrays, schema=self.dataset.arrow_schema)


@dataclass(slots=True)
class _Branch:
    """One list of the record, on the way to the rows of some tables."""

    part: tuple[Segment, ...]
    way: Get | None = None
    names: tuple[str, ...] = ()
    groups: list[Group] = field(default_factory=list)
    leaves: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """Tables whose rows are the items of this list, with their group at each list on the way."""
    own: set[int] = field(default_factory=set)
    """Groups that those rows need."""
    children: list[tuple["_Branch", set[int]]] = field(default_factory=list)
    """Lists further in, with the groups of this one that their rows need."""
    seen: int = 0


class RecordExtractor:
    """Cuts records of one type into the rows of all its tables, in one walk through the record."""

    def __init__(self, plans: Sequence[TablePlan]) -> None:
        """Join the ways of the tables.

        Args:
            plans: Tables that the record type feeds.
        """
        self._plans = plans
        self._root = _Branch(())
        self._branches = [self._root]
        for number, plan in enumerate(plans):
            branch, way = self._root, [self._group(self._root, plan.groups[0])]
            for part, group in zip(plan.lists, plan.groups[1:], strict=True):
                child, needed = self._child(branch, part)
                needed.add(way[-1])
                branch = child
                way.append(self._group(branch, group))
            branch.leaves.append((number, tuple(way)))
            branch.own.add(way[-1])

    def _group(self, branch: _Branch, group: Group) -> int:
        for at, known in enumerate(branch.groups):
            if known.columns == group.columns:
                return at
        branch.groups.append(group)
        return len(branch.groups) - 1

    def _child(self, branch: _Branch, part: tuple[Segment, ...]) -> tuple[_Branch, set[int]]:
        for child, needed in branch.children:
            if child.part == part:
                return child, needed
        way = getter(part[:-1]) if len(part) > 1 else None
        branch.children.append((_Branch(part, way, part[-1].names), set()))
        self._branches.append(branch.children[-1][0])
        return branch.children[-1]

    def rows(self, record: Record, context: Context) -> list[list[Row]]:
        """The rows of one record for each table, without provenance, in the order of the plans.

        Args:
            record: Checked record.
            context: Its delivery.

        Raises:
            Refused: A value does not fit its column, or a row would lack what it must have.
        """
        found: list[list[Row]] = [[] for _ in self._plans]
        for branch in self._branches:
            branch.seen = 0
        try:
            self._visit(self._root, record, "", (), context, found)
        except NotConvertible as problem:
            raise self._refusal(record, problem) from None
        return found

    def _visit(
        self,
        branch: _Branch,
        node: Record,
        name: str,
        above: tuple[dict[int, list[Any]], ...],
        context: Context,
        found: list[list[Row]],
    ) -> None:
        number = branch.seen
        branch.seen += 1
        values = {at: branch.groups[at].values(node, name, number, context) for at in branch.own}
        here = (*above, values)
        for table, way in branch.leaves:
            row: Row = []
            for known, at in zip(here, way, strict=True):
                row += known[at]
            found[table].append(row)
        for child, needed in branch.children:
            place = node if child.way is None else child.way(node)
            if not place:
                continue
            for list_name in child.names:
                items = place.get(list_name)
                if not items:
                    continue
                for at in needed:
                    if at not in values:
                        values[at] = branch.groups[at].values(node, name, number, context)
                for item in items:
                    self._visit(child, item, list_name, here, context, found)

    def _refusal(self, record: Record, problem: NotConvertible) -> Refused:
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


def _reader(segments: tuple[Segment, ...], convert: Convert) -> Read:
    """A function from an item to a column's value; the common form, one plain field, has a short way."""
    first = segments[0]
    if len(segments) == 1 and len(first.names) == 1 and not first.is_list and first.index is None:
        name = first.names[0]
        if convert is text:
            return lambda node: (
                value
                if (value := node.get(name)) is None or (type(value) is str and value.isascii())
                else text(value)
            )
        return lambda node: None if (value := node.get(name)) is None else convert(value)
    get = getter(segments)
    return lambda node: None if (value := get(node)) is None else convert(value)


def _leads(part: tuple[Segment, ...], row_part: tuple[Segment, ...]) -> bool:
    """Whether a list of a column's path is the list, or one of the lists, that give rows."""
    return (
        len(part) == len(row_part)
        and part[:-1] == row_part[:-1]
        and part[-1].is_list
        and set(part[-1].names) <= set(row_part[-1].names)
    )
