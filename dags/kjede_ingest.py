"""### Deliveries in: landing → raw tables.

**What** Picks up every delivery that is visible at *as of*, checks it (size, hash, legal basis, address
grading, schema, identifiers) and stores typed rows with their provenance. A bad record goes to quarantine
with its reason; a bad delivery is refused whole. One mapped task per delivery found, or per source when a
backlog is taken in.

**In** the landing folder or bucket (`KJEDE_LANDING`). **Out** `raw_*` tables, quarantine, one receipt per
delivery; the asset `kjede_deliveries` tells `kjede_join` the month. The *Intake report* of the month is
linked from `settle`.

**Schedule** the 16th at 04:00 in Oslo for the month before, after the default *as of* (the 15th, 00:00).
`kjede_arrivals` takes deliveries in earlier, as they land.

**Run again** any time: what was taken in is not taken in twice. A month: *Trigger*, fill in the month.
Several months: *Trigger → Backfill*, choose the dates, leave the month empty.

**When it fails** `DataRefused` in a delivery's log names delivery, record and field: ask the source for a
replacement, or look at `kjede quarantine list`. The month goes on without it; sources that are needed and
stale stop it at `kjede_flag`. A *stale month* warning in `announce` names months to run again.
"""

from typing import Any

from airflow.sdk import CronPartitionTimetable, dag, task
from kjede_airflow import DEFAULTS, DELIVERIES, Scope, announce, form, resolve_scope, warn_of_stale_months
from kjede_intake import take_in


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
    def pending(scope: Scope) -> list[dict[str, Any]]:
        from jobs import arrivals

        return arrivals.pending_deliveries(scope["month"], scope["as_of"])

    @task(task_id="announce", outlets=[DELIVERIES])
    def tell(scope: Scope, intake: dict[str, Any]) -> None:
        announce(DELIVERIES, scope, {**intake, "stale_months": warn_of_stale_months()})

    when = resolve_scope()
    tell(when, take_in(pending(when), when["month"]))


kjede_ingest()
