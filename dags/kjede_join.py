"""### One truth: raw → core tables → network.

**What** Builds the month's state of organisations, work, tax, chains and homes as known at *as of*
(`core_*`), then the nodes, edges and scopes of the network (`net_*`), and publishes them under one run
manifest.

**In** `raw_*`, all deliveries visible at *as of*. **Out** `core_*`, `core_link_*`, `net_*`; the asset
`kjede_network` tells `kjede_flag` the month.

**Schedule** after `kjede_ingest`, once per month it announces; month and *as of* come with the announcement.

**Run again** any time: *Trigger* with the month, or clear the task. Same deliveries, same *as of* and same
code give the same versions, and nothing is written twice.

**When it fails** `contract_breach` names table, rule and count: the month before stays published. See `kjede
tables`, `kjede quarantine list`; mend the cause and clear the task.
"""

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task
from kjede_airflow import DEFAULTS, DELIVERIES, ENGINE_POOL, NETWORK, Scope, announce, form, resolve_scope


@dag(
    schedule=PartitionedAssetTimetable(assets=DELIVERIES),
    params=form(),
    default_args=DEFAULTS,
    max_active_runs=1,
    catchup=False,
    doc_md=__doc__,
    tags=["layer/core", "layer/net", "tier/1"],
)
def kjede_join() -> None:
    @task(outlets=[NETWORK], pool=ENGINE_POOL)
    def join(scope: Scope) -> dict[str, Any]:
        from jobs import pipeline

        result = pipeline.run_job("join", scope["month"], scope["as_of"])
        announce(NETWORK, scope, result)
        return result

    join(resolve_scope())


kjede_join()
