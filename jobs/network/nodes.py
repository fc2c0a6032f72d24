"""Nodes of the month's network, with what core tables know of them."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import PROJECTS
from expectations.tables_core_home import BUILDINGS, DWELLINGS
from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_core_work import PERSONS
from expectations.tables_net import NODES
from jobs.core.hubs import COUNTED
from jobs.core.rows import shaped, union_all
from jobs.network.elements import attributes, nodes, org, person


def transform(
    *,
    edges: DataFrame,
    organisations: DataFrame,
    standing: DataFrame,
    owner_roots: DataFrame,
    hubs: DataFrame,
    projects: DataFrame,
    persons: DataFrame,
    dwellings: DataFrame,
    buildings: DataFrame,
    housing: DataFrame,
    month: str,
) -> DataFrame:
    """One row per node: every organisation and project, and whatever else an edge touches.

    Args:
        edges: `net_graph__edges`.
        organisations: `core_org__organisations`.
        standing: `core_tax__standing`.
        owner_roots: `core_org__owner_roots`.
        hubs: `core_org__hubs`.
        projects: `core_chain__projects`.
        persons: `core_link__persons`.
        dwellings: `core_home__dwellings`.
        buildings: `core_home__buildings`.
        housing: `core_home__housing`.
        month: Month evaluated.
    """
    ends = (
        edges.select(F.col("source_id").alias("node_id"))
        .unionByName(edges.select(F.col("target_id").alias("node_id")))
        .distinct()
    )
    is_declared = ~F.col("kind").isin(*COUNTED)
    hub_kinds = hubs.groupBy(F.col("hub_id").alias("node_id")).agg(
        F.coalesce(F.min(F.when(is_declared, F.col("kind"))), F.min("kind")).alias("hub_kind")
    )
    lived_in = dwellings.withColumn("node_id", F.concat(F.lit("dwelling:"), "dwelling_id")).join(
        ends, "node_id", "left_semi"
    )
    known = [
        _organisations(organisations, standing, owner_roots, hub_kinds, month),
        _projects(projects, month),
        _persons(persons, ends, month),
        _dwellings(lived_in, housing, month),
        _buildings(buildings, lived_in, month),
        _places(organisations, ends, hub_kinds, month),
    ]
    described = union_all(known)
    others = ends.join(described.select("node_id"), "node_id", "left_anti").join(hub_kinds, "node_id", "left")
    rest = nodes(others, F.col("node_id"), attributes(hub_kind=_of_kind("address", "hub_kind")))
    return shaped(described.unionByName(rest), NODES, month)


def _of_kind(kind: str, column: str) -> Column:
    return F.when(F.col("node_id").startswith(f"{kind}:"), F.col(column))


def _organisations(
    organisations: DataFrame, standing: DataFrame, owner_roots: DataFrame, hub_kinds: DataFrame, month: str
) -> DataFrame:
    rows = (
        organisations.withColumn("node_id", org("orgnr"))
        .join(standing.select("orgnr", "arrears_ore", "answer_month", "answer"), "orgnr", "left")
        .join(owner_roots.select("orgnr", "owner_root"), "orgnr", "left")
        .join(hub_kinds, "node_id", "left")
    )
    known = attributes(
        **{
            name: name
            for name in (
                "name",
                "org_form",
                "nace",
                "municipality_no",
                "registered_on",
                "bankrupt_on",
                "winding_up_on",
                "dissolved_on",
                "deleted_on",
                "employees_n",
                "arrears_ore",
                "hub_kind",
                "owner_root",
                "is_vat_registered",
            )
        },
        arrears_month="answer_month",
        has_employees="has_employees_registered",
        arrears_status="answer",
    )
    return nodes(rows, F.col("node_id"), known, ORGANISATIONS, month)


def _projects(projects: DataFrame, month: str) -> DataFrame:
    known = attributes(
        **{
            name: name
            for name in (
                "client_orgnr",
                "client_kind",
                "work_kind",
                "value_ore",
                "municipality_no",
                "started_on",
                "ended_on",
                "tier_limit",
                "tier_limit_basis",
                "tier_limit_rule",
                "tier_limit_certainty",
                "is_declared_complete",
                "coverage_share",
            )
        },
        cpv=F.when(F.size("cpv") > 0, F.array_join("cpv", ",")),
        dispensations=F.when(F.size("dispensations") > 0, F.array_join("dispensations", "|")),
    )
    return nodes(projects, F.concat(F.lit("project:"), "project_id"), known, PROJECTS, month)


def _persons(persons: DataFrame, ends: DataFrame, month: str) -> DataFrame:
    rows = persons.withColumn("node_id", person("person_id")).join(ends, "node_id", "left_semi")
    return nodes(rows, F.col("node_id"), attributes(is_adult="is_adult"), PERSONS, month)


def _dwellings(dwellings: DataFrame, housing: DataFrame, month: str) -> DataFrame:
    noticed = housing.select(
        F.col("place_id").alias("node_id"), "showers_n", "permit", F.col("kind").alias("housing_kind")
    )
    known = attributes(
        **{
            name: name
            for name in (
                "unit_kind",
                "rooms_n",
                "area_m2",
                "bathrooms_n",
                "building_no",
                "building_kind",
                "municipality_no",
                "showers_n",
                "permit",
                "housing_kind",
                "hub_kind",
            )
        }
    )
    return nodes(dwellings.join(noticed, "node_id", "left"), F.col("node_id"), known, DWELLINGS, month)


def _buildings(buildings: DataFrame, dwellings: DataFrame, month: str) -> DataFrame:
    rows = buildings.join(dwellings.select("building_no").distinct(), "building_no", "left_semi")
    known = attributes(
        **{
            name: name
            for name in (
                "building_kind",
                "building_group",
                "kind_changed_on",
                "is_in_use",
                "status_on",
                "municipality_no",
            )
        }
    )
    return nodes(rows, F.concat(F.lit("building:"), "building_no"), known, BUILDINGS, month)


def _places(organisations: DataFrame, ends: DataFrame, hub_kinds: DataFrame, month: str) -> DataFrame:
    rows = (
        organisations.where(F.col("address_key").isNotNull())
        .groupBy(F.concat(F.lit("place:"), "address_key").alias("node_id"))
        .agg(F.count_if(F.col("deleted_on").isNull()).alias("tenants_n"), F.min("orgnr").alias("orgnr"))
        .join(ends, "node_id", "left_semi")
        .join(hub_kinds, "node_id", "left")
    )
    # A place is known through its tenants; the first of them stands for it as evidence.
    known = attributes(tenants_n="tenants_n", hub_kind="hub_kind")
    return nodes(rows, F.col("node_id"), known, ORGANISATIONS, month)
