"""Processes that take in blocks of large deliveries, or small deliveries whole.

The one that reads keeps a bounded number of blocks under way and takes the results in the order of the file,
so that neither memory nor result depends on how fast which process is.
"""

import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pyarrow as pa

from expectations.catalogue import datasets
from expectations.errors import DataRefused, KjedeError
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.delivery import DeliveryRef
from jobs.ingest.landing import Landing, open_landing
from jobs.ingest.outcome import Outcome, refuse
from jobs.ingest.readers import Block
from jobs.ingest.taking import BlockPool, take_in
from jobs.ingest.tokens import Tokens
from jobs.ingest.worker import DeliveryWork, Job, Taken, no_cycle_search
from jobs.lake.lake import Lake
from jobs.processes import ProcessDied, Processes

UNDER_WAY = 2
"""Blocks under way for each process: one is worked on, one waits."""


def take_landed(
    delivery: DeliveryRef, landing: Landing, lake: Lake, tokens: Tokens, pool: BlockPool | None = None
) -> Outcome:
    """Take in one delivery of a landing zone, or write down why not.

    Args:
        delivery: A delivery that has not been taken in.
        landing: Where it lies.
        lake: Where to.
        tokens: Makes the tokens.
        pool: Takes in blocks; None means this process.
    """
    try:
        with landing.local(delivery) as folder:
            return take_in(delivery, lake, tokens, folder, pool)
    except DataRefused as problem:
        if problem.code == "conservation":
            raise
        if problem.code == "delivery_changed":
            # Somebody is still writing it: it stays pending, without a receipt.
            return Outcome(delivery.source, delivery.delivery_id, "changed", message=str(problem))
        return refuse(delivery, lake, "rejected", problem)


class Blocks:
    """Takes in blocks, and whole deliveries, in the processes of a pool."""

    def __init__(self, landing: Landing, lake: Lake, key: bytes | None, count: int) -> None:
        """Start nothing yet.

        Args:
            landing: Where deliveries lie.
            lake: Where to.
            key: Key of tokens.
            count: Processes.
        """
        self.count = count
        self._pool = Processes(count, _begin, landing.uri, lake.storage.uri, key)

    def __enter__(self) -> "Blocks":
        """Begin; no process is started yet."""
        self._pool.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all processes."""
        self._pool.__exit__(kind, problem, trace)

    def taken(self, job: Job, work: Iterable[tuple[int, Block]]) -> Iterator[Taken]:
        """What became of blocks, in their order.

        Args:
            job: The delivery.
            work: Blocks with their files.

        Raises:
            DataRefused: A block cannot be read; of several the first one counts.
            KjedeError: A process died.
        """
        name, content = f"{job.source}/{job.delivery_id}", pickle.dumps(job)
        waiting: deque[Future[_Packed]] = deque()
        try:
            for file_no, block in _until_refused(work):
                if isinstance(block, DataRefused):
                    # What lies before it in the file is read first, as in one process.
                    while waiting:
                        _result(waiting.popleft(), name)
                    raise block
                waiting.append(self._pool.submit(_take_block, content, file_no, block))
                if len(waiting) >= UNDER_WAY * self.count:
                    yield _result(waiting.popleft(), name).unpacked()
            while waiting:
                yield _result(waiting.popleft(), name).unpacked()
        finally:
            for future in waiting:
                future.cancel()

    def take_whole(self, deliveries: Sequence[DeliveryRef]) -> Iterator[Outcome]:
        """Take in deliveries beside each other, one process each.

        Args:
            deliveries: Deliveries, the largest first.

        Raises:
            KjedeError: A process died.
        """
        names = {self._pool.submit(_take_delivery, d): d.name for d in deliveries}
        for done in as_completed(names):
            yield _result(done, names[done])


def _until_refused(
    work: Iterable[tuple[int, Block]],
) -> Iterator[tuple[int, Block | DataRefused]]:
    try:
        yield from work
    except DataRefused as problem:
        yield -1, problem


def _result(future: "Future[Any]", name: str) -> Any:
    try:
        return future.result()
    except ProcessDied:
        raise KjedeError(
            f"{name}: a process that was taking it in died (killed, or out of memory); nothing of it became "
            "visible and it stays pending: run again, with fewer processes (KJEDE_WORKERS) if memory was "
            "short"
        ) from None


@dataclass(frozen=True, slots=True)
class _Packed:
    """What became of a block, its rows as bytes: they go through a pipe several times as fast."""

    taken: Taken
    tables: dict[str, bytes]
    quarantine: bytes | None

    @classmethod
    def of(cls, taken: Taken) -> "_Packed":
        """Take the rows out."""
        tables = {name: batch.serialize().to_pybytes() for name, batch in taken.tables.items()}
        quarantine = None if taken.quarantine is None else taken.quarantine.serialize().to_pybytes()
        taken.tables, taken.quarantine = {}, None
        return cls(taken, tables, quarantine)

    def unpacked(self) -> Taken:
        """Put the rows back."""
        for name, content in self.tables.items():
            self.taken.tables[name] = pa.ipc.read_record_batch(
                pa.py_buffer(content), datasets()[name].arrow_schema
            )
        if self.quarantine is not None:
            self.taken.quarantine = pa.ipc.read_record_batch(
                pa.py_buffer(self.quarantine), QUARANTINE.arrow_schema
            )
        return self.taken


class _Process:
    """What a process keeps between its tasks."""

    def __init__(self, landing: str, lake: str, key: bytes | None) -> None:
        self.tokens = Tokens(key)
        self._landing, self._lake = landing, lake
        self._open: tuple[Landing, Lake] | None = None
        self._job: tuple[bytes, DeliveryWork] | None = None

    def places(self) -> tuple[Landing, Lake]:
        """Landing zone and lake, which blocks do without."""
        if self._open is None:
            self._open = (open_landing(self._landing), Lake.open(self._lake, create=False))
        return self._open

    def work(self, content: bytes) -> DeliveryWork:
        """The work on a delivery, made when its first block comes."""
        if self._job is None or self._job[0] != content:
            self._job = (content, DeliveryWork(pickle.loads(content), self.tokens))
        return self._job[1]


_HERE: _Process | None = None


def _begin(landing: str, lake: str, key: bytes | None) -> None:
    global _HERE
    _HERE = _Process(landing, lake, key)


def _here() -> _Process:
    if _HERE is None:
        raise RuntimeError("the process was not begun")
    return _HERE


def _take_block(content: bytes, file_no: int, block: Block) -> _Packed:
    with no_cycle_search():
        return _Packed.of(_here().work(content).take(file_no, block))


def _take_delivery(delivery: DeliveryRef) -> Outcome:
    landing, lake = _here().places()
    return take_landed(delivery, landing, lake, _here().tokens)
