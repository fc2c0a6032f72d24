"""### Directed release: cases → one recipient, after approval.

**What** Plans what one recipient may get (rows, columns, pseudonyms, legal basis), asks an approver, then
publishes the release and enters it in the ledger. **Nobody approves a run they started**: who started the
chain is remembered from the ingest run on, and Airflow refuses their answer.

**In** `out_flag__*` of the month. **Out** `releases/<recipient>/…`; the asset `kjede_release`.

**Schedule** after `kjede_flag`, once per month it announces. The run waits until someone answers.

**Approve** *Required Actions* on the home page → read the plan → *Approve* or *Reject*, with a reason.
Rejected: `publish` is skipped, the reason is in the log of `approve`, nothing leaves the lake.

**Run again** *Trigger* with month and recipient. **When it fails** `NotPermitted` names the missing basis.
"""

from typing import Any

from airflow.sdk import Param, PartitionedAssetTimetable, dag, task
from kjede_airflow import DEFAULTS, FINDINGS, RELEASE, FourEyesApproval, Scope, announce, form, resolve_scope

RECIPIENT = Param("skatteetaten", type="string", pattern="^[a-z_]+$", title="Recipient", section="Scope")


@dag(
    schedule=PartitionedAssetTimetable(assets=FINDINGS),
    params=form(recipient=RECIPIENT),
    default_args=DEFAULTS,
    catchup=False,
    doc_md=__doc__,
    tags=["layer/release", "tier/1"],
)
def kjede_release() -> None:
    @task
    def plan(scope: Scope, params: dict[str, Any]) -> dict[str, Any]:
        from jobs import pipeline

        return pipeline.plan_release(scope["month"], scope["as_of"], params["recipient"])

    @task(outlets=[RELEASE])
    def publish(scope: Scope, answer: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        from jobs import pipeline

        who, to = answer["responded_by_user"]["id"], params["recipient"]
        result = pipeline.publish_release(scope["month"], scope["as_of"], to, who, scope["started_by"])
        announce(RELEASE, scope, {**result, "recipient": to, "approved_by": who, **answer["params_input"]})
        return result

    when = resolve_scope()
    approve = FourEyesApproval(
        task_id="approve",
        subject="Release of {{ ti.xcom_pull('scope')['month'] }} to {{ params.recipient }}",
        body="{{ ti.xcom_pull('plan')['summary'] }}",
        params={"note": Param("", type="string", title="Reason")},
    )
    plan(when) >> approve
    publish(when, approve.output)


kjede_release()
