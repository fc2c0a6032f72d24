"""What the DAGs share: scope, announcement, alert, approval."""

import json
import logging
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import kjede_airflow
import pytest
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowFailException
from kjede_airflow import NETWORK, FourEyesApproval, Scope, announce, resolve_scope

from expectations.errors import UsageError
from jobs import pipeline, settings

SCOPE = Scope(month="2026-01", as_of="2026-02-14T23:00:00Z", started_by="operator")


def context(
    *,
    form: dict[str, Any] | None = None,
    partition: str | None = None,
    user: str | None = None,
    events: list[Any] | None = None,
) -> dict[str, Any]:
    return {
        "params": {"month": None, "as_of": None} | (form or {}),
        "dag_run": SimpleNamespace(partition_key=partition, triggering_user_name=user, run_id="r1"),
        "triggering_asset_events": {"asset": events} if events else {},
    }


def resolve(monkeypatch: pytest.MonkeyPatch, **given: Any) -> Scope:
    monkeypatch.setattr(kjede_airflow, "get_current_context", lambda: context(**given))
    scope: Scope = resolve_scope.function()
    return scope


def event(month: str, as_of: str, started_by: str, minute: int) -> Any:
    extra = {"month": month, "as_of": as_of, "started_by": started_by}
    return SimpleNamespace(timestamp=datetime(2026, 3, 1, 0, minute, tzinfo=UTC), extra=extra)


def test_a_person_gives_the_month_and_the_default_as_of_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve(monkeypatch, form={"month": "2026-01"}, user="operator") == SCOPE


def test_a_backfill_or_schedule_gives_the_month_by_its_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve(monkeypatch, partition="2025-12") == {
        "month": "2025-12",
        "as_of": "2026-01-14T23:00:00Z",
        "started_by": "schedule",
    }


def test_the_newest_announcement_gives_as_of_and_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        event("2026-01", "2026-03-01T00:00:00Z", "ana", 2),
        event("2026-01", "2026-02-14T23:00:00Z", "bo", 1),
    ]
    assert resolve(monkeypatch, partition="2026-01", events=events) == {
        "month": "2026-01",
        "as_of": "2026-03-01T00:00:00Z",
        "started_by": "ana",
    }


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="no month at all"),
        pytest.param(
            {"form": {"month": "2026-01"}, "partition": "2025-12"}, id="a month in a backfill's form"
        ),
    ],
)
def test_one_month_is_needed(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]) -> None:
    with pytest.raises(AirflowFailException, match="One month is needed"):
        resolve(monkeypatch, **given)


def test_as_of_may_not_lie_in_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="future"):
        resolve(monkeypatch, form={"month": "2026-01", "as_of": "2999-01-01T00:00:00Z"})


def test_announce_tells_the_next_dag_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    partitions: list[str] = []
    outlet = SimpleNamespace(extra={}, add_partitions=partitions.append)
    monkeypatch.setattr(kjede_airflow, "get_current_context", lambda: {"outlet_events": {NETWORK: outlet}})
    monkeypatch.setattr(kjede_airflow, "version", lambda _: "1.2.3")
    announce(NETWORK, SCOPE, {"month": "2026-01", "as_of": "x", "digest": "d1", "verdict": "passed"})
    assert outlet.extra == {**SCOPE, "version": "1.2.3", "digest": "d1", "verdict": "passed"}
    assert partitions == ["2026-01"]


def test_stale_months_are_named_with_their_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stale = [{"month": "2025-12", "reasons": ["delivery 0009 arrived"]}]
    monkeypatch.setattr(pipeline, "stale_months", lambda: stale)
    with caplog.at_level(logging.WARNING):
        assert kjede_airflow.warn_of_stale_months() == ["2025-12"]
    assert "2025-12" in caplog.text
    assert "delivery 0009 arrived" in caplog.text


def failure() -> Any:
    ti = SimpleNamespace(
        dag_id="kjede_join", task_id="join", map_index=-1, try_number=3, log_url="http://x/log"
    )
    return context(partition="2026-01") | {"ti": ti, "exception": ValueError("the text of record 7")}


@pytest.mark.parametrize("webhook", ["", "http://alerts.test/hook"])
def test_alert_logs_and_posts_where_a_webhook_is_set(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, webhook: str
) -> None:
    sent: list[tuple[str, Any]] = []

    def post(url: str, **kwargs: Any) -> httpx.Response:
        sent.append((url, kwargs["json"]))
        return httpx.Response(204, request=httpx.Request("POST", url))

    monkeypatch.setattr(httpx, "post", post)
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(alert_webhook=webhook))
    with caplog.at_level(logging.ERROR):
        kjede_airflow.alert(failure())
    assert "dag=kjede_join task=join" in caplog.text
    assert [url for url, _ in sent] == ([webhook] if webhook else [])
    for _, message in sent:
        assert message["month"] == "2026-01"
        assert message["error"] == "ValueError"
    assert "record 7" not in caplog.text + json.dumps(sent)


def approval(monkeypatch: pytest.MonkeyPatch, *, approvers: str, started_by: str) -> FourEyesApproval:
    asked = FourEyesApproval(task_id="approve", subject="Release")
    monkeypatch.setattr(HITLOperator, "execute", lambda self, context: None)
    monkeypatch.setattr(Variable, "get", lambda name, default: approvers)
    ti: Any = SimpleNamespace(xcom_pull=lambda task_ids: {**SCOPE, "started_by": started_by})
    asked.execute({"ti": ti})
    return asked


def test_the_starter_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = approval(monkeypatch, approvers="approver, ana", started_by="ana")
    assert asked.assigned_users == [{"id": "approver", "name": "approver"}]


@pytest.mark.parametrize("approvers", ["ana", "", " , "])
def test_without_a_second_person_nothing_is_released(monkeypatch: pytest.MonkeyPatch, approvers: str) -> None:
    with pytest.raises(AirflowFailException, match="nobody else"):
        approval(monkeypatch, approvers=approvers, started_by="ana")
