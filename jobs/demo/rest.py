"""Airflow's REST API as one user: start a run, follow it, answer a question."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from expectations.errors import KjedeError, NotPermitted

SETTLED = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task of a run, as it stands.

    Attributes:
        task: Task id.
        label: Map label in brackets, for example `[kontraktskjede]`; empty for an unmapped task.
        state: Airflow's state; empty before the scheduler saw it.
        seconds: Duration once ended.
    """

    task: str
    label: str
    state: str
    seconds: float | None


class RestApi:
    """A session of one user."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Log in.

        Args:
            url: Address of the API server.
            user: User name.
            password: Password.

        Raises:
            NotPermitted: Airflow refused the user.
        """
        token = httpx.post(
            f"{url}/auth/token", json={"username": user, "password": password}, timeout=30, trust_env=False
        )
        if token.status_code != httpx.codes.CREATED:
            raise NotPermitted(f"airflow: {user} was not let in ({token.status_code})")
        self._client = httpx.Client(
            base_url=f"{url}/api/v2",
            headers={"Authorization": f"Bearer {token.json()['access_token']}"},
            timeout=30,
            transport=httpx.HTTPTransport(retries=3),
            trust_env=False,  # it is on this machine; a proxy of the environment is not for it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(self, method: str, path: str, body: Any = None, **query: str | int) -> Any:
        """One request; the decoded answer.

        Args:
            method: GET, POST or PATCH.
            path: After `/api/v2`.
            body: JSON body.
            query: Query parameters.

        Raises:
            NotPermitted: 401 or 403.
            KjedeError: Every other refusal, with what Airflow says.
        """
        answer = self._client.request(method, path, json=body, params=query)
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise NotPermitted(f"airflow: {method} {path}: {answer.text[:300]}")
        if answer.is_error:
            raise KjedeError(f"airflow: {method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def dag_ids(self) -> set[str]:
        """DAGs that the DAG processor has read."""
        return {dag["dag_id"] for dag in self.call("GET", "/dags", limit=100)["dags"]}

    def make_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool unless it exists; a task in a missing pool would wait for ever without saying so.

        Args:
            name: Pool name.
            slots: Tasks that may run at once.
            description: Shown in the UI.
        """
        if name not in {pool["name"] for pool in self.call("GET", "/pools", limit=100)["pools"]}:
            pool = {"name": name, "slots": slots, "description": description, "include_deferred": False}
            self.call("POST", "/pools", pool)

    def import_errors(self) -> list[str]:
        """What is wrong with DAG files, one text per file."""
        errors = self.call("GET", "/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in errors]

    def trigger(self, dag: str, conf: dict[str, Any], run_id: str | None = None) -> str:
        """Start a run.

        Args:
            dag: DAG id.
            conf: The form's values.
            run_id: Name of the run; None lets Airflow choose one.

        Returns:
            The run id.
        """
        body = {"logical_date": None, "conf": conf, **({"dag_run_id": run_id} if run_id else {})}
        run: dict[str, str] = self.call("POST", f"/dags/{dag}/dagRuns", body)
        return run["dag_run_id"]

    def run_after(self, dag: str, since: str, month: str) -> str | None:
        """The run of a DAG that an asset event of the month started; None while there is none.

        Args:
            dag: DAG id.
            since: Earliest start, ISO instant.
            month: Partition key.
        """
        runs = self.call("GET", f"/dags/{dag}/dagRuns", run_after_gte=since, order_by="-run_after", limit=20)[
            "dag_runs"
        ]
        return next((run["dag_run_id"] for run in runs if run["partition_key"] == month), None)

    def run(self, dag: str, run_id: str) -> dict[str, Any]:
        """State, dates and parameters of a run.

        Args:
            dag: DAG id.
            run_id: Run id.
        """
        found: dict[str, Any] = self.call("GET", f"/dags/{dag}/dagRuns/{run_id}")
        return found

    def tasks(self, dag: str, run_id: str) -> Iterator[TaskState]:
        """Every task of a run.

        Args:
            dag: DAG id.
            run_id: Run id.
        """
        for task in self.call("GET", f"/dags/{dag}/dagRuns/{run_id}/taskInstances", limit=100)[
            "task_instances"
        ]:
            mapped = task["map_index"] >= 0
            label = f"[{task.get('rendered_map_index') or task['map_index']}]" if mapped else ""
            yield TaskState(task["task_id"], label, task["state"] or "", task["duration"])

    def question(self, dag: str, run_id: str, task: str) -> dict[str, Any] | None:
        """The question of a task that waits for an answer; None while nothing is asked.

        Airflow may still be ending the process that asked; an answer within that second ends the process that
        resumes too, and the question is asked again. So a question is passed on when it is `SETTLED` old.

        Args:
            dag: DAG id.
            run_id: Run id.
            task: Task id.
        """
        for question in self.call("GET", f"/dags/{dag}/dagRuns/{run_id}/hitlDetails")["hitl_details"]:
            age = datetime.now(UTC) - datetime.fromisoformat(question["created_at"])
            own = question["task_instance"]["task_id"] == task
            if own and not question["response_received"] and age > SETTLED:
                found: dict[str, Any] = question
                return found
        return None

    def answer(self, dag: str, run_id: str, task: str, *, choice: str, note: str) -> None:
        """Answer the question of a task.

        Args:
            dag: DAG id.
            run_id: Run id.
            task: Task id.
            choice: `Approve` or `Reject`.
            note: Reason or note, kept with the answer.

        Raises:
            NotPermitted: This user is not among those who were asked.
        """
        self.call(
            "PATCH",
            f"/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/-1/hitlDetails",
            {"chosen_options": [choice], "params_input": {"note": note}},
        )
