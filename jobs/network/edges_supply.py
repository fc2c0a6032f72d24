"""Edges of supply: who buys work from several thin suppliers, and what those suppliers have and file."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_supply import SUPPLIES, THIN_SUPPLIERS
from graph.model import EdgeKind
from jobs.core.capacity import MONTHS
from jobs.months import first_day, last_day, shift
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource


def build(*, supplies: DataFrame, thin_suppliers: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        supplies: `core_chain__supplies`.
        thin_suppliers: `core_tax__thin_suppliers`.
        month: Month evaluated.
    """
    start, end = F.lit(first_day(shift(month, 1 - MONTHS))), F.lit(last_day(month))
    of_these = supplies.select(F.col("supplier_orgnr").alias("orgnr")).distinct()
    return [
        edges(
            supplies,
            EdgeKind.SUPPLIES,
            SUPPLIES,
            month=month,
            source=org("supplier_orgnr"),
            target=org("buyer_orgnr"),
            valid_from=start,
            valid_to=end,
            amount="invoiced_ore",
            known=attributes(
                contracts_n="contracts_n", invoices_n="invoices_n", told_n="told_n", vague_n="vague_n"
            ),
        ),
        edges(
            thin_suppliers.join(of_these, "orgnr", "left_semi"),
            EdgeKind.SUPPLIER_MEANS,
            THIN_SUPPLIERS,
            month=month,
            source=org("orgnr"),
            target=F.lit(f"period:{month}"),
            valid_from=start,
            valid_to=end,
            amount="sold_ore",
            known=attributes(
                filings_due_n="filings_due_n",
                filings_missing_n="filings_missing_n",
                has_adviser="has_adviser",
                has_liable_owner="has_liable_owner",
                is_vat_by_another="is_vat_by_another",
                is_vat_yearly="is_vat_yearly",
                workers_now_n="workers_now_n",
                workers_year_n="workers_year_n",
            ),
        ),
    ]


SOURCE = EdgeSource(build=build, tables={"supplies": SUPPLIES, "thin_suppliers": THIN_SUPPLIERS})
