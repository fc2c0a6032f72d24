"""Runs the detectors over all scopes of a month: here, in a pool of processes, or on a Spark cluster."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dataset import spark_type
from expectations.errors import DataRefused
from expectations.tables_net import EDGES, NODES, SCOPES
from graph.companions import HELD, KEY, standing_alone
from graph.model import Status
from jobs.flag.detect import FOUND, FOUND_DDL, SCOPE_ROW, detect
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.processes import Processes

log = logging.getLogger(__name__)

POOL_FROM_ELEMENTS = 400_000
"""Starting two processes costs seconds; up to here no gain was measured (bench/RESULTS.md, Flag)."""
CHUNKS_PER_WORKER = 4


def scope_rows(scopes: pa.Table, nodes: pa.Table, edges: pa.Table) -> pa.Table:
    """Scopes with the content of their elements.

    Args:
        scopes: `net_graph__scopes`.
        nodes: `net_graph__nodes`.
        edges: `net_graph__edges`.

    Returns:
        `SCOPE_ROW` rows, ordered by scope.

    Raises:
        DataRefused: A scope names an element that the network does not have (`scope_broken`).
    """
    scopes = scopes.sort_by([("scope_id", "ascending"), ("element", "ascending")])
    element = scopes["element"]
    is_node = pc.starts_with(element, "node:")
    parts = [
        _with_content(scopes.filter(is_node), nodes, "node_id", "node:"),
        _with_content(scopes.filter(pc.invert(is_node)), edges, "edge_id", "edge:"),
    ]
    return pa.concat_tables(parts).sort_by([("scope_id", "ascending"), ("element", "ascending")])


def _with_content(scopes: pa.Table, content: pa.Table, id_column: str, prefix: str) -> pa.Table:
    ids = pc.replace_substring_regex(scopes["element"], f"^{prefix}", "")
    position = pc.index_in(ids, value_set=content[id_column].combine_chunks())
    absent = scopes["element"].filter(pc.is_null(position))
    if len(absent):
        # A scope that lost an edge would be judged on less than is known.
        raise DataRefused(
            "scope_broken", f"{len(absent)} elements are not in the network, first {absent[0].as_py()}"
        )
    found = content.take(position.combine_chunks() if isinstance(position, pa.ChunkedArray) else position)
    columns = []
    for field in SCOPE_ROW:
        if field.name in ("scope_id", "element", "truncation_rule"):
            column = scopes[field.name]
        elif field.name in found.column_names:
            column = found[field.name]
        else:
            column = pa.nulls(len(scopes), field.type)
        columns.append(column)
    return pa.table(columns, schema=SCOPE_ROW)


def chunks(rows: pa.Table, count: int) -> Iterator[pa.Table]:
    """Slices of roughly equal length that never cut a scope in two.

    Args:
        rows: `SCOPE_ROW` rows ordered by scope.
        count: How many slices at most.
    """
    if not len(rows):
        return
    ids = rows["scope_id"].combine_chunks()
    changed = pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1))
    starts = [0, *(i + 1 for i in pc.indices_nonzero(changed).to_pylist())]
    target = max(1, -(-len(rows) // count))
    first = 0
    for start in [*starts[1:], len(rows)]:
        if start - first >= target or start == len(rows):
            yield rows.slice(first, start - first)
            first = start


def run_local(
    rows: pa.Table, indicator_ids: Sequence[str], month: date, as_of: datetime, *, workers: int
) -> pa.Table:
    """Findings of all scopes on this machine; a pool is used where it pays.

    Args:
        rows: `SCOPE_ROW` rows ordered by scope.
        indicator_ids: Indicators to run.
        month: Last day of the month.
        as_of: Instant up to which things were known.
        workers: Processes to use.
    """
    if workers < 2 or len(rows) < POOL_FROM_ELEMENTS:
        return detect(rows, indicator_ids, month, as_of)
    slices = list(chunks(rows, workers * CHUNKS_PER_WORKER))
    with Processes(workers) as pool:
        tasks = [pool.submit(detect, part, list(indicator_ids), month, as_of) for part in slices]
        return pa.concat_tables([task.result() for task in tasks])


def run_cluster(
    lake: Lake,
    refs: Sequence[TableRef],
    engine: str,
    indicator_ids: Sequence[str],
    month: date,
    as_of: datetime,
) -> pa.Table:
    """Findings of all scopes on the engine's workers: joins there, one NetworkX graph per group.

    Args:
        lake: Where the tables are.
        refs: Versions of nodes, edges and scopes, in that order.
        engine: Engine setting.
        indicator_ids: Indicators to run.
        month: Last day of the month.
        as_of: Instant up to which things were known.
    """
    from pyspark.sql import functions as F  # noqa: N812

    from jobs.engine import open_engine

    ids = list(indicator_ids)

    def per_scope(table: pa.Table) -> pa.Table:
        return detect(table.select(SCOPE_ROW.names), ids, month, as_of)

    with open_engine(engine) as session:
        nodes, edges, scopes = (
            session.read(dataset, lake.files(ref))
            for dataset, ref in zip((NODES, EDGES, SCOPES), refs, strict=True)
        )
        nodes = nodes.withColumn("element", F.concat(F.lit("node:"), "node_id"))
        edges = edges.withColumn("element", F.concat(F.lit("edge:"), "edge_id"))
        content = nodes.unionByName(edges, allowMissingColumns=True)
        rows = (
            scopes.select("scope_id", "element", "truncation_rule")
            .join(content, "element")
            .select(
                *(F.col(field.name).cast(spark_type(field.type)).alias(field.name) for field in SCOPE_ROW)
            )
        )
        found = rows.groupBy("scope_id").applyInArrow(per_scope, FOUND_DDL).toArrow()
    return found.cast(FOUND)


def findings(
    lake: Lake,
    refs: Sequence[TableRef],
    *,
    engine: str,
    indicator_ids: Sequence[str],
    month: date,
    as_of: datetime,
    workers: int,
) -> pa.Table:
    """Findings of all scopes, by whichever way suits the engine; the rows are the same.

    Args:
        lake: Where the tables are.
        refs: Versions of nodes, edges and scopes, in that order.
        engine: Engine setting; `sc://…` runs on the cluster.
        indicator_ids: Indicators to run.
        month: Last day of the month.
        as_of: Instant up to which things were known.
        workers: Processes to use on this machine.
    """
    if engine.startswith("sc://"):
        found = run_cluster(lake, refs, engine, indicator_ids, month, as_of)
    else:
        nodes, edges, scopes = (lake.read(ref) for ref in refs)
        rows = scope_rows(scopes, nodes, edges)
        log.info("scopes: %d elements in", len(rows))
        found = run_local(rows, indicator_ids, month, as_of, workers=workers)
    return _held_back(
        found.sort_by([("scope_id", "ascending"), ("indicator_id", "ascending"), ("subject_id", "ascending")])
    )


def _held_back(found: pa.Table) -> pa.Table:
    """Findings, with those held back that never stand alone and do."""
    from graph.registry import indicator

    triggered = found.filter(pc.equal(found["status"], Status.TRIGGERED.value))
    rows = triggered.select([*KEY, "status", "role", "companies"]).to_pylist()
    alone = standing_alone(rows, indicator, rows)
    if not alone:
        return found
    keys = zip(*(found[name].to_pylist() for name in KEY), strict=True)
    is_alone = pa.array([key in alone for key in keys])
    for name, value in HELD.items():
        column = pc.if_else(is_alone, pa.scalar(value), found[name])
        found = found.set_column(found.column_names.index(name), found.schema.field(name), column)
    return found
