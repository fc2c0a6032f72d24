"""Links from tasks to the pages that tell what they did."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey

REPORTS = "/kjede/reports"
"""Where the pages lie below the address of the UI."""


class _ReportLink(BaseOperatorLink):
    """A link to the report that a task named in its result."""

    def get_link(self, operator: Any, *, ti_key: "TaskInstanceKey") -> str:
        """Address of the page, below the UI's own; the list of all where the task made none."""
        instance: Any = ti_key  # Airflow hands over the running task instance
        result = instance.xcom_pull(task_ids=operator.task_id) or {}
        return f"{REPORTS}/{result.get('report', '')}"


class IntakeReport(_ReportLink):
    """What came in, what was refused and why."""

    name = "Intake report"


class QualityReport(_ReportLink):
    """What the rules found in the published run."""

    name = "Quality report"
