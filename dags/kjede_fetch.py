"""### An open register: its API → landing → raw tables.

**What** Asks one open API for what is new since the last time, lands it as a delivery that keeps to the input
contract, and takes it in. One DAG per client: `kjede_fetch_brreg` (the whole register),
`kjede_fetch_brreg_oppdateringer` (changes; what the register removed is purged here too, everywhere),
`kjede_fetch_arbeidstilsynet`, `kjede_fetch_kartverket`, `kjede_fetch_doffin`, `kjede_fetch_klass`.

**In** the API at its address in the settings (`KJEDE_BRREG_URL`, ...). **Out** a delivery in the landing
zone, then as `kjede_ingest`. Nothing new lands nothing.

**Schedule** see each DAG; off at first. Switch on those whose API this machine may reach.

**Run again** any time: an unfinished download goes on where it stopped, and what was landed is not landed
twice. **When it fails** the log of `fetch` names address and status; a busy or slow API was asked again
before.
"""

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task
from kjede_airflow import DEFAULTS, warn_of_stale_months
from kjede_intake import take_in

from jobs.ingest.fetchers import FETCHERS, Fetcher


def client(fetcher: Fetcher) -> None:
    @dag(
        dag_id=f"kjede_fetch_{fetcher.name}",
        description=fetcher.description,
        schedule=CronTriggerTimetable(fetcher.cron, timezone="Europe/Oslo"),
        default_args=DEFAULTS,
        max_active_runs=1,
        catchup=False,
        is_paused_upon_creation=True,
        doc_md=__doc__,
        tags=["layer/landing", "tier/2"],
    )
    def fetching() -> None:
        @task
        def fetch() -> list[dict[str, Any]]:
            from jobs import arrivals

            return arrivals.fetch_source(fetcher.name)

        @task
        def stale() -> list[str]:
            return warn_of_stale_months()

        take_in(fetch()) >> stale()

    fetching()


for each in FETCHERS.values():
    client(each)
