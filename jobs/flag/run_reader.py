"""Reads one published run: its tables, what evidence rests on, and networks rebuilt from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.catalogue import dataset
from expectations.contract import source as source_spec
from expectations.errors import UsageError
from graph.model import Network
from jobs.flag.detect import network_of
from jobs.flag.evidence import row_keys
from jobs.flag.scopes import scope_rows
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import PublishedRun
from jobs.months import last_day


@dataclass(frozen=True, slots=True)
class Provenance:
    """One delivered record behind a published row.

    Attributes:
        source: Name of the delivered source.
        owner: Who delivered it.
        delivery_id: Delivery.
        period: Period that the delivery is about.
        file_name: File in the delivery.
        record_no: Number of the record in the file, from 1.
        known_at: When it was delivered.
        table: Raw table that holds it.
    """

    source: str
    owner: str
    delivery_id: str
    period: str
    file_name: str
    record_no: int
    known_at: datetime
    table: str


class RunReader:
    """One published run, read only."""

    def __init__(self, lake: Lake, published: PublishedRun) -> None:
        """Read this run.

        Args:
            lake: Where it is.
            published: The run.
        """
        self.lake = lake
        self.published = published
        self.month: str = published.run.month
        self.as_of: datetime = published.run.as_of
        self._loaded: dict[tuple[str, str | None], pa.Table] = {}
        self._position: dict[tuple[str, str], dict[str, int]] = {}

    @classmethod
    def open(cls, lake: Lake, month: str, as_of: datetime | None = None) -> "RunReader":
        """The newest published run of a month.

        Args:
            lake: Where it is.
            month: `YYYY-MM`.
            as_of: A given as_of; None means the current one.

        Raises:
            UsageError: No such run.
        """
        return cls(lake, lake.runs.resolve(month, as_of))

    @property
    def run(self) -> dict[str, Any]:
        """What identifies the run: month, as_of, run id, code version."""
        return {
            "month": self.month,
            "as_of": self.as_of.isoformat(),
            "run_id": self.published.run_id,
            "code_version": self.published.code_version,
        }

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        filter: pc.Expression | None = None,
        month: str | None = None,
    ) -> pa.Table:
        """Rows of a table of this run.

        Args:
            name: Table.
            columns: Columns to read; None means all.
            filter: Rows to keep; None means all.
            month: Month of the window; None means the run's month.
        """
        if (name, month) not in self._loaded:
            self._loaded[name, month] = self.lake.read(self._ref(name, month))
        found = self._loaded[name, month]
        found = found if filter is None else found.filter(filter)
        return found if columns is None else found.select(list(columns))

    def _ref(self, name: str, month: str | None) -> TableRef:
        """The version of a table; what was flagged in an earlier month is read from that month's own run."""
        earlier = self.lake.runs.latest(month) if month and month < self.month else None
        if earlier and name.startswith("out_"):
            return earlier.ref(name)
        return self.published.ref(name, month)

    @cached_property
    def envelopes(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Delivery envelopes of this run by (source, delivery id)."""
        return {
            (e["source"], e["delivery_id"]): e
            for e in (r["envelope"] for r in self.lake.deliveries.receipts())
        }

    def provenance(self, table: str, month: str, key: str) -> list[Provenance]:
        """The delivered records behind one published core row.

        Args:
            table: Core table.
            month: Month partition.
            key: Key as cited.

        Raises:
            UsageError: No such row.
        """
        found = []
        # A node known only through its edges has no record of its own; the edges lead to theirs.
        for ref in self.row(table, month, key).get("raw_refs", []):
            raw_table, delivery_id, file_name, record_no, _ = ref.split("|")
            source = raw_table.removeprefix("raw_").split("__")[0]
            envelope = self.envelopes[source, delivery_id]
            found.append(
                Provenance(
                    source,
                    source_spec(source).owner,
                    delivery_id,
                    envelope["period"],
                    file_name,
                    int(record_no),
                    datetime.fromisoformat(envelope["delivered_at"]),
                    raw_table,
                )
            )
        return found

    def row(self, table: str, month: str, key: str) -> dict[str, Any]:
        """One published row by its key.

        Raises:
            UsageError: No such row.
        """
        if (table, month) not in self._position:
            keys = row_keys(self.table(table, month=month), dataset(table)).to_pylist()
            self._position[table, month] = {own: n for n, own in enumerate(keys)}
        position = self._position[table, month].get(key)
        if position is None:
            raise UsageError(f"{table} of {month} has no row {key}")
        found: dict[str, Any] = self.table(table, month=month).slice(position, 1).to_pylist()[0]
        return found

    def finding(self, finding_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """One finding and its evidence in order.

        Raises:
            UsageError: No such finding in the run.
        """
        rows = self.table("out_flag__findings", filter=pc.field("finding_id") == finding_id).to_pylist()
        if not rows:
            raise UsageError(f"no finding {finding_id} in the run of {self.month}")
        evidence = self.table("out_flag__evidence", filter=pc.field("finding_id") == finding_id)
        return rows[0], sorted(evidence.to_pylist(), key=lambda e: e["n"])

    def scope(self, scope_id: str) -> Network:
        """The network of one scope."""
        scopes = self.table("net_graph__scopes", filter=pc.field("scope_id") == scope_id)
        rows = scope_rows(scopes, self.table("net_graph__nodes"), self.table("net_graph__edges"))
        return network_of(scope_id, rows.to_pylist(), last_day(self.month), self.as_of)
