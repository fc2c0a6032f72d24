"""The demonstration: a synthetic county, from its deliveries to an approved release, in a real Airflow."""

import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.errors import KjedeError, UsageError
from jobs.demo.instance import Airflow, shipped
from jobs.demo.rest import RestApi, TaskState

if TYPE_CHECKING:
    from rich.console import Console

CHAIN = ("kjede_ingest", "kjede_join", "kjede_flag", "kjede_release")
"""DAGs in the order in which their assets start them."""
RECIPIENT = "skatteetaten"
NOTE = "Synthetic data, demonstration."
POOL = ("engine", 1, "Joins and detectors: one at a time")
ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}
WAIT_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What is shown and where.

    Attributes:
        home: Folder for everything, see the properties.
        firms: Size of the synthetic county.
        months: Months of history.
        seed: Seed of the generator.
        month: Month that is evaluated, the last of the history.
    """

    home: Path
    firms: int = 2000
    months: int = 13
    seed: int = 1
    month: str = "2026-01"

    @property
    def folder(self) -> Path:
        """Data of the demonstration."""
        return self.home / "demo"

    @property
    def county(self) -> Path:
        """The synthetic county: landing folder and truth."""
        return self.folder / "county"

    @property
    def landing(self) -> Path:
        """Deliveries."""
        return self.county / "landing"

    @property
    def truth(self) -> Path:
        """What was planted."""
        return self.county / "truth"

    @property
    def lake(self) -> Path:
        """The lake."""
        return self.folder / "lake"

    @property
    def dossiers(self) -> Path:
        """HTML dossiers and the list of cases."""
        return self.folder / "dossiers"

    def releases(self) -> list[Path]:
        """Folders of the releases of the month, the newest last."""
        found = (self.lake / "releases" / RECIPIENT).glob(f"{self.month}-*")
        return sorted(found, key=lambda folder: folder.stat().st_mtime)

    def airflow(self) -> Airflow:
        """The Airflow of this folder, whose tasks see the demonstration's landing folder and lake."""
        variables = {
            "KJEDE_HOME": str(self.folder.resolve()),
            "KJEDE_LANDING": str(self.landing.resolve()),
            "KJEDE_LAKE": str(self.lake.resolve()),
        }
        return Airflow(self.home / "airflow", variables)

    def synthesis(self) -> str:
        """What the county depends on: its size, its seed and the generator's code."""
        made_by = _digest_of(Path(__file__).parents[1] / "synth")
        return f"{self.firms} {self.months} {self.seed} {self.month} {made_by}"

    def state(self) -> dict[str, str]:
        """What the result depends on; a demonstration with the same state need not be run again."""
        code = [_digest_of(Path(__file__).parents[2] / room) for room in ("jobs", "graph", "expectations")]
        return {"synthesis": self.synthesis(), "code": " ".join([*code, _digest_of(shipped("dags"))])}

    def is_done(self) -> bool:
        """Whether this demonstration was the last one here, and its run and release are still there."""
        return (
            self._read("done.json") == self.state()
            and (self.lake / "runs" / self.month / "_latest.json").exists()
            and bool(self.releases())
        )

    def note(self, name: str, content: object) -> None:
        """Remember something beside the data.

        Args:
            name: File name.
            content: Anything JSON can hold.
        """
        (self.folder / name).write_text(json.dumps(content, indent=1))

    def _read(self, name: str) -> object:
        try:
            return json.loads((self.folder / name).read_text())
        except (OSError, ValueError):
            return None

    def has_county(self) -> bool:
        """Whether the deliveries that this demonstration needs have been made."""
        return self._read("county.json") == self.synthesis()


def run_demo(demo: Demo, console: "Console") -> None:
    """The whole demonstration; ends with everything published, or with an error that says where to look.

    Args:
        demo: What and where.
        console: Where progress goes.

    Raises:
        KjedeError: A run failed.
    """
    with _alone(demo):
        _run(demo, console)


@contextmanager
def _alone(demo: Demo) -> Iterator[None]:
    """Hold the folder: a second demonstration in it would remove the county under the first.

    Raises:
        UsageError: Another one holds it.
    """
    demo.folder.mkdir(parents=True, exist_ok=True)
    with (demo.folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another demonstration is running in {demo.folder}") from None
        yield


def _run(demo: Demo, console: "Console") -> None:
    state = demo.state()
    (demo.folder / "done.json").unlink(missing_ok=True)
    airflow = demo.airflow()
    with (
        serving(airflow, console, meanwhile=lambda: _make_county(demo, console)),
        airflow.as_user("operator") as operator,
        airflow.as_user("approver") as approver,
    ):
        _drive(demo, operator, approver, console)
    _write_dossiers(demo, console)
    demo.note("done.json", state)


def _make_county(demo: Demo, console: "Console") -> None:
    if demo.has_county():
        _say(console, f"Synthetic county: {demo.firms} firms, {demo.months} months, already there")
        return
    from jobs.synth.generate import generate

    with step(f"Synthetic county: {demo.firms} firms, {demo.months} months", console):
        # A lake that took in other deliveries would refuse to take these under the same ids.
        for folder in (demo.county, demo.lake, demo.dossiers):
            shutil.rmtree(folder, ignore_errors=True)
        generate(
            demo.county,
            firms=demo.firms,
            months=demo.months,
            seed=demo.seed,
            last_month=demo.month,
        )
        demo.note("county.json", demo.synthesis())


@contextmanager
def serving(
    airflow: Airflow, console: "Console", meanwhile: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """An Airflow that serves; one that was up already is left up.

    Args:
        airflow: It.
        console: Where progress goes.
        meanwhile: Done while it starts.
    """
    with airflow.stopped_afterwards():
        with ThreadPoolExecutor(1) as pool:
            starting = pool.submit(airflow.start)
            meanwhile()
            with step("Airflow: database, API server, scheduler, DAG processor, triggerer", console):
                starting.result()
                for _ in airflow.wait_until_healthy():
                    pass
        _say(console, f"  UI: {airflow.url}")
        _say(console, f"  users operator and approver; passwords in {airflow.passwords_file}")
        yield


def _drive(demo: Demo, operator: RestApi, approver: RestApi, console: "Console") -> None:
    """Start the chain as operator, follow it from DAG to DAG, and answer as approver."""
    _await_dags(operator)
    operator.make_pool(*POOL)
    now = datetime.now(UTC)
    since = now.isoformat()
    name = f"demo__{demo.month}__{now:%Y%m%dT%H%M%S}"
    run_id: str | None = operator.trigger(CHAIN[0], {"month": demo.month}, name)
    _say(console, f"Month {demo.month}: {CHAIN[0]} started by operator; the others follow by their assets")
    for dag in CHAIN:
        end = time.monotonic() + WAIT_SECONDS
        while run_id is None:
            run_id = operator.run_after(dag, since, demo.month)
            _pause(end, f"{dag} was not started by its asset")
        _follow(dag, run_id, operator, approver, console)
        run_id = None


def _await_dags(api: RestApi) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while missing := set(CHAIN) - api.dag_ids():
        if errors := api.import_errors():
            raise KjedeError("airflow could not read a DAG file:\n" + "\n".join(errors))
        _pause(end, f"DAGs not found: {sorted(missing)}")


def _follow(dag: str, run_id: str, operator: RestApi, approver: RestApi, console: "Console") -> None:
    """Print every task as it ends, until the run ends.

    Raises:
        KjedeError: The run failed; names its tasks.
    """
    shown: set[tuple[str, str]] = set()
    end = time.monotonic() + WAIT_SECONDS
    with console.status(dag) as status:
        while True:
            state = operator.run(dag, run_id)["state"]
            tasks = list(operator.tasks(dag, run_id))
            for task in tasks:
                if task.state in ENDED and (task.task, task.label) not in shown:
                    shown.add((task.task, task.label))
                    _say(console, _line(dag, task))
            status.update(f"{dag}: " + ", ".join(f"{t.task}{t.label}" for t in tasks if t.state == "running"))
            if state == "success":
                return
            if state == "failed":
                failed = ", ".join(f"{t.task}{t.label}" for t in tasks if t.state == "failed")
                raise KjedeError(f"{dag} run {run_id} failed in {failed}; `kjede serve` shows the logs")
            if any(task.state in ("awaiting_input", "deferred") for task in tasks):
                _approve(dag, run_id, approver, console)
            _pause(end, f"{dag} run {run_id} is still {state}")


def _approve(dag: str, run_id: str, approver: RestApi, console: "Console") -> None:
    question = approver.question(dag, run_id, "approve")
    if question is None:
        return
    approver.answer(dag, run_id, "approve", choice="Approve", note=NOTE)
    _say(console, f"  {dag:<14} approver approved: {question['subject']} ({NOTE})")


def _line(dag: str, task: TaskState) -> str:
    mark = {"success": "✓", "skipped": "-"}.get(task.state, "✗")
    seconds = "" if task.seconds is None else f"{task.seconds:6.1f} s"
    return f"  {dag:<14} {mark} {task.task + task.label:<44} {seconds}"


def _pause(end: float, otherwise: str) -> None:
    """Wait a little, or say why the wait was in vain.

    Raises:
        KjedeError: The time is up.
    """
    if time.monotonic() > end:
        raise KjedeError(f"airflow: {otherwise} after {WAIT_SECONDS} s")
    time.sleep(0.7)


def _write_dossiers(demo: Demo, console: "Console") -> None:
    from jobs.cases.questions import case_ids
    from jobs.dossier.write import write_dossiers, write_workbook
    from jobs.flag.run_reader import RunReader
    from jobs.lake.lake import Lake

    with step("Dossiers and list of cases", console):
        reader = RunReader.open(Lake.open(str(demo.lake), create=False), demo.month)
        write_dossiers(reader, demo.dossiers, case_ids(reader, None))
        write_workbook(reader, demo.dossiers / f"saker_{demo.month}.xlsx")


@contextmanager
def step(what: str, console: "Console") -> Iterator[None]:
    """Say what is being done while it is done, and how long it took.

    Args:
        what: What is being done.
        console: Where to say it.
    """
    started = time.monotonic()
    if not console.is_terminal:
        _say(console, f"{what} …")
    with console.status(what):
        yield
    _say(console, f"{what}: {time.monotonic() - started:.1f} s")


def _say(console: "Console", text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _digest_of(folder: Path) -> str:
    """Digest of the source files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and path.parent.name != "__pycache__":
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
