"""Great Expectations over the tables of a run, in a process of its own beside the job that runs meanwhile.

Each table was audited when it was published, by the counts of its rules. This is the second, independent
reading of the same rules, once per run, before the run becomes visible.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from expectations.errors import DataRefused
from expectations.validation import validate_with_gx
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef


def validate(uri: str, refs: Sequence[TableRef]) -> str:
    """The report on these table versions as JSON text; equal rows give equal text.

    Args:
        uri: Lake.
        refs: Versions, each table once.
    """
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    lake = Lake.open(uri, create=False)
    return validate_with_gx({ref.table: lake.read(ref) for ref in refs}).to_json()


@dataclass(slots=True)
class Checks:
    """Validation that runs beside a job.

    Attributes:
        uri: Lake.
        pool: One process; the library takes seconds to load and is loaded once.
        pending: Reports under way.
    """

    uri: str
    pool: ProcessPoolExecutor
    pending: list[Future[str]] = field(default_factory=list)

    def add(self, refs: Sequence[TableRef]) -> None:
        """Starts validating these versions."""
        self.pending.append(self.pool.submit(validate, self.uri, list(refs)))

    def verdict(self) -> dict[str, Any]:
        """Waits for all reports.

        Returns:
            `digest` of the reports, `checked` rules, and `warnings`: rules broken that do not stop
            publication.

        Raises:
            DataRefused: A critical rule is broken (`contract_breach`).
        """
        texts = [pending.result() for pending in self.pending]
        results = [result for text in texts for result in json.loads(text)["results"]]
        broken = [result for result in results if result["violated"]]
        critical = [result for result in broken if result["severity"] == "critical"]
        if critical:
            first = critical[0]
            raise DataRefused(
                "contract_breach",
                f"{len(critical)} rules broken; {first['table']}: {first['rule_id']} "
                f"broken by {first['violated']} of "
                f"{first['checked']}",
            )
        return {
            "digest": hashlib.sha256("".join(texts).encode()).hexdigest()[:16],
            "checked": len(results),
            "warnings": [f"{r['table']}: {r['rule_id']} ({r['violated']} of {r['checked']})" for r in broken],
        }


@contextmanager
def beside(lake: Lake) -> Iterator[Checks]:
    """Checks that run while the caller works.

    Args:
        lake: Lake.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield Checks(lake.storage.uri, pool)
