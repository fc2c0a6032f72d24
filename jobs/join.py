"""The join job: from the deliveries a month may see to its core tables and its network.

Each step reads stored versions and writes one. A version that its inputs and the present code have made
before is carried without starting the engine. Monthly reports are made for every month of the window whose
visible reports have changed, and carried for the rest.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql import DataFrame

from expectations.dataset import Dataset
from expectations.errors import KjedeError
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_amelding import RECIPIENTS
from expectations.tables_raw_housing import RESIDENTS
from jobs.core.rows import delivered
from jobs.core.visible import RawInput, delivery_table, usable
from jobs.engine import Engine, open_engine
from jobs.ingest.purge import protected_persons
from jobs.lake.deliveries import RawRef, instant
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import PublishedRun, Run
from jobs.link import judgements
from jobs.months import window
from jobs.plan.step import Step
from jobs.plan.steps import STEPS

log = logging.getLogger(__name__)

Progress = Callable[[str], None]
_Month = tuple[str, dict[str, list[RawRef]], dict[str, str]]
"""A month to make: its deliveries by argument, and the parameters of its version."""

SHIELDED = {RESIDENTS.name: "resident_token"}
"""Raw rows that place a person without saying whether the address is protected, and who the person is."""

ROWS_AT_ONCE = 6_000_000
"""Raw rows of monthly reports that one job of the engine takes, so that a whole country fits in memory."""


def run(
    lake: Lake, run: Run, *, engine: str = "sail", progress: Progress = log.info
) -> tuple[list[TableRef], list[RawRef]]:
    """Make the core and network tables of a month, and the employments and pay of its window.

    Args:
        lake: Lake with the deliveries.
        run: Month and as_of.
        engine: Engine setting; started only when something must be computed.
        progress: Told what is being made.

    Returns:
        Versions made or carried, and the deliveries they rest on.
    """
    with ExitStack() as stack:
        job = _Join(lake, run.month, run.as_of, lambda: stack.enter_context(open_engine(engine)), progress)
        for step in STEPS:
            if step.by_month:
                job.make_months(step)
            else:
                job.make(step)
    return sorted(job.made, key=lambda ref: (ref.table, ref.partition)), job.deliveries()


@contextmanager
def inputs_of(
    lake: Lake, published: PublishedRun, dataset: Dataset, *, engine: str = "sail"
) -> Iterator[dict[str, DataFrame]]:
    """What a table of a published run was made of, while the engine runs.

    Args:
        lake: Lake.
        published: The run.
        dataset: Table of the evaluated month.
        engine: Engine setting.

    Yields:
        Frames by argument of the table's transform.
    """
    (step,) = (step for step in STEPS if step.dataset.name == dataset.name)
    month, as_of = published.run.month, published.run.as_of
    with open_engine(engine) as session:
        job = _Join(lake, month, as_of, lambda: session, log.debug)
        job.made.extend(published.tables)
        yield job.frames(step)


def rows_of(make: Callable[[], DataFrame | pa.Table], what: str, *, again: bool = True) -> pa.Table:
    """What a step makes, asked for a second time if the engine broke off.

    A connection that breaks or a job that is dropped says nothing of the step, and the same inputs give the
    same rows. What is wrong with a step itself (a column, a type, a value) comes as another exception.

    Args:
        make: Builds the rows; a frame is computed here.
        what: Table and months, for messages.
        again: Ask a second time.

    Raises:
        KjedeError: The engine broke off both times.
    """
    try:
        made = make()
        return made if isinstance(made, pa.Table) else made.toArrow()
    except SparkConnectGrpcException as problem:
        if type(problem) is not SparkConnectGrpcException:
            raise
        if not again:
            raise KjedeError(f"join {what}: the engine broke off twice: {problem}") from problem
        log.warning("join %s: the engine broke off and is asked once more: %s", what, problem)
    return rows_of(make, what, again=False)


class _Join:
    """One run of the job: what is visible, what has been made so far, and the engine once it is needed."""

    def __init__(
        self, lake: Lake, month: str, as_of: datetime, start: Callable[[], Engine], progress: Progress
    ) -> None:
        self.made: list[TableRef] = []
        self._lake = lake
        self._month = month
        self._start = start
        self._progress = progress
        self._running: Engine | None = None
        self._visible = _by_table(lake, as_of)
        self._used: dict[str, RawRef] = {}
        self._files: dict[str, list[str]] = {}
        self._protected = protected_persons(lake)
        self._judgements = judgements.table(judgements.known_at(lake, as_of))

    def deliveries(self) -> list[RawRef]:
        """Deliveries that were used, in order of id."""
        return [self._used[key] for key in sorted(self._used)]

    def make(self, step: Step) -> None:
        """Make or carry a table of the evaluated month."""
        raw = {name: self._select(raw_input, self._month) for name, raw_input in step.raw.items()}
        tables = {name: self._refs(dataset, name in step.window) for name, dataset in step.tables.items()}
        inputs = _ids(raw) + [ref.id for refs in tables.values() for ref in refs]
        is_shielded = any(raw_input.dataset.name in SHIELDED for raw_input in step.raw.values())
        # Who is protected decides what the table holds, whenever the protection became known.
        parameters = {"protected": _digest(self._protected)} if is_shielded else {}
        if step.judged:
            parameters["judgements"] = _digest(self._judgements["judgement_id"].to_pylist())
        found = self._lake.find(step.dataset, partition=self._month, inputs=inputs, parameters=parameters)
        if found is None:
            started = self._begin(step.dataset, self._month)
            more = {"settle": self._engine().settled} if step.settles else {}

            def transformed() -> DataFrame | pa.Table:
                return step.transform(**self.frames(step), **more, month=self._month)

            rows = rows_of(transformed, f"{step.dataset.name} {self._month}")
            found = self._lake.publish(
                step.dataset, rows, partition=self._month, inputs=inputs, parameters=parameters
            )
            _told(found, _rows(raw) + sum(ref.rows for refs in tables.values() for ref in refs), started)
        self.made.append(found)

    def frames(self, step: Step) -> dict[str, DataFrame]:
        """What a table of the month is made of, by argument; tables made earlier must be in `made`."""
        raw = {name: self._select(raw_input, self._month) for name, raw_input in step.raw.items()}
        tables = {name: self._refs(dataset, name in step.window) for name, dataset in step.tables.items()}
        frames = {name: self._raw(step.raw[name], refs) for name, refs in raw.items()}
        frames |= {name: self._table(step.tables[name], refs) for name, refs in tables.items()}
        if step.judged:
            frames["judgements"] = self._engine().frame(self._judgements)
        return frames

    def make_months(self, step: Step) -> None:
        """Make or carry a table for every month of the window, as few jobs of the engine as memory allows."""
        links = self._refs(PERSON_LINKS, whole_window=False)
        missing: list[_Month] = []
        for month in window(self._month):
            raw = {name: self._select(raw_input, month) for name, raw_input in step.raw.items()}
            parameters = {"person_links": self._digest_of_links(links, month)}
            found = self._lake.find(step.dataset, partition=month, inputs=_ids(raw), parameters=parameters)
            if found is None:
                missing.append((month, raw, parameters))
            else:
                self.made.append(found)
        for batch in _batches(missing):
            months = [month for month, _, _ in batch]
            started = self._begin(step.dataset, f"{months[0]} to {months[-1]}")
            merged = {name: _merged([raw[name] for _, raw, _ in batch]) for name in step.raw}
            frames = {name: self._raw(step.raw[name], refs) for name, refs in merged.items()}
            frames["person_links"] = self._table(PERSON_LINKS, links)
            transformed = partial(step.transform, **frames, months=months)
            rows = rows_of(transformed, f"{step.dataset.name} {months[0]} to {months[-1]}")
            for month, raw, parameters in batch:
                own = rows.filter(pc.equal(rows["month"], month))
                made = self._lake.publish(
                    step.dataset, own, partition=month, inputs=_ids(raw), parameters=parameters
                )
                self.made.append(made)
                _told(made, _rows(raw), started)

    def _begin(self, dataset: Dataset, what: str) -> float:
        self._progress(f"join {dataset.name} {what}")
        return time.monotonic()

    def _select(self, raw_input: RawInput, month: str) -> list[RawRef]:
        chosen = usable(self._visible.get(raw_input.dataset.name, []), raw_input, month)
        self._used |= {ref.id: ref for ref in chosen}
        return chosen

    def _refs(self, dataset: Dataset, whole_window: bool) -> list[TableRef]:
        months = window(self._month) if whole_window else [self._month]
        return [
            ref
            for month in months
            for ref in self.made
            if (ref.table, ref.partition) == (dataset.name, month)
        ]

    def _engine(self) -> Engine:
        if self._running is None:
            self._running = self._start()
        return self._running

    def _raw(self, raw_input: RawInput, refs: Sequence[RawRef]) -> DataFrame:
        engine = self._engine()
        rows = engine.read(raw_input.dataset, self._paths([ref.ref for ref in refs if ref.ref.rows]))
        if self._protected and raw_input.dataset.name in SHIELDED:
            person = SHIELDED[raw_input.dataset.name]
            hidden = engine.frame(pa.table({person: self._protected}))
            rows = rows.join(hidden, person, "left_anti").select(*raw_input.dataset.names)
        return delivered(rows, raw_input.dataset, engine.frame(delivery_table(refs)))

    def _table(self, dataset: Dataset, refs: Sequence[TableRef]) -> DataFrame:
        return self._engine().read(dataset, self._paths(refs))

    def _paths(self, refs: Sequence[TableRef]) -> list[str]:
        for ref in refs:
            if ref.id not in self._files:
                self._files[ref.id] = self._lake.files(ref)
        return [path for ref in refs for path in self._files[ref.id]]

    def _digest_of_links(self, links: Sequence[TableRef], month: str) -> str:
        """Digest of the person links that touch a month's reports: links elsewhere change nothing in it."""
        reports = [
            ref for ref in self._select(RawInput(dataset=RECIPIENTS, last_months=1), month) if ref.ref.rows
        ]
        table = self._lake.read(links, columns=["token", "person_id"])
        if not reports or not len(table):
            return ""
        seen = self._lake.read(reports, columns=["worker_token", "name_token"])
        tokens = pa.concat_arrays([seen[name].unique() for name in seen.column_names])
        touched = table.filter(pc.is_in(table["token"], value_set=tokens)).sort_by("token")
        pairs = pc.binary_join_element_wise(touched["token"], touched["person_id"], "=").to_pylist()
        return _digest(pairs)


def _by_table(lake: Lake, as_of: datetime) -> dict[str, list[RawRef]]:
    """Deliveries known at an instant, by raw table; receipts are read once, not once for each table."""
    found: dict[str, list[RawRef]] = {}
    for receipt in lake.deliveries.visible(as_of):
        envelope = receipt["envelope"]
        for stored in receipt.get("tables", []):
            ref = RawRef(
                ref=TableRef.from_dict(stored),
                source=receipt["source"],
                delivery_id=receipt["delivery_id"],
                period=envelope["period"],
                kind=envelope["kind"],
                delivered_at=instant(envelope["delivered_at"]),
                complete=envelope.get("complete", True),
                supersedes=envelope.get("supersedes", ""),
                legal_basis=envelope["legal_basis"],
            )
            found.setdefault(ref.ref.table, []).append(ref)
    return found


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _ids(raw: dict[str, list[RawRef]]) -> list[str]:
    return [ref.id for refs in raw.values() for ref in refs]


def _rows(raw: dict[str, list[RawRef]]) -> int:
    return sum(ref.ref.rows for refs in raw.values() for ref in refs)


def _merged(several: Sequence[Sequence[RawRef]]) -> list[RawRef]:
    """All deliveries of several months, each once, in the order in which they replace each other."""
    found = {ref.id: ref for refs in several for ref in refs}
    return sorted(found.values(), key=lambda ref: (ref.period, ref.delivered_at, ref.delivery_id))


def _batches(missing: Sequence[_Month]) -> Iterator[list[_Month]]:
    batch: list[_Month] = []
    size = 0
    for item in missing:
        rows = _rows(item[1])
        if batch and size + rows > ROWS_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += rows
    if batch:
        yield batch


def _told(made: TableRef, rows_in: int, started: float) -> None:
    seconds = time.monotonic() - started
    log.info("%s %s: %d rows in, %d out, %.2f s", made.table, made.partition, rows_in, made.rows, seconds)
