"""The feedback job: outcomes of a month, current version of each, for the flag job and the register."""

import logging
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from expectations.catalogue import dataset
from expectations.tables_core_outcome import INSPECTIONS, REVIEWS
from jobs.feedback.outcomes import inspections, reviews
from jobs.lake.deliveries import RawRef
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Run

log = logging.getLogger(__name__)


def _raw(lake: Lake, table: str, run: Run) -> tuple[pa.Table, Sequence[RawRef]]:
    visible = lake.deliveries.raw(table, as_of=run.as_of)
    refs = [raw.ref for raw in visible]
    if not refs:
        return dataset(table).arrow_schema.empty_table(), []
    rows = lake.read(refs)
    return rows.filter(pc.less_equal(pc.utf8_slice_codeunits(rows["period"], 0, 7), run.month)), visible


def run(lake: Lake, run: Run) -> tuple[list[TableRef], list[RawRef]]:
    """Publishes `core_outcome__reviews` and `core_outcome__inspections` of the run's month.

    Args:
        lake: Lake.
        run: Month and as_of.

    Returns:
        Versions made or carried, and the deliveries they rest on.
    """
    review_rows, review_refs = _raw(lake, "raw_tilsyn_utfall__reviews", run)
    verdict_rows, verdict_refs = _raw(lake, "raw_tilsyn_utfall__review_indicators", run)
    inspection_rows, inspection_refs = _raw(lake, "raw_tilsyn_utfall__inspections", run)
    made = [
        lake.publish(
            REVIEWS,
            reviews(review_rows, verdict_rows, run.month),
            partition=run.month,
            inputs=[r.id for r in [*review_refs, *verdict_refs]],
            parameters={},
        ),
        lake.publish(
            INSPECTIONS,
            inspections(inspection_rows, run.month),
            partition=run.month,
            inputs=[r.id for r in inspection_refs],
            parameters={},
        ),
    ]
    used = {r.id: r for r in [*review_refs, *verdict_refs, *inspection_refs]}
    log.info("feedback %s: %d reviews, %d inspections", run.month, made[0].rows, made[1].rows)
    return made, [used[i] for i in sorted(used)]
