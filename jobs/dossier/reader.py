"""What a dossier needs of a published run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from graph.model import Network


class Provenance(Protocol):
    """One delivered record behind a published row."""

    @property
    def source(self) -> str:
        """Name of the delivered source."""

    @property
    def owner(self) -> str:
        """Who delivered it."""

    @property
    def delivery_id(self) -> str:
        """Delivery."""

    @property
    def file_name(self) -> str:
        """File in the delivery."""

    @property
    def record_no(self) -> int:
        """Number of the record in the file, from 1."""

    @property
    def known_at(self) -> datetime:
        """When it was delivered."""


class RunReader(Protocol):
    """One published run, read only; `jobs.flag.run_reader` has the real one."""

    as_of: datetime
    """Nothing learned after this instant was used."""

    @property
    def run(self) -> Mapping[str, Any]:
        """What identifies the run: `month`, `as_of`, `run_id`, `code_version`."""

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        filter: pc.Expression | None = None,
        month: str | None = None,
    ) -> pa.Table:
        """Rows of a table of this run, or of an earlier month of its window."""

    def provenance(self, table: str, month: str, key: str) -> Sequence[Provenance]:
        """The delivered records behind one published row."""

    def scope(self, scope_id: str) -> Network:
        """The network of one scope."""
