"""How rows of core tables become elements of the network: ids, references to the row, attributes as text."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.dataset import Dataset
from graph.model import EdgeKind


def row_key(dataset: Dataset) -> Column:
    """Key of a row, `column=value` joined by `|` in the order of the table's key.

    Args:
        dataset: Declaration of the table.
    """
    parts = [F.concat(F.lit(f"{name}="), F.col(name).cast("string")) for name in dataset.key]
    return F.concat_ws("|", *parts)


def edge_id(kind: EdgeKind, dataset: Dataset) -> Column:
    """Id of the edge that a row of a core table gives: its kind and the key of the row.

    Args:
        kind: Kind of edge.
        dataset: Declaration of the table.
    """
    return F.concat(F.lit(f"{kind.value}|"), row_key(dataset))


def org(column: str) -> Column:
    """Node id of an organisation.

    Args:
        column: Column with its number.
    """
    return F.concat(F.lit("org:"), F.col(column))


def person(column: str) -> Column:
    """Node id of a person.

    Args:
        column: Column with the pseudonym.
    """
    return F.concat(F.lit("person:"), F.col(column))


def attributes(**values: str | Column) -> Column:
    """The known ones of some values as a map of texts, in order of their names.

    Args:
        values: Column, or name of a column, by attribute.
    """
    if not values:
        return F.map_from_arrays(F.array().cast("array<string>"), F.array().cast("array<string>"))
    pairs = F.array(
        *(
            F.struct(
                F.lit(name).alias("k"),
                (F.col(value) if isinstance(value, str) else value).cast("string").alias("v"),
            )
            for name, value in sorted(values.items())
        )
    )
    return F.map_from_entries(F.filter(pairs, lambda pair: pair["v"].isNotNull()))


def edges(
    rows: DataFrame,
    kind: EdgeKind,
    dataset: Dataset,
    *,
    month: str,
    source: Column,
    target: Column,
    known: Column,
    valid_from: str | Column | None = None,
    valid_to: str | Column | None = None,
    amount: str | None = None,
    share: str | None = None,
) -> DataFrame:
    """Edges out of rows of one core table, at most one each; a row without both ends gives none.

    Args:
        rows: Rows with the key columns of the table.
        kind: Kind of edge.
        dataset: Declaration of the table.
        month: Month partition of the rows.
        source: Node the edge starts in.
        target: Node it ends in.
        known: Attributes.
        valid_from: First day.
        valid_to: Last day.
        amount: Column with the amount.
        share: Column with the share.
    """

    def day(value: str | Column | None) -> Column:
        return (
            F.lit(None).cast("date") if value is None else F.col(value) if isinstance(value, str) else value
        )

    return rows.select(
        edge_id(kind, dataset).alias("edge_id"),
        F.lit(kind.value).alias("kind"),
        source.alias("source_id"),
        target.alias("target_id"),
        day(valid_from).alias("valid_from"),
        day(valid_to).alias("valid_to"),
        (F.col(amount) if amount else F.lit(None)).cast("bigint").alias("amount_ore"),
        (F.col(share) if share else F.lit(None)).cast("decimal(9,6)").alias("share"),
        known.alias("attributes"),
        F.lit(dataset.name).alias("row_table"),
        F.lit(month).alias("row_month"),
        row_key(dataset).alias("row_key"),
    ).where(F.col("source_id").isNotNull() & F.col("target_id").isNotNull())


def nodes(
    rows: DataFrame, node_id: Column, known: Column, dataset: Dataset | None = None, month: str = ""
) -> DataFrame:
    """Nodes out of rows.

    Args:
        rows: One row per node, with the key columns of the table where there is one.
        node_id: Id of the node.
        known: Attributes.
        dataset: Core table of the rows; None when no row of a core table is the node's own.
        month: Month partition of the rows.
    """
    nothing = F.lit(None).cast("string")
    return rows.select(
        node_id.alias("node_id"),
        F.substring_index(node_id, ":", 1).alias("kind"),
        known.alias("attributes"),
        (F.lit(dataset.name) if dataset else nothing).alias("row_table"),
        (F.lit(month) if dataset else nothing).alias("row_month"),
        (row_key(dataset) if dataset else nothing).alias("row_key"),
    )
