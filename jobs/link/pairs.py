"""Compares records by the frozen model, in process and out of core, and decides which pairs are links."""

import math
import tempfile
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from splink import DuckDBAPI, Linker

from expectations.errors import UsageError
from jobs.link.model import (
    AHEAD_BITS,
    COMPARISONS,
    LINK_AT,
    RELATIVES,
    SHOWN_AT,
    level_ids,
    settings,
)

RECORD = pa.schema(
    [
        ("unique_id", pa.string()),
        ("person_id", pa.string()),
        ("is_numbered", pa.bool_()),
        ("source", pa.string()),
        ("given", pa.string()),
        ("given_names", pa.list_(pa.string())),
        ("family", pa.string()),
        ("born", pa.string()),
        ("birth_year", pa.string()),
        ("place", pa.string()),
        ("ties", pa.list_(pa.string())),
        ("close_ties", pa.list_(pa.string())),
        ("raw_refs", pa.list_(pa.string())),
    ]
)
"""One record to compare."""

DECIDED = pa.schema(
    [
        ("token", pa.string()),
        ("person_id", pa.string()),
        ("source", pa.string()),
        ("match_weight", pa.decimal128(9, 4)),
        ("match_probability", pa.decimal128(9, 6)),
        ("place_in_order", pa.int64()),
        ("decision", pa.string()),
        ("levels", pa.map_(pa.string(), pa.string())),
        ("weights", pa.map_(pa.string(), pa.string())),
        ("raw_refs", pa.list_(pa.string())),
    ]
)
"""One candidate: a record without a number, and a person it may be."""

MEMORY = "6GB"
"""What DuckDB may use before it goes to disk."""
REFS_AT_MOST = 10


def decided(queries: pa.Table, index: pa.Table) -> pa.Table:
    """Candidates for each record without a number, with weights and what is decided.

    A record is linked to the likeliest person when the match is likely enough and no other person comes
    near; a record of a register that has no number is only ever linked to a person who has one.

    Args:
        queries: `RECORD` rows without a number.
        index: `RECORD` rows of the persons.

    Returns:
        `DECIDED` rows, ordered by token and place.
    """
    if not len(queries) or not len(index):
        return DECIDED.empty_table()
    with tempfile.TemporaryDirectory(prefix="kjede-link-") as scratch, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute(f"SET temp_directory = '{scratch}'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET enable_progress_bar = false")  # it would be written into what a command says
        _compare(con, queries, index)
        return _decide(con).cast(DECIDED)


def compared(left: str, right: str, queries: pa.Table, index: pa.Table) -> dict[str, Any]:
    """One pair by the model, whether any rule would bring it together or not: the best of their spellings.

    Args:
        left: Person or token.
        right: Another.
        queries: All records without a number; frequencies of names come from them and the index.
        index: All records of persons.

    Returns:
        `match_weight`, `match_probability`, `prior_weight`, `is_candidate` (a rule brings the two together),
        `levels` and `weights` as in `DECIDED`.

    Raises:
        UsageError: One of them has no record with a name in the month.
    """
    records = [_records_of(token, queries, index) for token in (left, right)]
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        linker = _linker(con, queries, index)
        for column in sorted(
            {level.by_frequency for c in COMPARISONS for level in c.levels if level.by_frequency}
        ):
            linker.table_management.compute_tf_table(column)
        scored = linker.inference.score_pairs(records[0], records[1], include_found_by_blocking_rules=True)
        con.register("scored", scored.as_duckdbpyrelation())
        row: dict[str, Any] = (
            con.sql(f"""
                SELECT match_weight, match_probability, found_by_blocking_rules AS is_candidate, {_told()}
                FROM scored ORDER BY match_weight DESC, unique_id_l, unique_id_r LIMIT 1
            """)
            .to_arrow_table()
            .to_pylist()[0]
        )
    return row | {
        "prior_weight": math.log2(prior(index) / (1 - prior(index))),
        "levels": dict(row["levels"]),
        "weights": dict(row["weights"]),
    }


def prior(index: pa.Table) -> float:
    """Probability that a record without a number and a person drawn at random are one.

    Args:
        index: Records of persons.
    """
    return 1 / max(len(index), 2)


def _records_of(token: str, *tables: pa.Table) -> list[dict[str, Any]]:
    for table in tables:
        found = table.filter(pc.equal(table["person_id"], token))
        if len(found):
            rows: list[dict[str, Any]] = found.to_pylist()
            return rows
    raise UsageError(f"{token} has no record with a name in this month")


def _linker(con: duckdb.DuckDBPyConnection, queries: pa.Table, index: pa.Table) -> Linker:
    api = DuckDBAPI(con)
    tables = [
        api.register(table.select(RECORD.names), dataset_display_name=name)
        for name, table in (("index", index), ("queries", queries))
    ]
    return Linker(tables, settings(prior(index)), log_level=None)


def _compare(con: duckdb.DuckDBPyConnection, queries: pa.Table, index: pa.Table) -> None:
    linker = _linker(con, queries, index)
    pairs = linker.inference.predict(threshold_match_probability=float(SHOWN_AT))
    con.register("pairs", pairs.as_duckdbpyrelation())
    con.register("queries", queries)
    con.register("persons", index)


def _told() -> str:
    """SQL of the two maps that say which level each comparison fell on and what it weighed."""
    levels, weights = [], []
    for comparison in COMPARISONS:
        ids = level_ids(comparison)
        cases = " ".join(f"WHEN {number} THEN '{name}'" for number, name in sorted(ids.items()))
        levels.append(f"CASE gamma_{comparison.id} {cases} END")
        adjusted = (
            f" + mw_tf_adj_{comparison.id}" if any(level.by_frequency for level in comparison.levels) else ""
        )
        weights.append(f"CAST(CAST(mw_{comparison.id}{adjusted} AS DECIMAL(9, 4)) AS VARCHAR)")
    keys = ", ".join(f"'{comparison.id}'" for comparison in COMPARISONS)
    return f"MAP([{keys}], [{', '.join(levels)}]) AS levels, MAP([{keys}], [{', '.join(weights)}]) AS weights"


_EACH = """
    SELECT
        CASE source_dataset_l WHEN 'queries' THEN unique_id_l ELSE unique_id_r END AS query_id,
        CASE source_dataset_l WHEN 'queries' THEN unique_id_r ELSE unique_id_l END AS person_row,
        CAST(match_weight AS DECIMAL(9, 4)) AS match_weight,
        CAST(match_probability AS DECIMAL(9, 6)) AS match_probability,
        {told}
    FROM pairs
"""
_NAMED = """
    SELECT q.person_id AS token, p.person_id, p.is_numbered, q.source, query_id, person_row, match_weight,
        match_probability, levels, weights, q.raw_refs[:5] AS query_refs, p.raw_refs[:5] AS person_refs
    FROM each
    JOIN queries q ON q.unique_id = query_id
    JOIN persons p ON p.unique_id = person_row
    WHERE q.person_id <> p.person_id
"""
_OF_REGISTERS = "SELECT * FROM named WHERE source = 'register' AND is_numbered"
_OF_HOLDERS = """
    SELECT n.* REPLACE (coalesce(r.person_id, n.person_id) AS person_id)
    FROM named n
    LEFT JOIN registered r ON r.token = n.person_id AND r.decision = 'linked'
    WHERE n.source = 'shareholder'
"""
_ORDERED = """
    SELECT token, person_id, source, match_weight, match_probability, place_in_order,
        CASE
            WHEN place_in_order > 1 THEN 'outweighed'
            WHEN match_probability < {link_at} OR ({relatives}) THEN 'unlikely'
            WHEN match_weight - next_weight < {ahead} THEN 'ambiguous'
            ELSE 'linked'
        END AS decision,
        levels, weights, list_slice(list_sort(list_concat(query_refs, person_refs)), 1, {refs}) AS raw_refs
    FROM (
        SELECT *,
            row_number() OVER likeliest AS place_in_order,
            lead(match_weight) OVER likeliest AS next_weight
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY token, person_id ORDER BY match_weight DESC, query_id, person_row
            ) AS spelling
            FROM ({candidates})
        )
        WHERE spelling = 1
        WINDOW likeliest AS (PARTITION BY token ORDER BY match_weight DESC, person_id)
    )
"""


def _decide(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """All candidates with what is decided; registers first: whom a holder may be can turn out another.

    Each step is a table of its own; as one statement DuckDB 2.0 takes a hundred times as long.
    """
    steps = {
        "each": _EACH.format(told=_told()),
        "named": _NAMED,
        "registered": _ordered(_OF_REGISTERS),
        "held": _ordered(_OF_HOLDERS),
    }
    for name, query in steps.items():
        con.execute(f"CREATE TEMP TABLE {name} AS {query}")
    both = "SELECT * FROM registered UNION ALL BY NAME SELECT * FROM held ORDER BY token, place_in_order"
    return con.sql(both).to_arrow_table()


def _ordered(candidates: str) -> str:
    relatives = " AND ".join(
        f"levels['{comparison}'] IN ({', '.join(repr(level) for level in sorted(levels))})"
        for comparison, levels in RELATIVES.items()
    )
    return _ORDERED.format(
        candidates=candidates, link_at=LINK_AT, ahead=AHEAD_BITS, relatives=relatives, refs=REFS_AT_MOST
    )
