"""Who a shareholder, or a role without a number, may be: candidates with weights and decisions."""

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from expectations.tables_core_link import CANDIDATES
from jobs.link import records
from jobs.link.model import VERSION
from jobs.link.pairs import decided


def transform(
    *,
    roles: DataFrame,
    owners: DataFrame,
    recipients: DataFrame,
    residences: DataFrame,
    shareholdings: DataFrame,
    known_links: DataFrame,
    month: str,
) -> pa.Table:
    """One row per record without a number and person it may be.

    The engine reads and normalises; the comparison runs in this process, and goes to disk where memory ends.

    Args:
        roles: Raw roles with delivery.
        owners: Raw beneficial owners with delivery.
        recipients: Raw income recipients of the last months with delivery.
        residences: Raw residences with delivery.
        shareholdings: Raw shareholdings with delivery, of year ends up to the month's end.
        known_links: `core_link__known_links`.
        month: Month evaluated.
    """
    queries, persons = compared_records(
        roles=roles,
        owners=owners,
        recipients=recipients,
        residences=residences,
        shareholdings=shareholdings,
        known_links=known_links,
    )
    found = decided(queries, persons)
    rows = len(found)
    constant = {"month": pa.repeat(month, rows), "model_version": pa.repeat(VERSION, rows)}
    columns = [constant[name] if name in constant else found[name] for name in CANDIDATES.names]
    return pa.table(columns, schema=CANDIDATES.arrow_schema)


def compared_records(
    *,
    roles: DataFrame,
    owners: DataFrame,
    recipients: DataFrame,
    residences: DataFrame,
    shareholdings: DataFrame,
    known_links: DataFrame,
) -> tuple[pa.Table, pa.Table]:
    """Records without a number, and records of persons, in order of id; they hold names and are never stored.

    Args:
        roles: Raw roles with delivery.
        owners: Raw beneficial owners with delivery.
        recipients: Raw income recipients of the last months with delivery.
        residences: Raw residences with delivery.
        shareholdings: Raw shareholdings with delivery.
        known_links: `core_link__known_links`.
    """
    persons = records.arrow(
        records.index(
            roles=roles,
            owners=owners,
            recipients=recipients,
            residences=residences,
            known_links=known_links,
        )
    )
    holders = records.arrow(records.shareholders(shareholdings))
    unnumbered = persons.filter(pc.invert(persons["is_numbered"]))
    return pa.concat_tables([holders, unnumbered]), persons
