"""### Evaluation: what the pipeline finds of what was planted.

**What** Makes a synthetic country of each chosen kind (*base*; *adaptive*: offenders know the thresholds;
*noisy*: registers miss twice as much), runs all its months in a lake of its own and measures what was found:
recall, false flags, look-alikes, delay, stability, faithfulness. Real data are never touched.

**In** nothing but the form. **Out** `reports/evaluation/…` of the lake, under *Browse → Kjede reports*.

**Schedule** 01:00 in Oslo every night, all kinds one after the other; off at first. A world of 20 000 firms
and 12 months takes half an hour on two cores.

**Run again** any time: the same form gives the same world and, with the same code, the same figures.

**When it fails** the log names job and month. What was made stays and is gone on from; remove the folder
`evaluation/` under `KJEDE_HOME` to begin anew.
"""

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from kjede_airflow import DEFAULTS, ENGINE_POOL

KINDS = ["base", "adaptive", "noisy"]
CHOICE: dict[str, Any] = {"items": {"type": "string", "enum": KINDS}, "examples": KINDS, "minItems": 1}
WORLD = {
    "kinds": Param(KINDS, type="array", title="Kinds", section="World", **CHOICE),
    "firms": Param(20_000, type="integer", minimum=200, maximum=300_000, title="Firms", section="World"),
    "months": Param(12, type="integer", minimum=1, maximum=24, title="Months", section="World"),
    "seed": Param(1, type="integer", minimum=0, title="Seed", section="World"),
}


@dag(
    schedule=CronTriggerTimetable("0 1 * * *", timezone="Europe/Oslo"),
    params=WORLD,
    default_args=DEFAULTS,
    max_active_runs=1,
    catchup=False,
    is_paused_upon_creation=True,
    doc_md=__doc__,
    tags=["layer/out", "tier/2"],
)
def kjede_evaluate() -> None:
    @task
    def kinds(params: dict[str, Any]) -> list[str]:
        return list(params["kinds"])

    @task(pool=ENGINE_POOL, map_index_template="{{ kind }}")
    def evaluate(kind: str, params: dict[str, Any]) -> list[str]:
        from jobs.evaluate import reference

        return reference.nightly(kind, params["firms"], params["months"], params["seed"])

    evaluate.expand(kind=kinds())


kjede_evaluate()
