"""### Deliveries as they land.

**What** Takes in what has landed complete, whatever month it is about, so that a wrong delivery is refused
within minutes and its source can send another before the month is run. It starts no month.

**In** the landing folder or bucket (`KJEDE_LANDING`), watched by the triggerer. **Out** as `kjede_ingest`.

**Schedule** whenever new deliveries lie in the landing zone. Switch it on where owners deliver by
themselves; it is off at first.

**Run again** any time: *Trigger* takes in what waits now; what was taken in is not taken in twice.

**When it fails** as `kjede_ingest`. A *stale month* warning in `stale` names published months that a late
delivery touches: run them again with a later *as of*.
"""

from typing import Any

from airflow.sdk import dag, task
from kjede_airflow import DEFAULTS, LANDED, warn_of_stale_months
from kjede_intake import take_in


@dag(
    schedule=[LANDED],
    default_args=DEFAULTS,
    max_active_runs=1,
    catchup=False,
    is_paused_upon_creation=True,
    doc_md=__doc__,
    tags=["layer/raw", "tier/2"],
)
def kjede_arrivals() -> None:
    @task
    def pending() -> list[dict[str, Any]]:
        from jobs import arrivals

        return arrivals.pending_deliveries()

    @task
    def stale() -> list[str]:
        return warn_of_stale_months()

    take_in(pending()) >> stale()


kjede_arrivals()
