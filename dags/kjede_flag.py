"""### Indications: network → findings → cases.

**What** Lays the outcomes of inspections beside the month (`feedback`; only final decisions count), then
cuts the network into scopes, runs every detector over them, and publishes the whole run: findings with their
evidence, the coverage (who could be evaluated and who could not) and the ranked cases with their history.

**In** `core_*`, `net_*` of the month, `raw_tilsyn_*`, the cases of the month before. **Out** `out_flag__*`;
the asset `kjede_findings` tells `kjede_release` the month.

**Schedule** after `kjede_join`, once per month it announces.

**Run again** any time: *Trigger* with the month, or clear the task. The same inputs give the same findings
and case ids; a changed month makes the month after it stale, and `kjede_ingest` says so.

What the rules found in the run is linked from `flag` as *Quality report*.

**When it fails** the log names detector, scope and month. `kjede cases list` still shows the published
month.
"""

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task
from kjede_airflow import DEFAULTS, ENGINE_POOL, FINDINGS, NETWORK, Scope, announce, form, resolve_scope
from kjede_links import QualityReport


@dag(
    schedule=PartitionedAssetTimetable(assets=NETWORK),
    params=form(),
    default_args=DEFAULTS,
    max_active_runs=1,
    catchup=False,
    doc_md=__doc__,
    tags=["layer/out", "tier/1"],
)
def kjede_flag() -> None:
    @task
    def feedback(scope: Scope) -> dict[str, Any]:
        from jobs import pipeline

        return pipeline.run_job("feedback", scope["month"], scope["as_of"])

    @task(outlets=[FINDINGS], pool=ENGINE_POOL)
    def flag(scope: Scope) -> dict[str, Any]:
        from jobs import pipeline

        result = pipeline.run_job("flag", scope["month"], scope["as_of"])
        announce(FINDINGS, scope, result)
        return result

    when = resolve_scope()
    flagged: Any = flag(when)
    flagged.operator.operator_extra_links = (QualityReport(),)
    feedback(when) >> flagged


kjede_flag()
