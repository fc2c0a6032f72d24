"""Which register a core table rests on: two findings of a case must rest on different owners' data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Register:
    """A register and who owns it.

    Attributes:
        owner: Short name of the data owner.
        name_nb: Name of the register in Norwegian.
        name_en: Name in English.
    """

    owner: str
    name_nb: str
    name_en: str


ENTITIES = Register("brreg", "Enhetsregisteret", "Central Coordinating Register for Legal Entities")
BENEFICIAL = Register("brreg", "Register over reelle rettighetshavere", "Register of beneficial owners")
SHAREHOLDERS = Register("skatteetaten", "Aksjonærregisteret", "Shareholder register")
A_MELDING = Register("skatteetaten", "A-ordningen (a-melding)", "Employer reporting (a-melding)")
TAX = Register("skatteetaten", "Skatteetatens opplysninger om restanser", "Tax arrears (Skatteetaten)")
TAX_DUTIES = Register(
    "skatteetaten", "Skatteetatens opplysninger om krav og plikter", "Tax claims and duties (Skatteetaten)"
)
PAY_OUT = Register(
    "skatteetaten", "Utbetalingskonto og kontaktopplysninger", "Pay-out accounts and contact data"
)
STATEMENTS = Register("skatteetaten", "Næringsspesifikasjon", "Statements of accounts (næringsspesifikasjon)")
CHAIN = Register(
    "byggherre", "Kontraktskjede fra byggherrer og hovedleverandører", "Contract chain from clients"
)
CADASTRE = Register("kartverket", "Matrikkelen og grunnboken", "Cadastre and land register")
POPULATION = Register("folkeregisteret", "Folkeregisteret", "Population register")
HOUSING = Register("arbeidstilsynet", "Innkvarteringsmeldinger", "Housing notices")
OUTCOMES = Register("arbeidstilsynet", "Hendelser og utfall fra tilsyn", "Events and outcomes of inspections")
ASSIGNED = Register("skatteetaten", "Oppdrags- og arbeidsforholdregisteret", "Register of assignments (OAR)")
RATES = Register("arbeidstilsynet", "Allmenngjorte minstesatser", "Generally applicable minimum rates")
APPROVALS = Register(
    "arbeidstilsynet", "Arbeidstilsynets godkjenningsregistre", "Registers of approvals (Arbeidstilsynet)"
)

REGISTER_OF: dict[str, Register] = {
    "core_org__organisations": ENTITIES,
    "core_org__establishments": ENTITIES,
    "core_org__roles": ENTITIES,
    "core_org__hubs": ENTITIES,
    "core_org__role_loads": ENTITIES,
    "core_org__registration_duties": ENTITIES,
    "core_org__approvals": APPROVALS,
    "core_org__ownerships": SHAREHOLDERS,
    "core_org__owner_roots": SHAREHOLDERS,
    "core_org__events": OUTCOMES,
    "core_org__beneficial_owners": BENEFICIAL,
    "core_work__employments": A_MELDING,
    "core_work__pay": A_MELDING,
    "core_work__spells": A_MELDING,
    "core_work__worker_flows": A_MELDING,
    "core_work__worker_exits": A_MELDING,
    "core_work__capacity": A_MELDING,
    "core_work__work_months": A_MELDING,
    "core_work__declared_months": A_MELDING,
    "core_work__low_pay": A_MELDING,
    "core_work__payrolls": A_MELDING,
    "core_chain__project_labour": CHAIN,
    "core_chain__reporting_duties": ASSIGNED,
    "core_work__minimum_rates": RATES,
    "core_tax__standing": TAX,
    "core_tax__withholding_months": TAX_DUTIES,
    "core_tax__contribution_terms": TAX_DUTIES,
    "core_tax__filing_duties": TAX_DUTIES,
    "core_tax__vat_terms": TAX_DUTIES,
    "core_tax__accounts": STATEMENTS,
    "core_tax__identifiers": PAY_OUT,
    "core_tax__arrears_terms": TAX,
    "core_tax__vat_mismatches": TAX_DUTIES,
    "core_tax__thin_suppliers": TAX_DUTIES,
    "core_chain__projects": CHAIN,
    "core_chain__coverage": CHAIN,
    "core_chain__contracts": CHAIN,
    "core_chain__payments": CHAIN,
    "core_chain__supplies": CHAIN,
    "core_chain__promises": CHAIN,
    "core_home__buildings": CADASTRE,
    "core_home__dwellings": CADASTRE,
    "core_home__holders": CADASTRE,
    "core_home__seats": ENTITIES,
    "core_home__stays": POPULATION,
    "core_home__residences": POPULATION,
    "core_home__occupancy": POPULATION,
    "core_home__housing": HOUSING,
    "core_link__candidates": POPULATION,
    "core_link__fairness": POPULATION,
    "core_link__known_links": POPULATION,
    "core_link__person_links": POPULATION,
    "core_link__tasks": POPULATION,
    "core_link__persons": POPULATION,
    "core_link__families": POPULATION,
    "core_outcome__reviews": OUTCOMES,
    "core_outcome__inspections": OUTCOMES,
}
