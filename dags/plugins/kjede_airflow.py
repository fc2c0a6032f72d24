"""What the DAGs of Kjede share: assets, the form, the scope of a run, alerts and the four-eyes approval.

Airflow puts this folder on the import path (`plugins_folder`), so DAG files and task processes find it.
"""

import logging
import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any, TypedDict

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import (
    Asset,
    AssetWatcher,
    Context,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    Variable,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException
from kjede_landing import LandingTrigger

log = logging.getLogger(__name__)

LANDED = Asset(
    "kjede_landed", uri="kjede://landing", group="kjede", watchers=[AssetWatcher("landing", LandingTrigger())]
)
"""Deliveries lie complete in the landing folder or bucket and wait to be taken in."""
DELIVERIES = Asset("kjede_deliveries", uri="kjede://lake/raw", group="kjede")
"""A month's deliveries are in: typed rows with provenance, refused rows in quarantine."""
NETWORK = Asset("kjede_network", uri="kjede://lake/net", group="kjede")
"""A month's core tables, nodes, edges and scopes are published."""
FINDINGS = Asset("kjede_findings", uri="kjede://lake/out_flag", group="kjede")
"""A month's findings and cases are published."""
RELEASE = Asset("kjede_release", uri="kjede://lake/releases", group="kjede")
"""A directed release was approved and published."""

SCOPE_TASK = "scope"
"""First task of every run."""
ENGINE_POOL = "engine"
"""One slot: joins and detectors use every core they get."""

MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"
INSTANT_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$"


class Scope(TypedDict):
    """What a run is about; frozen by its first task, handed to every later one."""

    month: str
    as_of: str
    started_by: str


def form(**more: Param) -> dict[str, Param]:
    """The form a person fills in to start a run; scheduled and asset-triggered runs leave it empty.

    Args:
        more: Fields of one DAG, after month and as_of.
    """
    return {
        "month": Param(
            None,
            type=["null", "string"],
            pattern=MONTH_PATTERN,
            title="Month",
            description_md="`YYYY-MM`. Leave empty in a **backfill**: its dates give the months.",
            section="Scope",
        ),
        "as_of": Param(
            None,
            type=["null", "string"],
            pattern=INSTANT_PATTERN,
            title="As of",
            description_md="Only deliveries received up to it are seen, e.g. `2026-02-14T23:00:00Z`. "
            "Empty: the 15th of the following month, 00:00 in Oslo. May not lie in the future.",
            section="Scope",
        ),
        **more,
    }


@task(task_id=SCOPE_TASK)
def resolve_scope() -> Scope:
    """Month, as_of and the person behind a run, from its form, its partition or the asset event before it.

    Raises:
        AirflowFailException: The run names no month, or two.
        UsageError: The as_of cannot be read or lies in the future.
    """
    from jobs import pipeline

    context = get_current_context()
    dag_run, params, announced = context["dag_run"], context["params"], _announcement(context)
    months = {m for m in (params.get("month"), dag_run.partition_key, announced.get("month")) if m}
    if len(months) != 1:
        raise AirflowFailException(
            f"One month is needed, given: {sorted(months) or 'none'}. Fill in the form's Month, "
            "or leave it empty in a backfill."
        )
    run = pipeline.run_of(months.pop(), params.get("as_of") or announced.get("as_of"))
    scope = Scope(
        month=run.month,
        as_of=run.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        started_by=dag_run.triggering_user_name or announced.get("started_by") or "schedule",
    )
    log.info("month %(month)s, as of %(as_of)s, started by %(started_by)s", scope)
    return scope


def _announcement(context: Context) -> Mapping[str, Any]:
    """What the newest asset event behind this run says about itself; empty for a run with a form."""
    events = [event for group in context["triggering_asset_events"].values() for event in group]
    newest: Mapping[str, Any] = max(events, key=lambda event: event.timestamp).extra if events else {}
    return newest


def announce(asset: Asset, scope: Scope, result: Mapping[str, Any]) -> None:
    """Publish the asset event of a month, with what the next DAG and a reader of the UI need.

    Args:
        asset: What was brought up to date.
        scope: Scope of the run.
        result: What the job reported: rows, digest, verdict.
    """
    event = get_current_context()["outlet_events"][asset]
    extra: dict[str, Any] = {**result, **scope, "version": version("kjede")}
    event.extra = extra
    event.add_partitions(scope["month"])


def warn_of_stale_months() -> list[str]:
    """Months whose published run no longer sees all its deliveries, each named in the log."""
    from jobs import pipeline

    stale = pipeline.stale_months()
    for month in stale:
        log.warning(
            "stale month %s, run it again with a later as of: %s", month["month"], "; ".join(month["reasons"])
        )
    return [str(month["month"]) for month in stale]


def alert(context: Context) -> None:
    """Say which task failed: one line in the log, and a POST to the webhook where one is set.

    The message carries the kind of the error only; its text may name a record and stays in the task's log.
    """
    from jobs.settings import settings

    ti, run = context["ti"], context["dag_run"]
    message = {
        "dag": ti.dag_id,
        "task": ti.task_id,
        "map_index": ti.map_index,
        "run": run.run_id,
        "month": run.partition_key or context["params"].get("month"),
        "try": ti.try_number,
        "error": type(context.get("exception")).__name__,
        "log": ti.log_url,
    }
    log.error("task failed: %s", " ".join(f"{key}={value}" for key, value in message.items()))
    if webhook := settings().alert_webhook:
        import httpx

        httpx.post(webhook, json=message, timeout=10).raise_for_status()


def spawn_plain_processes(context: Context) -> None:
    """Let the processes that a job spawns start as plain Python.

    Each would otherwise run the main script of this process again, which is Airflow's, and fail: a task may
    not reach Airflow's database.
    """
    main = sys.modules["__main__"]
    main.__spec__ = None
    if hasattr(main, "__file__"):
        del main.__file__


DEFAULTS: dict[str, Any] = {
    "owner": "kjede",
    "retries": 2,
    "retry_delay": timedelta(seconds=20),
    # What was refused or is not permitted stays so; only the unexpected (a lost worker) is tried again.
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception=f"expectations.errors.{name}", action=RetryAction.FAIL, reason=f"{name}: final"
            )
            for name in ("DataRefused", "NotPermitted", "UsageError")
        ]
    ),
    "pre_execute": spawn_plain_processes,
    "on_failure_callback": alert,
}
"""Arguments of every task."""


class FourEyesApproval(ApprovalOperator):
    """Asks the approvers, never who started the chain of runs; Airflow refuses everyone else's answer.

    Approvers are the users named in the Airflow variable `kjede_approvers`, separated by commas.
    """

    def execute(self, context: Context) -> Any:
        """Assign the question, then wait for the answer."""
        started_by = context["ti"].xcom_pull(task_ids=SCOPE_TASK)["started_by"]
        named = Variable.get("kjede_approvers", default="approver").split(",")
        approvers = sorted({name.strip() for name in named} - {started_by, ""})
        if not approvers:
            raise AirflowFailException(f"{started_by} started this run and kjede_approvers names nobody else")
        self.assigned_users = [{"id": name, "name": name} for name in approvers]
        log.info("started by %s, waiting for %s", started_by, " or ".join(approvers))
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Log who answered what and why; a rejection skips the publication."""
        answer = super().execute_complete(context, event)
        who, why = answer["responded_by_user"]["id"], answer["params_input"].get("note") or "no reason given"
        log.info("%s by %s: %s", answer["chosen_options"][0], who, why)
        return answer
