"""The watch on the landing zone, and the links to reports."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from kjede_landing import LandingTrigger
from kjede_links import IntakeReport, QualityReport

from jobs import arrivals


def works(*names: str) -> list[dict[str, Any]]:
    return [{"label": name, "deliveries": [name.split("/")]} for name in names]


def events(monkeypatch: pytest.MonkeyPatch, looks: list[list[dict[str, Any]]]) -> list[Any]:
    """What the trigger tells while the landing zone goes through these states."""
    left = iter(looks)

    class Over(Exception):
        pass

    def look() -> list[dict[str, Any]]:
        found = next(left, None)
        if found is None:
            raise Over
        return found

    monkeypatch.setattr(arrivals, "pending_deliveries", look)

    async def told() -> list[Any]:
        found = []
        with pytest.raises(Over):  # noqa: PT012 - the loop ends by it
            async for event in LandingTrigger(look_every=0).run():
                found.append(event.payload)
        return found

    return asyncio.run(told())


def test_each_new_delivery_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = "brreg_enheter/1", "kontraktskjede/2"
    assert events(monkeypatch, [works(), works(a), works(a), works(a, b), works(b), works()]) == [
        {"deliveries": 1, "sources": ["brreg_enheter"]},
        {"deliveries": 2, "sources": ["brreg_enheter", "kontraktskjede"]},
    ]


def test_what_comes_back_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    a = "brreg_enheter/1"
    assert len(events(monkeypatch, [works(a), works(), works(a)])) == 2


def test_the_triggerer_can_make_the_watch_again() -> None:
    path, arguments = LandingTrigger(look_every=7).serialize()
    assert path == "kjede_landing.LandingTrigger"
    assert LandingTrigger(**arguments).look_every == 7


@pytest.mark.parametrize(
    ("result", "address"),
    [({"report": "2026-01/intake.html"}, "/kjede/reports/2026-01/intake.html"), (None, "/kjede/reports/")],
)
def test_a_link_leads_to_the_report_that_the_task_named(result: Any, address: str) -> None:
    instance: Any = SimpleNamespace(xcom_pull=lambda task_ids: {"settle": result}[task_ids])
    operator = SimpleNamespace(task_id="settle")
    assert IntakeReport().get_link(operator, ti_key=instance) == address
    assert QualityReport().get_link(operator, ti_key=instance) == address
    assert (IntakeReport().name, QualityReport().name) == ("Intake report", "Quality report")
