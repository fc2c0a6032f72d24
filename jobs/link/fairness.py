"""Whether linkage works alike for all: owners whose number is known are linked by name alone, and compared.

A record whose number is known is a record whose right answer is known. The numbers of beneficial owners are
set aside, and the owners are linked as shareholders are: by name, year of birth, home and company, to
persons known from roles and work. Who should have been found and was not is missed; who was found to be
another is false. A gap between groups means that owners of one group hide behind several pseudonyms, or
answer for each other, more often than those of another.

The kind of number is looked at here and nowhere else, and only groups of twenty or more are told.

Source: requirement LR-12 (monitoring of unequal effect on aggregates).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.errors import DataRefused
from expectations.tables_core_link import FAIRNESS
from jobs.core.person_links import linked
from jobs.core.rows import current, latest
from jobs.evaluate.ranking import wilson
from jobs.link import records
from jobs.link.pairs import decided

GROUP_AT_LEAST = 20
"""Smaller groups are left out: their figures would tell of single persons."""
GATED_FROM = 100
"""A group from this size on can stop a month; a smaller one is told only."""
GAP_AT_MOST = 0.10
"""Most that the share missed of a group may exceed that of the best group, intervals apart."""
FALSE_AT_MOST = 0.01
"""Most that the share linked to another person may be, lower end of the interval."""
OWNERS_AT_MOST = 50_000
COMMON_AT_LEAST = 500
"""A family name is common when one in this many records has it."""
ASKED = "q:"
"""Stands before the person that a record asked about is known to be, so that it is not compared with
itself."""
DIMENSIONS = ("number", "given_names", "family_name", "org_form", "registered_abroad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How linkage did for one group.

    Attributes:
        dimension: One of `DIMENSIONS`.
        group: Group in it.
        records_n: Records whose person is known and could have been found.
        missed_n: Those that were linked to nobody.
        false_n: Those that were linked to another person.
    """

    dimension: str
    group: str
    records_n: int
    missed_n: int
    false_n: int

    @property
    def told(self) -> str:
        """The group in words."""
        return f"{self.dimension} {self.group}"


def transform(
    *,
    roles: DataFrame,
    owners: DataFrame,
    recipients: DataFrame,
    residences: DataFrame,
    identifiers: DataFrame,
    units: DataFrame,
    known_links: DataFrame,
    month: str,
) -> pa.Table:
    """One row per group of owners whose number is known.

    Args:
        roles: Raw roles with delivery.
        owners: Raw beneficial owners with delivery.
        recipients: Raw income recipients of the last months with delivery.
        residences: Raw residences with delivery.
        identifiers: Raw numbers of persons with delivery.
        units: Raw units of the register with delivery.
        known_links: `core_link__known_links`.
        month: Month evaluated.

    Raises:
        DataRefused: A group is missed more often than another, or linked to another person too often
            (`linkage_unequal`).
    """
    persons = records.arrow(
        records.index(
            roles=roles,
            owners=owners.where(F.lit(False)),
            recipients=recipients,
            residences=residences,
            known_links=known_links,
        )
    )
    asked, groups = _asked(owners, residences, identifiers, units, known_links)
    queries = records.arrow(asked)
    known = pc.utf8_slice_codeunits(queries["person_id"], len(ASKED))
    queries = queries.filter(pc.is_in(known, value_set=persons["person_id"].combine_chunks()))
    found = decided(queries, persons)
    linked_to = found.filter(pc.equal(found["decision"], "linked"))
    answers = dict(zip(linked_to["token"].to_pylist(), linked_to["person_id"].to_pylist(), strict=True))
    common = _common(persons)
    of_person = {row["person_id"]: row for row in groups.toArrow().to_pylist()}
    found_groups = counted(
        {
            query["person_id"]: {
                **{
                    name: of_person[query["person_id"]][name]
                    for name in ("number", "org_form", "registered_abroad")
                },
                "given_names": "several" if len(query["given_names"]) > 1 else "one",
                "family_name": "common" if query["family"] in common else "rare",
            }
            for query in queries.select(["person_id", "given_names", "family"]).to_pylist()
        },
        answers,
    )
    refuse_unequal(found_groups)
    rows = [{"month": month, **asdict(group)} for group in found_groups]
    return pa.Table.from_pylist(rows, schema=FAIRNESS.arrow_schema)


def counted(groups: Mapping[str, Mapping[str, str]], answers: Mapping[str, str]) -> list[Group]:
    """The groups that are large enough, in order of dimension and group.

    Args:
        groups: Record asked about (`q:` and the person) -> dimension -> group.
        answers: Record -> the person it was linked to; nothing for one that was not.
    """
    all_n: Counter[tuple[str, str]] = Counter()
    missed, false = all_n.copy(), all_n.copy()
    for asked, own in groups.items():
        answer = answers.get(asked)
        for dimension in DIMENSIONS:
            of_group = (dimension, own[dimension])
            all_n[of_group] += 1
            missed[of_group] += answer is None
            false[of_group] += answer is not None and f"{ASKED}{answer}" != asked
    return [
        Group(
            dimension=dimension,
            group=group,
            records_n=n,
            missed_n=missed[dimension, group],
            false_n=false[dimension, group],
        )
        for (dimension, group), n in sorted(all_n.items())
        if n >= GROUP_AT_LEAST
    ]


def refuse_unequal(groups: Sequence[Group]) -> None:
    """Stops a month in which linkage treats groups too differently.

    Args:
        groups: From `counted`.

    Raises:
        DataRefused: `linkage_unequal`, with the group and its figures.
    """
    large = [group for group in groups if group.records_n >= GATED_FROM]
    for group in large:
        share = wilson(group.false_n, group.records_n)
        if share["low"] > FALSE_AT_MOST:
            raise DataRefused(
                "linkage_unequal",
                f"{group.told}: {group.false_n} of {group.records_n} records are linked to another person",
            )
    for group, best in product(large, large):
        own, least = (wilson(g.missed_n, g.records_n) for g in (group, best))
        apart = own["value"] - least["value"] > GAP_AT_MOST and own["low"] > least["high"]
        if group.dimension == best.dimension and apart:
            raise DataRefused(
                "linkage_unequal",
                f"{group.told}: {group.missed_n} of {group.records_n} records are missed; "
                f"{best.told}: {best.missed_n} of {best.records_n}",
            )


def _asked(
    owners: DataFrame, residences: DataFrame, identifiers: DataFrame, units: DataFrame, known_links: DataFrame
) -> tuple[DataFrame, DataFrame]:
    """Owners with their number set aside, shaped as shareholders; and the groups each belongs to."""
    numbered = linked(owners.where(F.col("owner_token").isNotNull()), known_links, "owner_token")
    kinds = latest(identifiers.where("position = 0"), "identifier_token").select(
        F.col("identifier_token").alias("owner_token"), "identifier_kind"
    )
    forms = current(units, "orgnr").select("orgnr", "form_code")
    own = (
        numbered.select("owner_token", "orgnr")
        .distinct()
        .join(forms, "orgnr", "left")
        .groupBy("owner_token")
        .agg(F.min(F.coalesce("form_code", F.lit("unknown"))).alias("org_form"))
        .join(kinds, "owner_token", "left")
        .orderBy("owner_token")
        .limit(OWNERS_AT_MOST)
        .select(
            F.concat(F.lit(ASKED), "owner_token").alias("person_id"),
            F.coalesce("identifier_kind", F.lit("unknown")).alias("number"),
            "org_form",
            F.when(F.col("org_form") == "NUF", "yes").otherwise("no").alias("registered_abroad"),
        )
    )
    return records.owners_without_number(numbered, residences, known_links).join(
        own, "person_id", "left_semi"
    ), own


def _common(persons: pa.Table) -> set[str]:
    counts = persons["family"].value_counts()
    few = max(len(persons) / COMMON_AT_LEAST, 2)
    return {item["values"] for item in counts.to_pylist() if item["counts"] >= few}
