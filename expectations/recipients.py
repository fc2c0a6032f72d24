"""Who may receive what, for which purpose, on which legal basis; what does not stand here is not released.

A new partner is one more `Recipient`. Projection, contract, folder, approval and ledger follow from it.
Whatever is unknown, expired or without a legal basis fails closed.

Source: a-kriminformasjonsforskriften (17 June 2022) § 3; personopplysningsloven § 12 a; forvaltningsloven
§ 13 g. Their wording was not read in full, so no basis is marked as confirmed: until a lawyer has confirmed
it, only synthetic data can be released on it.
"""

from collections.abc import Mapping
from datetime import date

from expectations.errors import NotPermitted
from expectations.registers import REGISTER_OF
from expectations.sharing import LegalBasis, Recipient, RowRule, SharedColumn, SharedDataset, Treatment

FVL_13G = LegalBasis(
    id="FVL-13G",
    title_nb="Forvaltningsloven § 13 g (hjemmel for deling mellom organer i samarbeid mot "
    "arbeidslivskriminalitet)",
    title_en="Public Administration Act section 13 g (sharing between bodies that cooperate against "
    "labour-market crime)",
    limits_nb="Virker gjennom forskrift; opphever ikke taushetsplikt som forskriften ikke nevner.",
    limits_en="Works through the regulation; lifts no duty of secrecy that the regulation does not name.",
    valid_from=date(2022, 6, 20),
)
AKRIM_3 = LegalBasis(
    id="AKRIM-3",
    title_nb="A-kriminformasjonsforskriften § 3",
    title_en="Regulation on information sharing against labour-market crime, section 3",
    limits_nb="Bare når det er nødvendig og forholdsmessig; vurderingen må foreligge for hver utlevering.",
    limits_en="Only when necessary and proportionate; the assessment must exist for each release.",
    valid_from=date(2022, 6, 20),
)
POL_12A = LegalBasis(
    id="POL-12A",
    title_nb="Personopplysningsloven § 12 a",
    title_en="Personal Data Act section 12 a",
    limits_nb="Gjelder ikke særlige kategorier (artikkel 9) og opphever ikke lovbestemt taushetsplikt.",
    limits_en="Does not cover special categories (article 9) and does not lift statutory secrecy.",
    valid_from=date(2022, 6, 20),
)
LEGAL_BASES: dict[str, LegalBasis] = {basis.id: basis for basis in (FVL_13G, AKRIM_3, POL_12A)}

_COMPANY = (FVL_13G.id, AKRIM_3.id)
_PERSONAL = (POL_12A.id, AKRIM_3.id)
_MINIMISED = ("Et intervall er nok for formålet.", "A band is enough for the purpose.")
_WORKERS_FIRST = (
    "Arbeidstakere er ofte berørte; de telles, men utleveres ikke.",
    "Workers are often affected parties; they are counted, not released.",
)
_POPULATION = ("Verdien bygger på Folkeregisteret.", "The value rests on the population register.")
RESTS_ON_POPULATION = ("I01", "I02", "I03", "I04", "I05", "I06")
"""Indicators whose measured values come from who is registered as living where."""


def _clear(*names: str) -> tuple[SharedColumn, ...]:
    return tuple(SharedColumn(name=name, treatment=Treatment.CLEAR, legal_basis=_COMPANY) for name in names)


def _token(*names: str) -> tuple[SharedColumn, ...]:
    return tuple(SharedColumn(name=name, treatment=Treatment.TOKEN, legal_basis=_PERSONAL) for name in names)


def _drop(name: str, reason: tuple[str, str]) -> SharedColumn:
    return SharedColumn(
        name=name, treatment=Treatment.DROP, legal_basis=(), reason_nb=reason[0], reason_en=reason[1]
    )


def _withheld(*names: str) -> tuple[SharedColumn, ...]:
    return tuple(
        SharedColumn(
            name=name,
            treatment=Treatment.CLEAR,
            legal_basis=_COMPANY,
            reason_nb=_POPULATION[0],
            reason_en=_POPULATION[1],
            withheld_for=RESTS_ON_POPULATION,
        )
        for name in names
    )


OPEN_TO_TAX = ("core_org__", "core_chain__", "core_work__", "core_tax__")

SKATTEETATEN = Recipient(
    id="skatteetaten",
    name_nb="Skatteetaten",
    name_en="The Norwegian Tax Administration",
    purpose="akrim-skatt-2026",
    purpose_nb="Å forebygge, avdekke og følge opp omgåelse av skatte- og avgiftsplikter i kontraktskjeder, "
    "ved konkurs med "
    "videreføring og ved arbeidsgiverstyrt innkvartering.",
    purpose_en="To prevent, uncover and follow up evasion of tax duties in contract chains, in "
    "bankruptcies whose business "
    "goes on elsewhere, and in lodging run by employers.",
    legal_basis=(FVL_13G.id, AKRIM_3.id, POL_12A.id),
    controller="Arbeidstilsynet",
    valid_from=date(2025, 1, 1),
    valid_to=date(2028, 12, 31),
    rows=RowRule(
        indicators=("A02", "B01", "I02"),
        case_states=("new", "under_review", "handed_over", "reopened"),
        evidence_tables=(
            *sorted(name for name in REGISTER_OF if name.startswith(OPEN_TO_TAX)),
            "core_home__buildings",
            "core_home__dwellings",
            "core_home__holders",
        ),
        description_nb="Saker der en indikator som Skatteetaten følger opp (gruppe A og B, og I02) er "
        "utløst, med bare disse "
        "funnene. Ikke avviste, avsluttede eller omstridte saker. Bevis fra Folkeregisteret og fra "
        "innkvarteringsmeldinger, "
        "og bevis om enkeltpersoner, er utelatt.",
        description_en="Cases in which an indicator that the Tax Administration follows up (groups A and "
        "B, and I02) has "
        "triggered, with those findings only. No dismissed, closed or disputed cases. Evidence from the "
        "population register "
        "and from housing notices, and evidence about single persons, is left out.",
    ),
    datasets=(
        SharedDataset(
            name="out_share__cases",
            version="1.0.0",
            legal_basis=(*_COMPANY, POL_12A.id),
            columns=(
                *_token("case_ref"),
                *_clear("month", "as_of", "rank", "band", "indicators", "groups", "findings_n"),
                *_clear("companies"),
                *_token("dwellings"),
                _drop("persons_n", _MINIMISED),
                SharedColumn(name="persons_band", treatment=Treatment.BAND, legal_basis=_PERSONAL),
                *_clear("first_seen_month", "state", "change", "headline_nb", "headline_en"),
            ),
        ),
        SharedDataset(
            name="out_share__findings",
            version="1.0.0",
            legal_basis=(*_COMPANY, POL_12A.id),
            columns=(
                *_token("finding_ref", "case_ref"),
                *_clear(
                    "month",
                    "as_of",
                    "indicator_id",
                    "indicator_version",
                    "role",
                    "subject_type",
                    "subject",
                    "companies",
                ),
                *_token("dwellings"),
                _drop("persons", _WORKERS_FIRST),
                *_withheld("value"),
                *_clear("threshold"),
                *_withheld("margin"),
                *_clear("threshold_basis", "legal_basis_ref"),
                *_withheld("guards_applied", "data_quality"),
            ),
        ),
        SharedDataset(
            name="out_share__evidence",
            version="1.0.0",
            legal_basis=_COMPANY,
            columns=(
                *_token("finding_ref"),
                *_clear("n", "month", "register_nb", "register_en", "register_month", "shows_nb", "shows_en"),
            ),
        ),
    ),
)

RECIPIENTS: dict[str, Recipient] = {recipient.id: recipient for recipient in (SKATTEETATEN,)}


def permitted(
    recipient_id: str,
    on: date,
    *,
    synthetic: bool,
    recipients: Mapping[str, Recipient] = RECIPIENTS,
    bases: Mapping[str, LegalBasis] = LEGAL_BASES,
) -> Recipient:
    """The recipient, if a release to it is lawful on this day.

    Args:
        recipient_id: Who shall receive.
        on: Day of the data and of the decision.
        synthetic: All data behind the release is synthetic.
        recipients: Declared recipients.
        bases: Declared legal bases.

    Raises:
        NotPermitted: Unknown or expired recipient; a basis that is missing, unknown, not in force, or not
            confirmed while the data is real.
    """
    if recipient_id not in recipients:
        known = ", ".join(sorted(recipients)) or "none"
        raise NotPermitted(f"no recipient {recipient_id} is declared; known: {known}")
    recipient = recipients[recipient_id]
    if not recipient.valid_from <= on <= recipient.valid_to:
        raise NotPermitted(
            f"recipient {recipient_id} is declared {recipient.valid_from} to {recipient.valid_to}, not {on}"
        )
    claims: list[tuple[str, tuple[str, ...]]] = [("the release", recipient.legal_basis)]
    for shared in recipient.datasets:
        claims.append((shared.name, shared.legal_basis))
        kept = [c for c in shared.columns if c.treatment is not Treatment.DROP]
        claims += [(f"{shared.name}.{c.name}", c.legal_basis) for c in kept]
    for what, ids in claims:
        if not ids:
            raise NotPermitted(f"recipient {recipient_id}: no legal basis for {what}")
        for basis_id in ids:
            basis = bases.get(basis_id)
            if basis is None:
                raise NotPermitted(
                    f"recipient {recipient_id}: {what} rests on unknown legal basis {basis_id}"
                )
            if basis.valid_from > on or (basis.valid_to is not None and basis.valid_to < on):
                raise NotPermitted(
                    f"recipient {recipient_id}: {basis_id} behind {what} is not in force on {on}"
                )
            if not (basis.is_confirmed or synthetic):
                raise NotPermitted(
                    f"recipient {recipient_id}: {basis_id} behind {what} is not confirmed by a lawyer; "
                    "it carries synthetic data only"
                )
    return recipient
