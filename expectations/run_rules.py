"""Rules that need several tables or deliveries, counted once per run before it becomes visible.

Critical is structural nonsense: half a register, an identifier column that matches nothing, an edge without
its node, a source that stopped months ago. Everything that registers get wrong now and then is a warning.
"""

from decimal import Decimal

from expectations.cadence import CADENCES
from expectations.rules import Delivered, Exists, Fresh, Kept, Rule, Severity, When

OWN = "own judgement, before any national delivery"
LAG = "registers lag each other by days to weeks"
LINKED_FROM = 100
"""Fewer references than this may all miss without it meaning anything."""
COMPARED_FROM = 1_000
"""Smaller deliveries double and halve by chance."""

_ORGANISATIONS = ("core_org__organisations", "orgnr")


def _exists(
    table: str,
    column: str,
    other: tuple[str, str],
    percent: str,
    basis: str,
    *,
    prefix: str = "",
    when: When | None = None,
    is_structural: bool = False,
) -> tuple[Rule, ...]:
    """A reference, reported when more than some miss and, where structural, refused when most do."""
    what = f"{column} of {table}" if when is None else f"{column} of {table} ({when.column} {when.equals})"
    hva = f"{column} i {table}" if when is None else f"{column} i {table} ({when.column} {when.equals})"
    holds = Exists(column, *other, prefix)
    found = Rule(
        id=f"{table}:{column}_exists",
        table=table,
        holds=holds,
        when=when,
        description=f"At least {100 - Decimal(percent)} % of {what} exist in {other[0]}.",
        description_nb=f"Minst {100 - Decimal(percent)} % av {hva} finnes i {other[0]}.",
        severity=Severity.WARNING,
        tolerated=Decimal(percent) / 100,
        basis=basis,
        year=2026,
    )
    if not is_structural:
        return (found,)
    linked = Rule(
        id=f"{table}:{column}_linked",
        table=table,
        holds=holds,
        when=when,
        description=f"At least half of {what} exist in {other[0]}, or the two do not belong together.",
        description_nb=f"Minst halvparten av {hva} finnes i {other[0]}, ellers hører de to ikke sammen.",
        tolerated=Decimal("0.5"),
        from_rows=LINKED_FROM,
        basis="half a register, a shifted column or another country's numbers",
        year=2026,
    )
    return (found, linked)


def _all_exist(table: str, column: str, other: tuple[str, str]) -> Rule:
    return Rule(
        id=f"{table}:{column}_exists",
        table=table,
        holds=Exists(column, *other),
        description=f"Every {column} of {table} exists in {other[0]}.",
        description_nb=f"Hver {column} i {table} finnes i {other[0]}.",
        basis="both are made by the same run",
        year=2026,
    )


CROSS_TABLE: tuple[Rule, ...] = (
    *_exists("core_work__employments", "orgnr", _ORGANISATIONS, "1", LAG, is_structural=True),
    *_exists(
        "core_work__employments",
        "establishment_orgnr",
        ("core_org__establishments", "establishment_orgnr"),
        "2",
        LAG,
    ),
    *_exists(
        "core_work__employments",
        "person_id",
        ("core_link__persons", "person_id"),
        "25",
        "workers with a D-number or abroad are often not in the resident population",
    ),
    *_exists("core_org__establishments", "orgnr", _ORGANISATIONS, "1", LAG, is_structural=True),
    *_exists("core_org__roles", "orgnr", _ORGANISATIONS, "1", LAG, is_structural=True),
    *_exists(
        "core_org__ownerships", "orgnr", _ORGANISATIONS, "5", "yearly: companies are struck off meanwhile"
    ),
    *_exists("core_tax__standing", "orgnr", _ORGANISATIONS, "1", LAG, is_structural=True),
    *_exists("core_chain__contracts", "supplier_orgnr", _ORGANISATIONS, "2", LAG),
    *_exists("core_chain__contracts", "client_orgnr", _ORGANISATIONS, "2", LAG),
    *_exists(
        "core_chain__contracts",
        "parent_contract_id",
        ("core_chain__contracts", "contract_id"),
        "5",
        "a chain that is declared from below lacks its top",
    ),
    *_exists("core_chain__contracts", "project_id", ("core_chain__projects", "project_id"), "2", OWN),
    *_exists("core_chain__projects", "client_orgnr", _ORGANISATIONS, "2", LAG),
    *_exists(
        "core_chain__payments",
        "contract_id",
        ("core_chain__contracts", "contract_id"),
        "10",
        "invoices come before the contract they refer to is declared",
    ),
    *_exists(
        "core_home__residences",
        "place_id",
        ("core_home__dwellings", "dwelling_id"),
        "3",
        "Matrikkelen lags new buildings; unit numbers are wrong at times",
        prefix="dwelling:",
        is_structural=True,
    ),
    *_exists("core_home__dwellings", "building_no", ("core_home__buildings", "building_no"), "1", OWN),
    *_exists("core_home__holders", "dwelling_id", ("core_home__dwellings", "dwelling_id"), "1", OWN),
    *_exists(
        "raw_byggeplass_oversiktslister__presences",
        "employer_orgnr",
        _ORGANISATIONS,
        "5",
        "the site types the number in",
        is_structural=True,
    ),
    *_exists("raw_hmskort_register__cards", "employer_orgnr", _ORGANISATIONS, "5", LAG, is_structural=True),
    *_exists("raw_skatteetaten_oppdrag__assignments", "client_orgnr", _ORGANISATIONS, "2", LAG),
    *_exists(
        "raw_doffin_kunngjoringer__buyers", "buyer_orgnr", _ORGANISATIONS, "5", "buyers type the number in"
    ),
    _all_exist("net_graph__edges", "source_id", ("net_graph__nodes", "node_id")),
    _all_exist("net_graph__edges", "target_id", ("net_graph__nodes", "node_id")),
    _all_exist("out_flag__evidence", "finding_id", ("out_flag__findings", "finding_id")),
)


def _delivered(table: str, low: int, high: int, basis: str, year: int) -> Rule:
    return Rule(
        id=f"{table}:delivered_rows",
        table=table,
        holds=Delivered(low, high),
        description=f"A complete national delivery has {low} to {high} rows.",
        description_nb=f"En fullstendig landsdekkende leveranse har {low} til {high} rader.",
        basis=basis,
        year=year,
    )


VOLUMES: tuple[Rule, ...] = (
    _delivered("raw_brreg_enheter__units", 900_000, 1_700_000, "Enhetsregisteret: about 1.1 M units", 2025),
    _delivered(
        "raw_brreg_underenheter__establishments", 600_000, 1_600_000, "Enhetsregisteret: about 0.9 M", 2025
    ),
    _delivered("raw_brreg_roller__units", 600_000, 1_700_000, "units with at least one role", 2025),
    _delivered("raw_brreg_roller__roles", 1_500_000, 9_000_000, "about 3 roles for each unit", 2025),
    _delivered("raw_skatteetaten_amelding__reports", 150_000, 600_000, "about 250 000 employers", 2025),
    _delivered("raw_skatteetaten_amelding__employments", 2_000_000, 6_000_000, "about 3 M employments", 2025),
    _delivered("raw_kartverket_matrikkel__buildings", 3_000_000, 8_000_000, "about 4.3 M buildings", 2025),
    _delivered("raw_kartverket_matrikkel__units", 2_000_000, 12_000_000, "about 2.7 M dwellings", 2025),
    _delivered("raw_kartverket_matrikkel__addresses", 1_800_000, 8_000_000, "about 2.6 M addresses", 2025),
    _delivered("raw_folkeregisteret_bosted__persons", 4_500_000, 14_000_000, "5.6 M residents", 2025),
    _delivered("raw_skatteetaten_aksjonaerer__shareholdings", 700_000, 10_000_000, OWN, 2026),
    _delivered("raw_brreg_reelle_rettighetshavere__registrations", 150_000, 1_200_000, OWN, 2026),
    _delivered("raw_hmskort_register__cards", 50_000, 5_000_000, OWN, 2026),
    _delivered("raw_arbeidstilsynet_registre__cleaning", 500, 50_000, OWN, 2026),
    _delivered("raw_arbeidstilsynet_registre__staffing", 500, 50_000, OWN, 2026),
)


def _kept(table: str, least_pct: int, most_pct: int) -> tuple[Rule, Rule]:
    return (
        Rule(
            id=f"{table}:rows_change",
            table=table,
            holds=Kept(least_pct, most_pct),
            description=f"A delivery has {least_pct} to {most_pct} % of the rows of the one before.",
            description_nb=f"En leveranse har {least_pct} til {most_pct} % av radene i den forrige.",
            severity=Severity.WARNING,
            from_rows=COMPARED_FROM,
            basis=OWN,
            year=2026,
        ),
        Rule(
            id=f"{table}:rows_collapse",
            table=table,
            holds=Kept(50),
            description="A delivery has at least half the rows of the one before.",
            description_nb="En leveranse har minst halvparten av radene i den forrige.",
            from_rows=COMPARED_FROM,
            basis="no register loses half of itself; a cut file does",
            year=2026,
        ),
    )


CHANGES: tuple[Rule, ...] = (
    *_kept("raw_brreg_enheter__units", 90, 115),
    *_kept("raw_brreg_underenheter__establishments", 90, 115),
    *_kept("raw_brreg_roller__units", 90, 115),
    *_kept("raw_brreg_roller__roles", 90, 115),
    *_kept("raw_brreg_reelle_rettighetshavere__registrations", 85, 120),
    *_kept("raw_skatteetaten_aksjonaerer__shareholdings", 80, 130),
    *_kept("raw_skatteetaten_amelding__reports", 85, 115),
    *_kept("raw_skatteetaten_amelding__employments", 80, 125),
    *_kept("raw_skatteetaten_seriositet__arrears", 70, 150),
    *_kept("raw_kartverket_matrikkel__buildings", 95, 110),
    *_kept("raw_kartverket_matrikkel__units", 95, 110),
    *_kept("raw_kartverket_matrikkel__addresses", 95, 110),
    *_kept("raw_folkeregisteret_bosted__persons", 95, 110),
    *_kept("raw_hmskort_register__cards", 80, 130),
    *_kept("raw_arbeidstilsynet_registre__cleaning", 80, 130),
    *_kept("raw_arbeidstilsynet_registre__staffing", 80, 130),
)


def _fresh() -> tuple[Rule, ...]:
    found = []
    for cadence in CADENCES:
        for what, days, severity, snapshots in (
            ("fresh", cadence.stale_days, Severity.WARNING, False),
            ("alive", cadence.broken_days, Severity.CRITICAL, False),
            ("register_fresh", cadence.register_days, Severity.WARNING, True),
        ):
            if days is None:
                continue
            newest = "complete register" if snapshots else "delivery"
            nyeste = "fullstendige registeret" if snapshots else "leveransen"
            found.append(
                Rule(
                    id=f"{cadence.source}:{what}",
                    table=cadence.source,
                    holds=Fresh(cadence.source, days, snapshots),
                    description=f"The newest {newest} reaches to at most {days} days before the month's end.",
                    description_nb=f"Det nyeste {nyeste} rekker til høyst {days} dager før månedens slutt."
                    if snapshots
                    else f"Den nyeste {nyeste} rekker til høyst {days} dager før månedens slutt.",
                    severity=severity,
                    basis=f"the contract: {cadence.says}",
                    year=2026,
                )
            )
    return tuple(found)


FRESHNESS: tuple[Rule, ...] = _fresh()
RUN_RULES: tuple[Rule, ...] = (*CROSS_TABLE, *VOLUMES, *CHANGES, *FRESHNESS)
