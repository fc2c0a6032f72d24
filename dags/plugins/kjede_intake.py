"""The tasks of every DAG that takes deliveries in."""

from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException
from kjede_links import IntakeReport


@task(map_index_template="{{ work['label'] }}")
def ingest(work: dict[str, Any]) -> dict[str, Any]:
    """Take in the deliveries of one work list; fails, after the others are in, when one was refused."""
    from jobs import arrivals

    return arrivals.ingest_deliveries(work)


@task(trigger_rule="all_done")
def settle(works: list[dict[str, Any]], month: str | None) -> dict[str, Any]:
    """Finish what a deletion or a new address grading asks for, then write the intake report.

    A refused delivery does not stop the others; a task that died does.
    """
    from jobs import arrivals

    if left := arrivals.unsettled(works):
        raise AirflowFailException(f"neither taken in nor refused, clear their tasks: {', '.join(left)}")
    return arrivals.settle_intake(works, month)


def take_in(works: Any, month: Any = None) -> Any:
    """Take in each work list beside the others, then settle.

    Args:
        works: What an upstream task found.
        month: Month of the run, given by an upstream task; None where deliveries of any month come.
    """
    settled: Any = settle(works, month)
    settled.operator.operator_extra_links = (IntakeReport(),)
    ingest.expand(work=works) >> settled
    return settled
