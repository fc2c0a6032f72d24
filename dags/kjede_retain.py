"""### Retention: what is over its time goes, with a proof.

**What** Destroys deliveries, runs and releases whose time is over, by the limits and their legal bases in
`expectations/retention.py`, and keeps a sealed proof of each. First asks what would go; with *Only say what
would go* it stops there.

**In** the lake. **Out** less of it, and proofs under `retention/`.

**Schedule** the 1st at 02:00 in Oslo, counted at that instant; off at first. Read what would go before you
switch it on: what it destroys does not come back.

**Run again** any time: what went is gone once, its proof stays.

**When it fails** a source has no declared limit, or the key of the lake is not here; nothing was destroyed
halfway that a second run does not finish.
"""

import logging
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from kjede_airflow import DEFAULTS

log = logging.getLogger(__name__)
DRY = Param(False, type="boolean", title="Only say what would go", section="Scope")


@dag(
    schedule=CronTriggerTimetable("0 2 1 * *", timezone="Europe/Oslo"),
    params={"dry_run": DRY},
    default_args=DEFAULTS,
    max_active_runs=1,
    catchup=False,
    is_paused_upon_creation=True,
    doc_md=__doc__,
    tags=["layer/raw", "tier/2"],
)
def kjede_retain() -> None:
    @task
    def retain(params: dict[str, Any]) -> int:
        from jobs import pipeline

        rows = pipeline.retain(dry_run=params["dry_run"])
        for row in rows:
            log.info("%(what)s %(name)s: %(rule)s, until %(until)s: %(state)s", row)
        return len(rows)

    retain()


kjede_retain()
