"""How waiting deliveries are cut into tasks, and what a task does when one is refused."""

from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused
from jobs import arrivals
from jobs.ingest import intake
from jobs.ingest.delivery import DeliveryRef
from jobs.lake.lake import Lake
from jobs.pipeline import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "landing").mkdir()
    return Place(str(tmp_path / "landing"), str(tmp_path / "lake"))


def waiting(monkeypatch: pytest.MonkeyPatch, *found: tuple[str, str, int]) -> None:
    refs = [
        DeliveryRef(
            source=source,
            period="2026-01",
            delivery_id=name,
            place=f"{source}/{name}",
            envelope={},
            envelope_sha256="",
            bytes=size,
        )
        for source, name, size in found
    ]
    monkeypatch.setattr(intake, "pending", lambda *_, **__: refs)


def test_few_deliveries_get_a_task_each(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    waiting(monkeypatch, *(("kodelister", str(n), 1) for n in range(arrivals.MAPPED_DELIVERIES)))
    works = arrivals.pending_deliveries(place=place)
    assert [work["label"] for work in works] == [f"kodelister/{n}" for n in range(24)]
    assert works[3]["deliveries"] == [["kodelister", "3"]]


def test_a_backlog_gets_a_task_per_source_and_what_is_large_one_of_its_own(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    small = [("kodelister", str(n), 1) for n in range(arrivals.MAPPED_DELIVERIES - 1)]
    waiting(
        monkeypatch,
        *small,
        ("brreg_enheter", "a", arrivals.LARGE_BYTES),
        ("brreg_roller", "b", arrivals.LARGE_BYTES - 1),
    )
    assert {work["label"]: len(work["deliveries"]) for work in arrivals.pending_deliveries(place=place)} == {
        "brreg_enheter/a": 1,
        "brreg_roller/b": 1,
        "kodelister: 23 deliveries": 23,
    }


def test_nothing_waits(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    waiting(monkeypatch)
    assert arrivals.pending_deliveries(place=place) == []


def test_a_task_fails_by_a_refused_delivery_after_all_are_dealt_with(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    asked: list[Any] = []

    def landed(place: Place, **which: Any) -> dict[str, Any]:
        asked.append(which["only"])
        return {"refused": [{"delivery": "a/1", "message": "delivery_corrupt: a/1: bytes"}]}

    monkeypatch.setattr(arrivals, "ingest_landed", landed)
    with pytest.raises(DataRefused, match="delivery_corrupt: a/1"):
        arrivals.ingest_deliveries({"label": "a", "deliveries": [["a", "1"], ["a", "2"]]}, place)
    assert asked == [{("a", "1"), ("a", "2")}]


def test_what_a_dead_task_left_is_unsettled(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    works = [{"label": "", "deliveries": [["kodelister", "1"], ["brreg_roller", "2"]]}]
    waiting(monkeypatch, ("brreg_roller", "2", 1), ("brreg_roller", "3", 1))
    assert arrivals.unsettled(works, place) == ["brreg_roller/2"]
    waiting(monkeypatch)
    assert arrivals.unsettled(works, place) == []


def test_settling_finishes_purges_and_leaves_a_report_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    Lake.open(place.lake, create=True)
    monkeypatch.setattr(arrivals, "finish_purges", lambda place, always: {"state": "done"})
    told = arrivals.settle_intake([{"deliveries": [["kodelister", "1"]]}], "2026-01", place)
    assert (told["deliveries"], told["sources"], told["purge"]) == (1, ["kodelister"], "done")
    assert told["report"] == "2026-01/intake.html"
    page = arrivals.read_report(told["report"], place)
    assert page is not None
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert arrivals.reports(place) == ["2026-01/intake.html"]


@pytest.mark.parametrize(
    "key", ["../_lake.json", "none.html", "2026-01/../intake.html", "a/b/c/d/e.html", ""]
)
def test_only_reports_are_read(place: Place, key: str) -> None:
    Lake.open(place.lake, create=True)
    assert arrivals.read_report(key, place) is None
