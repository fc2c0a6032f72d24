"""What must hold of rows beyond types: rules that follow from declarations, and the few they can't say.

A rule is a small declarative form, not code, so that the same rule is counted over Arrow columns at
publication, validated by Great Expectations, and can be counted by an engine. A missing value breaks no
rule but `NotNull`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from expectations.dataset import Column, Dataset


class Severity(StrEnum):
    """What a breach does."""

    CRITICAL = "critical"
    """Nothing is published."""
    WARNING = "warning"
    """Published, and reported."""


@dataclass(frozen=True, slots=True)
class NotNull:
    """The column has a value."""

    column: str


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows have the same values in these columns."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value, or each item of a list, is one of a closed list."""

    column: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The whole text, or each item of a list, matches a pattern."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Between:
    """The number lies within inclusive bounds; None is unbounded."""

    column: str
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The column is not less than another one of the same row."""

    column: str
    other: str


@dataclass(frozen=True, slots=True)
class RowsBetween:
    """The table has this many rows, bounds included."""

    minimum: int
    maximum: int


Predicate = NotNull | Unique | OneOf | Matches | Between | NotBefore | RowsBetween


@dataclass(frozen=True, slots=True)
class When:
    """Rows that a rule speaks about: those where a column has a value, or exactly this value."""

    column: str
    equals: str | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold.

    Attributes:
        id: `table:what`; stable, it stands in manifests and reports.
        table: Table.
        holds: What must hold.
        description: One English sentence.
        description_nb: The same in Norwegian bokmål.
        severity: What a breach does.
        when: Rows it speaks about; None means all.
    """

    id: str
    table: str
    holds: Predicate
    description: str
    description_nb: str
    severity: Severity = Severity.CRITICAL
    when: When | None = None


def _in_order(
    table: str, later: str, earlier: str, nb: str, en: str, severity: Severity = Severity.WARNING
) -> Rule:
    return Rule(
        id=f"{table}:{later}_not_before_{earlier}",
        table=table,
        holds=NotBefore(later, earlier),
        description=en,
        description_nb=nb,
        severity=severity,
    )


# Registers hold a few reversed dates: they are reported and stop no month. What we derive ourselves does.
BUSINESS_RULES: tuple[Rule, ...] = (
    *(
        _in_order(
            table,
            "valid_to",
            "valid_from",
            "Et intervall slutter ikke før det begynner.",
            "An interval does not end before it starts.",
            severity,
        )
        for table, severity in (
            ("core_org__roles", Severity.WARNING),
            ("core_org__hubs", Severity.WARNING),
            ("core_home__holders", Severity.WARNING),
            ("core_home__residences", Severity.WARNING),
            ("core_work__spells", Severity.CRITICAL),
            ("net_graph__edges", Severity.WARNING),
        )
    ),
    _in_order(
        "core_org__organisations",
        "deleted_on",
        "registered_on",
        "En enhet slettes ikke før den er registrert.",
        "An organisation is not deleted before it is registered.",
    ),
    _in_order(
        "core_org__establishments",
        "closed_on",
        "started_on",
        "En virksomhet legges ikke ned før den starter.",
        "An establishment does not close before it starts.",
    ),
    _in_order(
        "core_work__employments",
        "ended_on",
        "started_on",
        "Et arbeidsforhold slutter ikke før det begynner.",
        "An employment does not end before it starts.",
    ),
    _in_order(
        "core_work__spells",
        "last_month",
        "first_month",
        "Siste måned ligger ikke før første.",
        "The last month does not lie before the first.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_work__spells",
        "months_n",
        "paid_months_n",
        "Det er ikke flere lønnede måneder enn måneder.",
        "There are no more paid months than months.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_chain__projects",
        "ended_on",
        "started_on",
        "Et prosjekt slutter ikke før det begynner.",
        "A project does not end before it starts.",
    ),
    _in_order(
        "core_chain__contracts",
        "ended_on",
        "started_on",
        "En kontrakt slutter ikke før den begynner.",
        "A contract does not end before it starts.",
    ),
    _in_order(
        "core_chain__contracts",
        "value_ore",
        "labour_value_ore",
        "Arbeidsandelen er ikke større enn kontrakten.",
        "The labour part is not larger than the contract.",
    ),
    _in_order(
        "core_home__occupancy",
        "residents_n",
        "adults_n",
        "Det er ikke flere voksne enn beboere.",
        "There are no more adults than residents.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_home__occupancy",
        "residents_n",
        "workers_n",
        "Det er ikke flere arbeidstakere enn beboere.",
        "There are no more workers than residents.",
        Severity.CRITICAL,
    ),
    *(
        Rule(
            id=f"{table}:{column}_is_a_share",
            table=table,
            holds=Between(column, 0, 1),
            description="A share lies between 0 and 1.",
            description_nb="En andel ligger mellom 0 og 1.",
        )
        for table, column in (
            ("core_chain__projects", "coverage_share"),
            ("core_chain__coverage", "coverage_share"),
            ("core_chain__coverage", "verified_share"),
            ("core_home__occupancy", "registered_share"),
            ("core_link__person_links", "match_probability"),
        )
    ),
    Rule(
        id="core_chain__projects:rule_named",
        table="core_chain__projects",
        holds=NotNull("tier_limit_rule"),
        when=When("tier_limit_basis", "rule"),
        description="A limit that follows from a rule names the rule.",
        description_nb="En grense som følger av en regel, nevner regelen.",
    ),
    *(
        Rule(
            id=f"{table}:suppressed_has_reason",
            table=table,
            holds=NotNull("suppressed_reason"),
            when=When("status", "suppressed"),
            description="A suppressed finding says why.",
            description_nb="Et undertrykt forhold sier hvorfor.",
        )
        for table in ("out_flag__findings",)
    ),
    Rule(
        id="out_flag__cases:rank_unique",
        table="out_flag__cases",
        holds=Unique(("rank",)),
        description="No two cases share a rank.",
        description_nb="Ingen saker deler plass i rekkefølgen.",
    ),
    _in_order(
        "out_flag__cases",
        "month",
        "first_seen_month",
        "En sak er ikke sett første gang etter måneden den gjelder.",
        "A case is not first seen after the month it is about.",
        Severity.CRITICAL,
    ),
)


def declared_rules(dataset: Dataset) -> Iterator[Rule]:
    """The rules that follow from a table's declaration.

    Args:
        dataset: Declaration of the table.
    """
    yield Rule(
        id=f"{dataset.name}:rows",
        table=dataset.name,
        holds=RowsBetween(dataset.floor, dataset.ceiling),
        description=f"A month has {dataset.floor} to {dataset.ceiling} rows.",
        description_nb=f"En måned har {dataset.floor} til {dataset.ceiling} rader.",
    )
    yield Rule(
        id=f"{dataset.name}:key",
        table=dataset.name,
        holds=Unique(dataset.key),
        description=f"No two rows share {', '.join(dataset.key)}.",
        description_nb=f"Ingen rader deler {', '.join(dataset.key)}.",
    )
    for column in dataset.columns:
        yield from _of_column(dataset, column)


def rules_of(dataset: Dataset) -> tuple[Rule, ...]:
    """All rules of a table, declared ones first.

    Args:
        dataset: Declaration of the table.
    """
    return (*declared_rules(dataset), *(rule for rule in BUSINESS_RULES if rule.table == dataset.name))


def _of_column(dataset: Dataset, column: Column) -> Iterator[Rule]:
    name, forms = column.name, list[tuple[str, Predicate, str, str]]()
    if column.required or name in dataset.key:
        forms.append(("required", NotNull(name), f"{name} is given.", f"{name} er oppgitt."))
    if column.codes:
        codes = ", ".join(column.codes)
        forms.append(
            ("codes", OneOf(name, column.codes), f"{name} is one of {codes}.", f"{name} er en av {codes}.")
        )
    if column.pattern:
        forms.append(
            ("pattern", Matches(name, column.pattern), f"{name} has its form.", f"{name} har sin form.")
        )
    if (column.minimum is not None or column.maximum is not None) and not pa.types.is_nested(column.type):
        forms.append(
            (
                "range",
                Between(name, column.minimum, column.maximum),
                f"{name} lies within its bounds.",
                f"{name} ligger innenfor sine grenser.",
            )
        )
    for what, holds, description, description_nb in forms:
        yield Rule(
            id=f"{dataset.name}:{name}:{what}",
            table=dataset.name,
            holds=holds,
            description=description,
            description_nb=description_nb,
        )
