"""Cutting scopes out of the network tables and slicing them for workers."""

from typing import Any

import pyarrow as pa
import pytest

from expectations.tables_net import EDGES, NODES, SCOPES
from jobs.flag.detect import SCOPE_ROW, network_of
from jobs.flag.scopes import chunks, scope_rows
from jobs.months import default_as_of, last_day

MONTH = "2026-01"


def node(node_id: str, **attributes: str) -> dict[str, Any]:
    return {
        "month": MONTH,
        "node_id": node_id,
        "kind": node_id.split(":")[0],
        "attributes": sorted(attributes.items()),
        "row_table": "core_org__organisations",
        "row_month": MONTH,
        "row_key": f"orgnr={node_id[4:]}",
    }


def edge(edge_id: str, source: str, target: str) -> dict[str, Any]:
    return {
        "month": MONTH,
        "edge_id": edge_id,
        "kind": "contract",
        "source_id": source,
        "target_id": target,
        "amount_ore": 100,
        "attributes": [("is_labour_bearing", "true"), ("signed_on", "2025-05-01")],
        "row_table": "core_chain__contracts",
        "row_month": MONTH,
        "row_key": f"contract_id={edge_id}",
    }


def scope(scope_id: str, *elements: str, rule: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "month": MONTH,
            "scope_id": scope_id,
            "scope_kind": "project",
            "element": e,
            "is_truncated": bool(rule),
            "truncation_rule": rule,
        }
        for e in elements
    ]


@pytest.fixture
def rows() -> pa.Table:
    nodes = pa.Table.from_pylist(
        [node("org:2", name="B"), node("org:1", name="A")], schema=NODES.arrow_schema
    )
    edges = pa.Table.from_pylist([edge("contract|k1", "org:1", "org:2")], schema=EDGES.arrow_schema)
    listed = scope("project:p", "node:org:1", "node:org:2", "edge:contract|k1", rule="nearest 2,000")
    listed += scope("project:a", "node:org:2")
    return scope_rows(pa.Table.from_pylist(listed, schema=SCOPES.arrow_schema), nodes, edges)


def test_every_element_brings_its_content(rows: pa.Table) -> None:
    assert rows.schema == SCOPE_ROW
    assert rows["scope_id"].to_pylist() == ["project:a"] + ["project:p"] * 3
    network = network_of("project:p", rows.slice(1).to_pylist(), last_day(MONTH), default_as_of(MONTH))
    (contract,) = network.edges(*{e.kind for e in network.edges("contract")})  # type: ignore[arg-type]
    assert (contract.source, contract.target, contract.amount_ore) == ("org:1", "org:2", 100)
    assert contract.attributes["is_labour_bearing"] is True
    assert network.node("org:1").attributes == {"name": "A"}
    assert network.truncated == "nearest 2,000"


def test_an_element_without_content_is_an_error_not_a_gap() -> None:
    listed = pa.Table.from_pylist(scope("project:p", "node:org:9"), schema=SCOPES.arrow_schema)
    with pytest.raises(Exception, match="node:org:9"):
        scope_rows(listed, NODES.arrow_schema.empty_table(), EDGES.arrow_schema.empty_table())


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_slices_keep_scopes_whole_and_lose_nothing(count: int) -> None:
    ids = [f"s{n}" for n, size in enumerate([5, 1, 1, 8, 2, 3]) for _ in range(size)]
    table = pa.Table.from_pylist(
        [{"scope_id": i, "element": str(n)} for n, i in enumerate(ids)], schema=SCOPE_ROW
    )
    parts = list(chunks(table, count))
    assert pa.concat_tables(parts) == table
    assert len(parts) <= count
    seen = [set(part["scope_id"].to_pylist()) for part in parts]
    assert sum(map(len, seen)) == len(set(ids))


def test_no_scopes_give_no_slices() -> None:
    assert list(chunks(SCOPE_ROW.empty_table(), 4)) == []
