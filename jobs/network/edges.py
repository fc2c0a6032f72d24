"""Edges of the month's network, each out of one row of a core table."""

from pyspark.sql import DataFrame

from expectations.tables_net import EDGES
from jobs.core.rows import shaped, union_all
from jobs.network import (
    edges_capacity,
    edges_chain,
    edges_commitment,
    edges_company,
    edges_control,
    edges_labour,
    edges_load,
    edges_pay,
    edges_payroll,
    edges_people,
    edges_register,
    edges_reporting,
    edges_supply,
    edges_tax,
)

SOURCES = (
    edges_capacity.SOURCE,
    edges_chain.SOURCE,
    edges_commitment.SOURCE,
    edges_company.SOURCE,
    edges_control.SOURCE,
    edges_labour.SOURCE,
    edges_load.SOURCE,
    edges_pay.SOURCE,
    edges_payroll.SOURCE,
    edges_people.SOURCE,
    edges_register.SOURCE,
    edges_supply.SOURCE,
    edges_reporting.SOURCE,
    edges_tax.SOURCE,
)


def transform(*, month: str, **tables: DataFrame) -> DataFrame:
    """One row per edge.

    Args:
        month: Month evaluated.
        tables: What the sources read, by argument.
    """
    found = [
        frame
        for source in SOURCES
        for frame in source.build(**{name: tables[name] for name in source.tables}, month=month)
    ]
    return shaped(union_all(found), EDGES, month)
