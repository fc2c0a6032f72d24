"""A real Airflow with its scheduler on a tiny county: a month, the same month again, a backfilled one."""

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from expectations.errors import NotPermitted
from jobs.demo.instance import Airflow
from jobs.demo.rest import RestApi
from jobs.demo.story import CHAIN, POOL, Demo
from jobs.synth.generate import generate

pytestmark = [pytest.mark.integration, pytest.mark.airflow, pytest.mark.timeout(900)]
WAIT_SECONDS = 420
ENDED = ("success", "failed")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    made = Demo(home=tmp_path_factory.mktemp("airflow"), firms=80, months=4)
    generate(made.county, firms=made.firms, months=made.months, seed=made.seed, last_month=made.month)
    return made


@pytest.fixture(scope="module")
def airflow(demo: Demo) -> Iterator[Airflow]:
    instance = demo.airflow()
    with instance.stopped_afterwards():
        instance.start()
        for _ in instance.wait_until_healthy():
            pass
        yield instance


@pytest.fixture(scope="module")
def operator(airflow: Airflow) -> Iterator[RestApi]:
    with airflow.as_user("operator") as api:
        await_dags(api)
        api.make_pool(*POOL)
        yield api


@pytest.fixture(scope="module")
def approver(airflow: Airflow) -> Iterator[RestApi]:
    with airflow.as_user("approver") as api:
        yield api


def await_dags(api: RestApi) -> None:
    wait_for(lambda: set(CHAIN) <= api.dag_ids() or api.import_errors(), "DAGs")
    assert api.import_errors() == []


@pytest.fixture(scope="module")
def first_run(demo: Demo, operator: RestApi) -> dict[str, str]:
    """The chain of runs of the month, up to the question of the release."""
    return chain(operator, demo.month, operator.trigger(CHAIN[0], {"month": demo.month}))


def wait_for(found: Any, what: str) -> Any:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(1)
    pytest.fail(f"{what} not there after {WAIT_SECONDS} s")


def ended(api: RestApi, dag: str, run_id: str) -> str:
    state: str = wait_for(
        lambda: s if (s := api.run(dag, run_id)["state"]) in ENDED else None, f"end of {dag}"
    )
    if state != "success":
        pytest.fail(f"{dag} {run_id}: {[task for task in api.tasks(dag, run_id) if task.state != 'success']}")
    return state


def chain(api: RestApi, month: str, run_id: str, known: frozenset[str] = frozenset()) -> dict[str, str]:
    """Follow the assets from the ingest run on; returns the run of every DAG."""
    runs = {CHAIN[0]: run_id}
    ended(api, CHAIN[0], run_id)
    since = api.run(CHAIN[0], run_id)["start_date"]
    for dag in CHAIN[1:]:
        runs[dag] = wait_for(lambda d=dag: api.run_after(d, since, month), f"run of {dag}")
        assert runs[dag] not in known
        if dag != CHAIN[-1]:
            ended(api, dag, runs[dag])
    wait_for(lambda: api.question(CHAIN[-1], runs[CHAIN[-1]], "approve"), "question to the approver")
    return runs


def decide(approver: RestApi, dag: str, run_id: str, choice: str, note: str) -> None:
    """Answer until the run ends: on a busy machine Airflow may ask the same once more."""

    def finished() -> bool:
        if approver.question(dag, run_id, "approve"):
            approver.answer(dag, run_id, "approve", choice=choice, note=note)
        return approver.run(dag, run_id)["state"] in ENDED

    wait_for(finished, f"end of {dag} after {choice}")
    ended(approver, dag, run_id)


def versions(demo: Demo, month: str) -> dict[str, str]:
    """Every file of every table of a month, by content."""
    folders = demo.lake / "tables"
    return {
        str(path.relative_to(folders)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folders.glob(f"*/month={month}/*/*"))
    }


def test_a_month_goes_through_by_its_assets(demo: Demo, operator: RestApi, first_run: dict[str, str]) -> None:
    sources = [task for task in operator.tasks(CHAIN[0], first_run[CHAIN[0]]) if task.task == "ingest"]
    labels = {task.label.strip("[]").split(":")[0] for task in sources}
    assert {"brreg_enheter", "skatteetaten_amelding", "kontraktskjede"} <= labels
    events = operator.call("GET", "/assets/events", source_dag_id="kjede_flag")["asset_events"]
    assert [event["partition_key"] for event in events] == [demo.month]
    assert {"month", "as_of", "digest", "version", "verdict", "started_by"} <= set(events[0]["extra"])
    assert events[0]["extra"]["started_by"] == "operator"
    pointer = json.loads((demo.lake / "runs" / demo.month / "_latest.json").read_text())
    assert pointer


def test_only_a_second_person_can_release(
    demo: Demo, operator: RestApi, approver: RestApi, first_run: dict[str, str]
) -> None:
    dag, run_id = CHAIN[-1], first_run[CHAIN[-1]]
    with pytest.raises(NotPermitted):
        operator.answer(dag, run_id, "approve", choice="Approve", note="my own run")
    assert demo.releases() == []
    decide(approver, dag, run_id, "Approve", "synthetic")
    assert len(demo.releases()) == 1


def test_the_same_month_again_gives_the_same_versions_and_a_rejection_releases_nothing(
    demo: Demo, operator: RestApi, approver: RestApi, first_run: dict[str, str]
) -> None:
    before, released = versions(demo, demo.month), demo.releases()
    assert before
    again = chain(
        operator, demo.month, operator.trigger(CHAIN[0], {"month": demo.month}), frozenset(first_run.values())
    )
    assert versions(demo, demo.month) == before
    dag, run_id = CHAIN[-1], again[CHAIN[-1]]
    decide(approver, dag, run_id, "Reject", "seen already")
    assert {task.task: task.state for task in operator.tasks(dag, run_id)}["publish"] == "skipped"
    assert demo.releases() == released


@pytest.mark.usefixtures("first_run")
def test_a_backfill_runs_an_earlier_month(demo: Demo, operator: RestApi) -> None:
    untouched = versions(demo, demo.month)
    operator.call(
        "POST",
        "/backfills",
        {
            "dag_id": CHAIN[0],
            "from_date": "2025-12-01T00:00:00Z",
            "to_date": "2025-12-31T00:00:00Z",
            "reprocess_behavior": "completed",
            "max_active_runs": 1,
            "run_backwards": False,
            "dag_run_conf": {},
        },
    )
    found = wait_for(
        lambda: [
            run["dag_run_id"]
            for run in operator.call("GET", f"/dags/{CHAIN[0]}/dagRuns", run_type="backfill")["dag_runs"]
        ],
        "backfill run",
    )
    assert operator.run(CHAIN[0], found[0])["partition_key"] == "2025-12"
    chain(operator, "2025-12", found[0])
    assert (demo.lake / "runs" / "2025-12" / "_latest.json").exists()
    assert {name: untouched[name] for name in versions(demo, demo.month) if name in untouched} == untouched
