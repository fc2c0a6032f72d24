"""What linkage compares: one record per person and spelling, and one per holder without a number.

Names stay in the memory of the linkage: nothing made here is published.
"""

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from jobs.core.person_links import linked
from jobs.core.rows import current, refs, union_all
from jobs.link.pairs import RECORD

CLOSE_AT_MOST = 200
"""A company with more people than this is compared, but does not by itself bring two records together."""
ACCENTED = "ÀÁÂÃÄÈÉÊËÌÍÎÏÒÓÔÕÖÙÚÛÜÝÇÑŠŽĆČŃŚŹŻĄĘŁŐŰ"
PLAIN = "AAAAÆEEEEIIIIOOOOØUUUUYCNSZCCNSZZAELOU"

SHAREHOLDER = "shareholder"
FIELDS = ("given", "given_names", "family", "born", "birth_year")


def index(
    *,
    roles: DataFrame,
    owners: DataFrame,
    recipients: DataFrame,
    residences: DataFrame,
    known_links: DataFrame,
) -> DataFrame:
    """One row per person and spelling of the name: `unique_id`, `person_id`, `is_numbered`, what is compared.

    Persons are those who hold roles, own companies or work, known by a number or, failing that, by the token
    of name and birth date.

    Args:
        roles: Raw roles with delivery.
        owners: Raw beneficial owners with delivery.
        recipients: Raw income recipients of the last months with delivery.
        residences: Raw residences with delivery.
        known_links: `core_link__known_links`.
    """
    seen = linked(
        union_all(
            [
                _seen(
                    roles,
                    F.coalesce("person_token", "name_token"),
                    F.col("person_token").isNotNull(),
                    F.concat_ws(" ", "person_first_name", "person_middle_name", "person_last_name"),
                    F.col("person_born_on"),
                    F.col("orgnr"),
                ),
                _seen(
                    owners,
                    F.coalesce("owner_token", "name_token"),
                    F.col("owner_token").isNotNull(),
                    F.concat_ws(" ", "first_name", "middle_name", "last_name"),
                    F.col("born_on"),
                    F.col("orgnr"),
                ),
                _seen(
                    recipients,
                    F.coalesce("worker_token", "name_token"),
                    F.col("worker_token").isNotNull(),
                    F.col("name"),
                    F.col("born_on"),
                    F.col("employer_orgnr"),
                ),
            ]
        ),
        known_links,
        "person_id",
    )
    of_person = seen.groupBy("person_id").agg(
        F.bool_or("is_numbered").alias("is_numbered"),
        F.array_sort(F.collect_set("tie")).alias("ties"),
        refs().alias("raw_refs"),
    )
    spellings = seen.where(F.col("family").isNotNull()).select("person_id", *FIELDS).distinct()
    in_order = Window.partitionBy("person_id").orderBy(*FIELDS)
    return _with_close_ties(
        spellings.withColumn("n", F.row_number().over(in_order))
        .join(of_person, "person_id")
        .join(_homes(residences, known_links), "person_id", "left")
        .withColumn("unique_id", F.concat_ws("|", "person_id", F.col("n").cast("string")))
        .withColumn("source", F.lit("register"))
        .drop("n")
    )


def shareholders(shareholdings: DataFrame) -> DataFrame:
    """One row per shareholder without an organisation number, shaped as those of `index`.

    Args:
        shareholdings: Raw shareholdings with delivery, of year ends up to the month's end.
    """
    held = (
        current(shareholdings, "company_orgnr", "share_class", "holder_token", "period")
        .where(F.col("holder_birth_year").isNotNull() & F.col("holder_token").isNotNull())
        .select(
            F.col("holder_token").alias("person_id"),
            *_name(F.col("holder_name")),
            F.col("holder_birth_year").alias("birth_year"),
            F.regexp_extract("holder_place", "^([0-9]{4})", 1).alias("place"),
            F.col("company_orgnr").alias("tie"),
            "raw_ref",
        )
        .groupBy("person_id")
        .agg(
            *(F.min(name).alias(name) for name in ("given", "given_names", "family", "birth_year", "place")),
            F.array_sort(F.collect_set("tie")).alias("ties"),
            refs().alias("raw_refs"),
        )
    )
    return _with_close_ties(
        _told_by_name(held.withColumn("place", F.when(F.col("place") != "", F.col("place"))))
    )


def owners_without_number(owners: DataFrame, residences: DataFrame, known_links: DataFrame) -> DataFrame:
    """One row per beneficial owner, told as a shareholder is; `person_id` is `q:` and the person it is.

    Args:
        owners: Raw beneficial owners whose number is known and is the person's current one, with delivery.
        residences: Raw residences with delivery.
        known_links: `core_link__known_links`.
    """
    named = owners.select(
        F.col("owner_token").alias("person_id"),
        *_name(F.concat_ws(" ", "first_name", "middle_name", "last_name")),
        F.substring(F.col("born_on").cast("string"), 1, 4).alias("birth_year"),
        F.col("orgnr").alias("tie"),
        "raw_ref",
    )
    told = (
        named.groupBy("person_id")
        .agg(
            *(F.min(name).alias(name) for name in ("given", "given_names", "family", "birth_year")),
            F.array_sort(F.collect_set("tie")).alias("ties"),
            refs().alias("raw_refs"),
        )
        .where(F.col("birth_year").isNotNull())
        .join(_homes(residences, known_links), "person_id", "left")
    )
    return _with_close_ties(_told_by_name(told.withColumn("person_id", F.concat(F.lit("q:"), "person_id"))))


def arrow(rows: DataFrame) -> pa.Table:
    """Records in this process, in order of id.

    Args:
        rows: Records of any kind.
    """
    return rows.select(*RECORD.names).toArrow().cast(RECORD).sort_by("unique_id")


def plain(name: Column) -> Column:
    """A name as it is compared: capitals without accents, words of letters, single spaces.

    Args:
        name: A person's name.
    """
    bare = F.regexp_replace(F.translate(F.upper(name), ACCENTED, PLAIN), "['`´’.]", "")
    return F.trim(F.regexp_replace(bare, r"[^\p{L}]+", " "))


def _name(name: Column) -> tuple[Column, Column, Column]:
    """First word of a name, all but the last, and the last; a name of one word is a family name."""
    words = F.split(plain(name), " ")
    last = F.element_at(words, -1)
    return (
        F.when(F.size(words) > 1, F.element_at(words, 1)).alias("given"),
        F.slice(words, 1, F.greatest(F.size(words) - 1, F.lit(0))).alias("given_names"),
        F.when(last != "", last).alias("family"),
    )


def _seen(
    rows: DataFrame, person: Column, is_numbered: Column, name: Column, born: Column, tie: Column
) -> DataFrame:
    return rows.select(
        person.alias("person_id"),
        is_numbered.alias("is_numbered"),
        *_name(name),
        born.cast("string").alias("born"),
        F.substring(born.cast("string"), 1, 4).alias("birth_year"),
        tie.alias("tie"),
        "raw_ref",
    ).where(F.col("person_id").isNotNull())


def _told_by_name(rows: DataFrame) -> DataFrame:
    return (
        rows.withColumn("born", F.lit(None).cast("string"))
        .withColumn("is_numbered", F.lit(False))
        .withColumn("unique_id", F.col("person_id"))
        .withColumn("source", F.lit(SHAREHOLDER))
    )


def _homes(residences: DataFrame, known_links: DataFrame) -> DataFrame:
    """The postcode of each person's registered residence."""
    return (
        linked(residences, known_links, "person_token")
        .where(
            (F.col("residence_kind") == "bostedsadresse")
            & F.col("is_current")
            & F.col("postcode").isNotNull()
        )
        .groupBy(F.col("person_token").alias("person_id"))
        .agg(F.max_by("postcode", F.struct("order_no", "moved_on", "postcode")).alias("place"))
    )


def _with_close_ties(rows: DataFrame) -> DataFrame:
    """Records with those of their ties that few people have."""
    each = rows.select("unique_id", F.explode("ties").alias("tie"))
    few = each.groupBy("tie").agg(F.count("*").alias("n")).where(F.col("n") <= CLOSE_AT_MOST).select("tie")
    close = (
        each.join(few, "tie").groupBy("unique_id").agg(F.array_sort(F.collect_set("tie")).alias("close_ties"))
    )
    return rows.join(close, "unique_id", "left").withColumn(
        "close_ties", F.coalesce("close_ties", F.array().cast("array<string>"))
    )
