"""Business rules written by hand, each about the rows of one table.

What a declaration can say (types, required, codes, patterns, bounds) is not repeated here. A limit that is a
judgement names its basis and the year it was set; move it when the first national delivery shows better.
Registers hold errors: what comes from outside is a warning, what we derive ourselves is critical.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from expectations.dataset import Dataset
from expectations.open_lists import OPEN_LISTS
from expectations.rules import (
    Between,
    DatesBetween,
    NotBefore,
    NotNull,
    Rule,
    Severity,
    SumWithin,
    Unique,
    When,
    declared_rules,
)

JUDGED_FROM = 100
"""A share of fewer rows than this says little: it is counted and not judged."""
OWN = "own judgement, before any national delivery"
LAST = date(2100, 12, 31)
"""Registers write 9999-12-31 and the like for open ends; the contract wants those left out."""


def _in_order(
    table: str,
    later: str,
    earlier: str,
    nb: str,
    en: str,
    severity: Severity = Severity.WARNING,
    tolerated: str = "0",
) -> Rule:
    return Rule(
        id=f"{table}:{later}_not_before_{earlier}",
        table=table,
        holds=NotBefore(later, earlier),
        description=en,
        description_nb=nb,
        severity=severity,
        tolerated=Decimal(tolerated),
    )


# Registers hold a few reversed dates: they are reported and stop no month. What we derive ourselves does.
ORDERS: tuple[Rule, ...] = (
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
            ("core_tax__identifiers", Severity.WARNING),
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
        "core_tax__filing_duties",
        "period_to",
        "period_from",
        "En periode slutter ikke før den begynner.",
        "A period does not end before it starts.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_tax__filing_duties",
        "deadline_on",
        "period_from",
        "En frist ligger ikke før perioden begynner.",
        "A deadline does not lie before the period starts.",
    ),
    _in_order(
        "core_work__worker_exits",
        "left_n",
        "moved_n",
        "Det er ikke flere som gikk til ett sted, enn som sluttet.",
        "No more people went to one place than left.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_work__worker_exits",
        "from_n",
        "left_n",
        "Det er ikke flere som sluttet, enn som arbeidet der.",
        "No more people left than worked there.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_org__approvals",
        "last_look_on",
        "first_look_on",
        "En rekke oppslag slutter ikke før den begynner.",
        "A run of looks does not end before it starts.",
        Severity.CRITICAL,
    ),
    _in_order(
        "core_org__approvals",
        "next_look_on",
        "last_look_on",
        "Det neste oppslaget kommer etter rekken.",
        "The next look comes after the run.",
        Severity.CRITICAL,
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


def _filled(table: str, column: str, percent: int, basis: str, when: When | None = None) -> Rule:
    of_en = f" where {when.column} is {'missing' if when.is_missing else 'given'}" if when else ""
    of_nb = f" der {when.column} {'mangler' if when.is_missing else 'er oppgitt'}" if when else ""
    return Rule(
        id=f"{table}:{column}_filled",
        table=table,
        holds=NotNull(column),
        description=f"{column} is given in at least {percent} % of the rows{of_en}.",
        description_nb=f"{column} er oppgitt i minst {percent} % av radene{of_nb}.",
        severity=Severity.WARNING,
        when=when,
        tolerated=Decimal(100 - percent) / 100,
        from_rows=JUDGED_FROM,
        basis=basis,
        year=2026,
    )


LIVE = When("deleted_on", is_missing=True)
FILL_RATES: tuple[Rule, ...] = (
    _filled(
        "raw_brreg_enheter__units", "business_municipality_no", 95, "the owner requires the address", LIVE
    ),
    _filled("raw_brreg_enheter__units", "industry_1_code", 90, OWN, LIVE),
    _filled("raw_brreg_enheter__units", "registered_on", 99, "every registered unit has one", LIVE),
    _filled("raw_brreg_underenheter__establishments", "parent_orgnr", 99, "an establishment has a unit"),
    _filled("raw_brreg_underenheter__establishments", "location_municipality_no", 95, OWN),
    _filled("raw_skatteetaten_amelding__employments", "position_pct", 90, "required of ordinary employment"),
    _filled(
        "raw_skatteetaten_amelding__employments", "occupation_code", 90, "required of ordinary employment"
    ),
    _filled("raw_folkeregisteret_bosted__persons", "born_on", 98, "the register has it for its persons"),
    _filled("raw_folkeregisteret_bosted__residences", "address_id", 90, OWN),
    _filled("raw_kartverket_matrikkel__units", "address_id", 95, "a unit for living has an address"),
    _filled("raw_kartverket_matrikkel__addresses", "cadastre_key", 95, "an address lies on a property"),
    _filled("raw_kontraktskjede__contracts", "project_id", 60, OWN),
    _filled("raw_kontraktskjede__contracts", "value_ore", 80, OWN),
    _filled("raw_kontraktskjede__invoices", "contract_id", 60, OWN),
    _filled("raw_byggeplass_oversiktslister__presences", "employer_orgnr", 80, "the list names the employer"),
    _filled("raw_hmskort_register__cards", "cardholder_token", 95, "a card has a holder"),
    _filled("raw_doffin_kunngjoringer__buyers", "buyer_orgnr", 90, "a buyer is a public body"),
    _filled("core_org__organisations", "address_key", 90, OWN, LIVE),
    _filled("core_work__employments", "started_on", 99, "required by the a-ordning"),
    _filled("core_work__employments", "establishment_orgnr", 95, OWN),
    _filled("core_link__persons", "is_adult", 95, "needs a birth date or a number that carries one"),
    _filled("core_home__dwellings", "building_no", 95, "a unit lies in a building"),
    _filled("core_chain__contracts", "supplier_orgnr", 80, "a foreign supplier may have none"),
)


def _dated(table: str, column: str, first: int, basis: str) -> Rule:
    return Rule(
        id=f"{table}:{column}_plausible",
        table=table,
        holds=DatesBetween(column, date(first, 1, 1), LAST),
        description=f"{column} lies in the years {first} to {LAST.year}.",
        description_nb=f"{column} ligger i årene {first} til {LAST.year}.",
        severity=Severity.WARNING,
        basis=basis,
        year=2026,
    )


_OLDEST_JOB = "no one at work today began before it"
_OLDEST_PERSON = "no one living was born before it"
DATES: tuple[Rule, ...] = (
    _dated("raw_brreg_enheter__units", "registered_on", 1900, "oldest register carried over"),
    _dated("raw_brreg_enheter__units", "founded_on", 1100, "the oldest foundations are medieval"),
    _dated("raw_brreg_underenheter__establishments", "started_on", 1600, OWN),
    _dated("raw_brreg_roller__roles", "person_born_on", 1900, _OLDEST_PERSON),
    _dated("raw_skatteetaten_amelding__employments", "started_on", 1900, _OLDEST_JOB),
    _dated("raw_skatteetaten_amelding__employments", "ended_on", 1900, _OLDEST_JOB),
    _dated("raw_skatteetaten_amelding__recipients", "born_on", 1900, _OLDEST_PERSON),
    _dated("raw_skatteetaten_oppdrag__assignments", "started_on", 1990, "RF-1199 holds current assignments"),
    _dated("raw_folkeregisteret_bosted__persons", "born_on", 1900, _OLDEST_PERSON),
    _dated("raw_folkeregisteret_bosted__residences", "moved_on", 1900, _OLDEST_PERSON),
    _dated("raw_kontraktskjede__contracts", "started_on", 1990, "the source holds current contracts"),
    _dated("raw_kontraktskjede__invoices", "invoiced_on", 1990, "the source holds current contracts"),
    _dated("raw_byggeplass_oversiktslister__presences", "present_on", 2010, "lists are kept for six months"),
    _dated("raw_hmskort_register__cards", "issued_on", 2007, "the card came in 2008"),
    _dated("raw_doffin_kunngjoringer__notices", "published_on", 2003, "Doffin opened in 2003"),
    _dated("raw_innkvartering_meldinger__notices", "from_on", 1990, OWN),
    _dated("raw_tilsyn_utfall__events", "event_on", 1990, OWN),
    _dated("core_work__employments", "started_on", 1900, _OLDEST_JOB),
    _dated("core_home__residences", "valid_from", 1900, _OLDEST_PERSON),
    _dated("core_org__organisations", "registered_on", 1900, "oldest register carried over"),
)


def _bounded(table: str, column: str, low: int, high: int, basis: str, tolerated: str = "0") -> Rule:
    return Rule(
        id=f"{table}:{column}_plausible",
        table=table,
        holds=Between(column, low, high),
        description=f"{column} lies between {low} and {high}.",
        description_nb=f"{column} ligger mellom {low} og {high}.",
        severity=Severity.WARNING,
        tolerated=Decimal(tolerated),
        basis=basis,
        year=2026,
    )


BOUNDS: tuple[Rule, ...] = (
    _bounded("core_home__dwellings", "area_m2", 1, 2000, "a larger dwelling is a whole building", "0.001"),
    _bounded("core_home__dwellings", "rooms_n", 1, 60, OWN, "0.001"),
    _bounded("core_home__housing", "living_area_m2", 1, 20_000, OWN),
    _bounded(
        "core_work__employments", "position_pct", 0, 300, "sum over the relations with one employer", "0.001"
    ),
    _bounded("core_work__pay", "paid_hours_h", 0, 744, "a month has at most 744 hours", "0.001"),
    _bounded("core_chain__projects", "value_ore", 1, 10**14, "the largest projects are tens of billions"),
    _bounded("raw_skatteetaten_amelding__employments", "position_pct", 0, 200, OWN, "0.001"),
    _bounded("raw_skatteetaten_amelding__employer_contributions", "rate_pct", 0, 100, "a percentage"),
    _bounded(
        "raw_skatteetaten_aksjonaerer__shareholdings", "company_shares", 1, 10**12, "a company has shares"
    ),
    _bounded(
        "raw_kartverket_matrikkel__units", "area_m2", 0, 100_000, "0 is unknown in the register", "0.001"
    ),
    _bounded("raw_kartverket_matrikkel__buildings", "total_area_m2", 0, 500_000, OWN, "0.001"),
)
SUMS: tuple[Rule, ...] = (
    Rule(
        id="core_org__ownerships:shares_sum",
        table="core_org__ownerships",
        holds=SumWithin(("orgnr",), "share", Decimal("1.001")),
        description="The shares of a company's holders sum to no more than the whole.",
        description_nb="Andelene til eierne av et selskap er til sammen ikke mer enn hele.",
        severity=Severity.WARNING,
        tolerated=Decimal("0.01"),
        basis="share classes with own capital can pass it; six decimals round",
        year=2026,
    ),
    _in_order(
        "raw_kontraktskjede__invoices",
        "paid_on",
        "invoiced_on",
        "En faktura betales ikke før den er utstedt.",
        "An invoice is not paid before it is issued.",
        tolerated="0.05",
    ),
    _in_order(
        "raw_hmskort_register__cards",
        "valid_to_on",
        "issued_on",
        "Et kort utløper ikke før det er utstedt.",
        "A card does not expire before it is issued.",
    ),
    _in_order(
        "raw_skatteetaten_aksjonaerer__shareholdings",
        "company_shares",
        "shares",
        "Ingen eier flere aksjer enn selskapet har.",
        "No one holds more shares than the company has.",
        tolerated="0.01",
    ),
)

BUSINESS_RULES: tuple[Rule, ...] = (*ORDERS, *FILL_RATES, *DATES, *BOUNDS, *SUMS, *OPEN_LISTS)


def rules_of(dataset: Dataset) -> tuple[Rule, ...]:
    """All rules about the rows of a table, declared ones first.

    Args:
        dataset: Declaration of the table.
    """
    return (*declared_rules(dataset), *_own(dataset))


def _own(dataset: Dataset) -> Iterator[Rule]:
    return (rule for rule in BUSINESS_RULES if rule.table == dataset.name)
