"""Every client of an open API in a real Airflow, against a local server that answers as the APIs do."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from jobs.demo.instance import Airflow
from jobs.demo.rest import RestApi
from jobs.ingest.fetchers import FETCHERS
from jobs.keys import KeyRing
from jobs.lake.lake import Lake
from jobs.pipeline import Place, run_month
from tests.replay import brreg, doffin
from tests.replay.server import Replay, serve_all

pytestmark = [pytest.mark.integration, pytest.mark.airflow, pytest.mark.timeout(900)]
WAIT_SECONDS = 420
GIVES = {
    "brreg": {"brreg_enheter", "brreg_underenheter", "brreg_roller"},
    "brreg_oppdateringer": {"brreg_oppdateringer", "brreg_enheter"},
    "arbeidstilsynet": {"arbeidstilsynet_registre"},
    "kartverket": {"kartverket_matrikkel"},
    "doffin": {"doffin_kunngjoringer"},
    "klass": {"kodelister"},
}
"""Sources that the first run of each client lands here."""


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with Replay() as server:
        serve_all(server)
        yield server


@pytest.fixture(scope="module")
def register(replay: Replay) -> brreg.Brreg:
    return brreg.routes(replay)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    home = tmp_path_factory.mktemp("fetch")
    (home / "landing").mkdir()
    KeyRing.create(home / "keys.json")
    return Place(str(home / "landing"), str(home / "lake"))


@pytest.fixture(scope="module")
def api(place: Place, replay: Replay, register: brreg.Brreg) -> Iterator[RestApi]:
    home = Path(place.lake).parent
    names = ("BRREG", "ARBEIDSTILSYNET", "KARTVERKET", "DOFFIN", "KLASS")
    variables = {
        "KJEDE_HOME": str(home),
        "KJEDE_LANDING": place.landing,
        "KJEDE_LAKE": place.lake,
        "KJEDE_DOFFIN_KEY": doffin.KEY,
        **{f"KJEDE_{name}_URL": replay.url for name in names},
    }
    instance = Airflow(home / "airflow", variables)
    with instance.stopped_afterwards():
        instance.start()
        for _ in instance.wait_until_healthy():
            pass
        with instance.as_user("operator") as session:
            wait_for(lambda: dag_of("klass") in session.dag_ids() or session.import_errors(), "DAGs")
            assert session.import_errors() == []
            yield session


def dag_of(name: str) -> str:
    return f"kjede_fetch_{name}"


def wait_for(found: Any, what: str) -> Any:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.5)
    pytest.fail(f"{what} not there after {WAIT_SECONDS} s")


def start(api: RestApi, name: str) -> str:
    dag = dag_of(name)
    api.call("PATCH", f"/dags/{dag}", {"is_paused": False})
    run_id: str = api.call("POST", f"/dags/{dag}/dagRuns", {"logical_date": None, "conf": {}})["dag_run_id"]
    return run_id


def finish(api: RestApi, name: str, run_id: str) -> dict[str, list[str]]:
    """Labels of the mapped tasks of a run, and states of the others."""
    dag = dag_of(name)
    state = wait_for(
        lambda: s if (s := api.run(dag, run_id)["state"]) in ("success", "failed") else None, f"end of {dag}"
    )
    tasks = api.tasks(dag, run_id)
    assert state == "success", [task for task in tasks if task.state != "success"]
    found: dict[str, list[str]] = {}
    for task in tasks:
        found.setdefault(task.task, []).append(task.label.strip("[]") or task.state)
    return found


def landed(api: RestApi, name: str) -> list[list[str]]:
    """Source and delivery id of everything that the runs of a client took in so far.

    A DAG that is switched on soon after the time of its schedule makes that run up first.
    """
    runs = [run["dag_run_id"] for run in api.call("GET", f"/dags/{dag_of(name)}/dagRuns")["dag_runs"]]
    labels = [label for run_id in runs for label in finish(api, name, run_id).get("ingest", [])]
    return [label.split("/") for label in labels if label != "skipped"]


@pytest.fixture(scope="module")
def first(api: RestApi, register: brreg.Brreg) -> dict[str, list[list[str]]]:
    """What each client landed first; for the feed of changes, one change since the whole register."""
    finish(api, "brreg", start(api, "brreg"))
    register.change("enheter", changed(register), navn="NYTT NAVN AS")
    begun = {name: start(api, name) for name in FETCHERS if name != "brreg"}
    for name, run_id in begun.items():
        finish(api, name, run_id)
    return {name: landed(api, name) for name in FETCHERS}


def changed(register: brreg.Brreg) -> str:
    return min(register.records["enheter"])


def removed(register: brreg.Brreg) -> str:
    return max(register.records["roller"])


@pytest.mark.parametrize("name", sorted(FETCHERS))
def test_a_client_lands_what_is_new_and_it_is_taken_in(
    place: Place, first: dict[str, list[list[str]]], name: str
) -> None:
    assert {source for source, _ in first[name]} == GIVES[name]
    lake = Lake.open(place.lake, create=False)
    for source, delivery_id in first[name]:
        receipt = lake.deliveries.receipt(source, delivery_id)
        assert receipt is not None
        counts = receipt["dispositions"]
        assert counts["in"] == counts["accepted"] > 0, (source, counts)


@pytest.mark.usefixtures("first")
def test_nothing_new_lands_nothing(api: RestApi) -> None:
    again = finish(api, "klass", start(api, "klass"))
    assert again.get("ingest", ["skipped"]) == ["skipped"]
    assert again["settle"] == ["success"]


@pytest.mark.usefixtures("first")
def test_a_unit_that_the_register_removed_is_gone_from_every_table(
    api: RestApi, place: Place, register: brreg.Brreg
) -> None:
    gone, stays = removed(register), changed(register)
    now = datetime.now(UTC).replace(microsecond=0)
    month = brreg.FIRST.strftime("%Y-%m")
    run_month(month, now.isoformat(), place)
    before = Lake.open(place.lake, create=False).runs.resolve(month)
    holding = tables_with(place, gone)
    assert {"raw_brreg_enheter__units", "raw_brreg_roller__roles", "core_org__organisations"} <= holding
    assert "core_org__organisations" in tables_with(place, stays)
    register.remove("enheter", gone)
    finish(api, "brreg_oppdateringer", start(api, "brreg_oppdateringer"))
    assert tables_with(place, gone) == set()
    assert "core_org__organisations" in tables_with(place, stays)
    after = Lake.open(place.lake, create=False).runs.resolve(month)
    assert (after.run, after.run_id == before.run_id) == (before.run, False)


def tables_with(place: Place, value: str) -> set[str]:
    """Names of the tables of which any stored version holds a value anywhere."""
    found = Path(place.lake).rglob("*.parquet")
    return {
        path.relative_to(place.lake).parts[1]
        for path in found
        if value in str(pq.ParquetFile(path).read().to_pylist())
    }
