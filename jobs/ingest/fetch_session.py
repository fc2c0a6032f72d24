"""One run of a fetcher: one at a time, everything fetched before anything lands, the state moved last.

A fetcher collects whole deliveries in an outbox below `<home>/fetch/<name>/`. `land` closes the outbox with a
plan (what lands, how the state changes), puts the deliveries into the landing zone and saves the state. A run
that dies before the plan leaves nothing behind; one that dies after it is finished by the next run under the
same delivery ids, so that nothing lands twice and no cursor moves past what has landed. Should the home
folder be lost in between, the next run fetches the same again under new ids, which makes the same state.
"""

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from expectations.errors import DataRefused, KjedeError
from jobs.ingest.fetch_state import FetchState
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.lake.delivery_writer import DataFile, write_delivery
from jobs.lake.manifest import digest

log = logging.getLogger(__name__)

LEGAL_BASIS = "LB-OPEN-01"
LAST_LANDED = "last_landed"
"""Key of every fetcher's state: the instant of the last run that landed something."""
_PLAN = "plan.json"


class FetchSession:
    """The run of one fetcher.

    Attributes:
        name: Fetcher.
        job: What the run works with.
        state: What the fetcher remembers; `land` changes and saves it.
        work: Folder for downloads, kept from run to run so that they can be resumed.
        landed: What this run landed.
    """

    state: FetchState

    def __init__(self, job: FetchJob, name: str) -> None:
        """Prepare a run; it begins with `with`.

        Args:
            job: What the run works with.
            name: Fetcher.
        """
        self.name = name
        self.job = job
        self.now = job.now.replace(microsecond=0)
        self.work = job.work(name)
        self.landed: list[Landed] = []
        self._outbox = self.work / "outbox"
        self._added: list[dict[str, Any]] = []
        self._serial = 0
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """Lock, read the state, and land what an earlier run had fetched.

        Raises:
            KjedeError: Another run of this fetcher is under way.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        self._lock = (self.work / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise KjedeError(f"another run of fetch {self.name} is under way") from None
        try:
            self.state = FetchState.load(self.job.lake, self.name)
            self._resume()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what was not planned to land, and the lock."""
        if not (self._outbox / _PLAN).exists():
            shutil.rmtree(self._outbox, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def add(
        self,
        source: str,
        period: str,
        kind: str,
        files: Sequence[DataFile],
        *,
        complete: bool | None = None,
        legal_basis: str = LEGAL_BASIS,
    ) -> Path:
        """Write a whole delivery into the outbox; nobody sees it yet.

        Its id is the instant of the run with a serial that rises in the order of the calls, over all sources,
        so that what was added later also counts as later.

        Args:
            source: Source.
            period: Period.
            kind: Kind of delivery.
            files: Its files.
            complete: For snapshots, whether absence of a key means that it is not in the register.
            legal_basis: Id in the register of legal bases.

        Returns:
            Its folder in the outbox.
        """
        self._serial += 1
        folder = write_delivery(
            self._outbox, source, period, kind, self.now, self._serial, files, legal_basis, complete=complete
        )
        envelope = json.loads((folder / "delivery.json").read_bytes())
        self._added.append(
            {
                "source": source,
                "period": period,
                "delivery_id": folder.name,
                "records": sum(file["records"] for file in envelope["files"]),
            }
        )
        return folder

    def land(self, changes: Mapping[str, Any]) -> list[Landed]:
        """Put what was added into the landing zone, then move the state.

        May be called several times in a run; without anything added it only saves the state.

        Args:
            changes: Keys of the state and their new values.

        Returns:
            What landed by this call.

        Raises:
            Superseded: Another run, elsewhere, moved the state first.
        """
        if not self._added:
            self._move(changes)
            return []
        told = {**changes, LAST_LANDED: f"{self.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        plan = {"before": digest(self.state.values), "changes": told, "deliveries": self._added}
        draft = self._outbox / f".{_PLAN}.part"
        with draft.open("wb") as out:
            out.write(json.dumps(plan, ensure_ascii=False, indent=1).encode())
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._outbox / _PLAN)
        self._added = []
        return self._send(plan)

    def _send(self, plan: Mapping[str, Any]) -> list[Landed]:
        sent = []
        for entry in plan["deliveries"]:
            folder = self._outbox / entry["source"] / entry["period"] / entry["delivery_id"]
            sent.append(Landed(**entry, place=str(self.job.landing.deliver(folder))))
        self._move(plan["changes"])
        shutil.rmtree(self._outbox)
        self.landed.extend(sent)
        for one in sent:
            log.info(
                "fetch %s: landed %s/%s, %d records", self.name, one.source, one.delivery_id, one.records
            )
        return sent

    def _move(self, changes: Mapping[str, Any]) -> None:
        self.state.values.update(changes)
        self.state.save(self.job.lake)

    def _resume(self) -> None:
        """Finish what a run before this one had planned; an outbox without a plan was never meant to land."""
        if (self._outbox / _PLAN).exists():
            plan = json.loads((self._outbox / _PLAN).read_bytes())
            now = digest(self.state.values)
            if now in (plan["before"], digest(self.state.values | plan["changes"])):
                log.info("fetch %s: landing what an earlier run had fetched", self.name)
                try:
                    self._send(plan)
                except DataRefused as problem:
                    log.warning("fetch %s: %s; it is fetched again", self.name, problem)
            else:
                log.warning(
                    "fetch %s: another run has moved on; what an earlier one fetched is dropped", self.name
                )
        shutil.rmtree(self._outbox, ignore_errors=True)
