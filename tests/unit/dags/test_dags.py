"""The DAG files as Airflow reads them."""

from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

from jobs.ingest.fetchers import FETCHERS

DAGS = Path(__file__).parents[3] / "dags"
MONTHLY = {"kjede_ingest", "kjede_join", "kjede_flag", "kjede_release"}
FETCHING = {f"kjede_fetch_{name}" for name in FETCHERS}
INTAKES = {"kjede_arrivals", *FETCHING}
ASKED_FOR = {*INTAKES, "kjede_retain", "kjede_evaluate"}
"""Off until somebody switches them on: they need a network or owners who deliver, destroy, or take hours."""


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(str(DAGS))


@pytest.fixture(params=sorted(MONTHLY | ASKED_FOR))
def dag(request: pytest.FixtureRequest, bag: DagBag) -> Any:
    return bag.dags[request.param]


def test_all_are_read_and_named_after_their_file(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == MONTHLY | ASKED_FOR
    assert {*MONTHLY, "kjede_arrivals", "kjede_fetch", "kjede_retain", "kjede_evaluate"} == {
        path.stem for path in DAGS.glob("*.py")
    }


def test_only_what_needs_nothing_from_outside_is_on_at_first(bag: DagBag) -> None:
    assert {name for name, dag in bag.dags.items() if dag.is_paused_upon_creation} == ASKED_FOR


def test_a_client_runs_at_the_time_it_names(bag: DagBag) -> None:
    for name, fetcher in FETCHERS.items():
        timetable: Any = bag.dags[f"kjede_fetch_{name}"].timetable
        assert timetable.expression == fetcher.cron
        assert str(timetable.timezone) == "Europe/Oslo"


@pytest.mark.parametrize("name", sorted({"kjede_ingest", *INTAKES}))
def test_deliveries_are_taken_in_one_task_each_and_settled_even_after_a_refusal(
    bag: DagBag, name: str
) -> None:
    tasks = {task.task_id: task for task in bag.dags[name].tasks}
    assert tasks["ingest"].is_mapped
    assert tasks["settle"].upstream_task_ids >= {"ingest"}
    assert tasks["settle"].trigger_rule == "all_done"
    assert [link.name for link in tasks["settle"].operator_extra_links] == ["Intake report"]


def test_has_runbook_owner_layer_and_tier(dag: Any) -> None:
    for part in ("**What**", "**In**", "**Out**", "**Schedule**", "**Run again**", "**When it fails**"):
        assert part in dag.doc_md
    assert dag.owner == "kjede"
    assert {tag.split("/")[0] for tag in dag.tags} == {"layer", "tier"}


@pytest.mark.parametrize("name", sorted(MONTHLY))
def test_form_checks_month_and_as_of(bag: DagBag, name: str) -> None:
    dag = bag.dags[name]
    for field, good, bad in (
        ("month", "2026-01", "2026-13"),
        ("as_of", "2026-02-14T23:00:00Z", "14.02.2026"),
    ):
        param = dag.params.get_param(field)
        assert param.resolve(good) == good
        assert param.resolve(None) is None
        with pytest.raises(Exception, match="does not match"):
            param.resolve(bad)
        assert {"title", "section", "description_md"} <= set(param.schema)


def test_every_task_retries_the_unexpected_and_alerts(dag: Any) -> None:
    for task in dag.tasks:
        assert task.retries == 2, task.task_id
        assert task.on_failure_callback, task.task_id
        assert {rule.exception for rule in task.retry_policy.rules} == {
            f"expectations.errors.{name}" for name in ("DataRefused", "NotPermitted", "UsageError")
        }


@pytest.mark.parametrize("name", sorted(MONTHLY))
def test_first_task_freezes_the_scope(bag: DagBag, name: str) -> None:
    assert [task.task_id for task in bag.dags[name].tasks if not task.upstream_task_ids] == ["scope"]


def test_heavy_tasks_share_the_one_slot_pool(bag: DagBag) -> None:
    pools = {(dag_id, task.task_id): task.pool for dag_id, dag in bag.dags.items() for task in dag.tasks}
    assert {key for key, pool in pools.items() if pool == "engine"} == {
        ("kjede_join", "join"),
        ("kjede_flag", "flag"),
        ("kjede_evaluate", "evaluate"),
    }


def test_form_of_the_evaluation_takes_only_worlds_that_exist(bag: DagBag) -> None:
    from jobs.evaluate.reference import KINDS

    params = bag.dags["kjede_evaluate"].params
    every_night = params.get_param("kinds")
    assert every_night.value == list(KINDS)
    assert set(every_night.schema["items"]["enum"]) == set(KINDS)
    for name, bad in (("kinds", ["worse"]), ("kinds", []), ("firms", 10), ("months", 0), ("seed", -1)):
        with pytest.raises(Exception, match=r"is not one of|should be non-empty|less than the minimum"):
            params.get_param(name).resolve(bad)


def test_assets_link_the_chain(bag: DagBag) -> None:
    made = {name: {out.name for task in dag.tasks for out in task.outlets} for name, dag in bag.dags.items()}
    timetables: dict[str, Any] = {name: bag.dags[name].timetable for name in MONTHLY - {"kjede_ingest"}}
    awaited = {name: timetable.asset_condition.name for name, timetable in timetables.items()}
    arrivals: Any = bag.dags["kjede_arrivals"].timetable
    assert [asset.name for asset in arrivals.asset_condition.objects] == ["kjede_landed"]
    assert made["kjede_ingest"] == {awaited["kjede_join"]}
    assert made["kjede_join"] == {awaited["kjede_flag"]}
    assert made["kjede_flag"] == {awaited["kjede_release"]}


def test_month_is_the_partition_of_the_schedule(bag: DagBag) -> None:
    timetable: Any = bag.dags["kjede_ingest"].timetable
    assert (timetable.expression, timetable.key_format, timetable.run_offset) == ("0 4 16 * *", "%Y-%m", -1)
