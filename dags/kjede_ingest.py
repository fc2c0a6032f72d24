"""### Deliveries in: landing → raw tables.

**What** Picks up every delivery that is visible at *as of*, checks it (size, hash, legal basis, address
grading, schema, identifiers) and stores typed rows with their provenance. A bad record goes to quarantine
with its reason; a bad delivery is refused whole. One mapped task per source that has something new.

**In** the landing folder or bucket (`KJEDE_LANDING`). **Out** `raw_*` tables, quarantine, one receipt per
delivery; the asset `kjede_deliveries` tells `kjede_join` the month.

**Schedule** the 16th at 04:00 in Oslo for the month before, after the default *as of* (the 15th, 00:00).

**Run again** any time: what was taken in is not taken in twice. A month: *Trigger*, fill in the month.
Several months: *Trigger → Backfill*, choose the dates, leave the month empty.

**When it fails** `DataRefused` in a source's log names delivery, record and field: ask the source for a
replacement, or look at `kjede quarantine list`, then clear the task. Other sources are not held up. A *stale
month* warning in `close` names months to run again with a later *as of*.
"""

from typing import Any

from airflow.sdk import CronPartitionTimetable, dag, task
from kjede_airflow import DEFAULTS, DELIVERIES, Scope, announce, form, resolve_scope, warn_of_stale_months


@dag(
    schedule=CronPartitionTimetable("0 4 16 * *", timezone="Europe/Oslo", run_offset=-1, key_format="%Y-%m"),
    params=form(),
    default_args=DEFAULTS,
    max_active_runs=1,
    catchup=False,
    doc_md=__doc__,
    tags=["layer/raw", "tier/1"],
)
def kjede_ingest() -> None:
    @task
    def pending(scope: Scope) -> list[str]:
        from jobs import pipeline

        return pipeline.pending_sources(scope["month"], scope["as_of"])

    @task(map_index_template="{{ source }}")
    def ingest(source: str, scope: Scope) -> dict[str, Any]:
        from jobs import pipeline

        return pipeline.ingest_source(source, scope["month"], scope["as_of"])

    @task(outlets=[DELIVERIES], trigger_rule="none_failed")
    def close(scope: Scope, sources: list[str]) -> None:
        announce(DELIVERIES, scope, {"sources": sources, "stale_months": warn_of_stale_months()})

    when = resolve_scope()
    sources = pending(when)
    ingest.partial(scope=when).expand(source=sources) >> close(when, sources)


kjede_ingest()
