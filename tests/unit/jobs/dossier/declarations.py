"""Declarations of five indicators for tests, so that those in force may change their words."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from graph.indicator import Indicator, Wording
from graph.model import EdgeKind, Finding, Network, ThresholdBasis


def _indicator(
    indicator_id: str,
    nb: str,
    en: str,
    unit: tuple[str, str],
    basis: ThresholdBasis,
    guards: Mapping[str, tuple[str, str]],
    steps: Sequence[tuple[str, str]],
    owner: tuple[str, str],
) -> Indicator:
    def nothing(_network: Network, _thresholds: object) -> Iterator[Finding]:
        return iter(())

    return Indicator(
        id=indicator_id,
        version="1.0",
        name=Wording(nb=nb, en=en),
        rationale=Wording(
            nb="Opplysningene kan vise at ansvar og kontroll er gjort uklart.",
            en="The information may show that responsibility and control have been made unclear.",
        ),
        formula=Wording(nb="Verdien er større enn grensen.", en="The value exceeds the limit."),
        subject_type="project",
        scope_kind="project",
        unit=Wording(nb=unit[0], en=unit[1]),
        edge_kinds=(EdgeKind.CONTRACT,),
        data_owners=("byggherre",),
        thresholds=(),
        guards={k: Wording(nb=a, en=b) for k, (a, b) in guards.items()},
        innocent=(
            Wording(
                nb="Det kan finnes en avtale som ikke er registrert.",
                en="There may be an agreement that is not recorded.",
            ),
        ),
        next_steps=tuple(Wording(nb=a, en=b) for a, b in steps),
        missing={
            "coverage_low": Wording(
                nb="For lite av kjeden er kjent.", en="Too little of the chain is known."
            ),
            "rooms_unknown": Wording(
                nb="Antall rom i boligen er ukjent.", en="The number of rooms is unknown."
            ),
        },
        not_candidate=Wording(
            nb="Ingen kandidat blant disse virksomhetene.", en="No candidate among these companies."
        ),
        follow_up_owner=Wording(nb=owner[0], en=owner[1]),
        legal_basis="",
        source="Test",
        prior=Decimal("0.4"),
        detect=nothing,
        default_thresholds=None,
        planted=(),
        look_alikes=(),
    )


INDICATORS: dict[str, Indicator] = {
    i.id: i
    for i in (
        _indicator(
            "A01",
            "Flere ledd enn regelen tillater",
            "Chain deeper than the rule allows",
            ("ledd under hovedleverandøren", "links below the main supplier"),
            ThresholdBasis.STATUTE,
            {
                "dispensation": (
                    "Oppdragsgiver har gitt dispensasjon før arbeidet begynte.",
                    "The client granted a dispensation before work began.",
                ),
                "hired_staff": (
                    "Et ledd er innleie av arbeidskraft og ikke en underentreprise.",
                    "A link is hired-in staff and not a subcontract.",
                ),
                "goods": ("Leddet er en vareleveranse.", "The link is a delivery of goods."),
            },
            (
                (
                    "Kontroller kjeden i byggherrens leverandørsystem.",
                    "Check the chain in the client's supplier system.",
                ),
                (
                    "Spør byggherren i brev om leddene er godkjent.",
                    "Ask the client by letter whether the links were approved.",
                ),
                (
                    "Kontroller i et felles tilsyn på byggeplassen.",
                    "Check in a joint inspection of the site.",
                ),
            ),
            ("Byggherren; Arbeidstilsynet", "The contracting authority; Arbeidstilsynet"),
        ),
        _indicator(
            "A02",
            "Penger som går i ring mellom virksomheter",
            "Money going in a circle between companies",
            ("andel som kommer tilbake", "share that returns"),
            ThresholdBasis.OWN,
            {
                "group": ("Virksomhetene har samme eier.", "The companies have the same owner."),
                "netting": ("Betalingene er motregning.", "The payments are netting."),
            },
            (
                (
                    "Sammenhold fakturaene med arbeid som er utført.",
                    "Compare the invoices with the work done.",
                ),
            ),
            ("Skatteetaten", "Skatteetaten"),
        ),
        _indicator(
            "B01",
            "Ny virksomhet fortsetter der en gammel stanset",
            "New company continues where an old one ended",
            ("andel av de ansatte som fulgte med", "share of workers who moved along"),
            ThresholdBasis.OWN,
            {
                "estate_sale": ("Boet solgte virksomheten.", "The estate sold the business."),
                "chance": (
                    "De ansatte fant arbeid samme sted ved en tilfeldighet.",
                    "The workers found work in the same place by chance.",
                ),
            },
            (
                ("Be bobestyreren om innberetningen.", "Ask the trustee for the report."),
                ("Be om arbeidsavtalene.", "Request the employment contracts."),
            ),
            ("Skatteetaten, bobestyrer", "Skatteetaten, trustee"),
        ),
        _indicator(
            "I01",
            "Trangbodd bolig for arbeidstakere",
            "Crowded dwelling for workers",
            ("nivå", "level"),
            ThresholdBasis.PUBLISHED,
            {
                "family": ("Beboerne er en familie.", "The residents are a family."),
                "student": ("Boligen er en studentbolig.", "The dwelling is student housing."),
            },
            (
                ("Kontroller opplysningene i matrikkelen.", "Check the cadastre."),
                ("Varslet besøk sammen med brannvesenet.", "Announced visit with the fire service."),
            ),
            ("Arbeidstilsynet; kommunen", "Arbeidstilsynet; the municipality"),
        ),
        _indicator(
            "I02",
            "Ansatte hos flere i kjeden bor i samme bolig",
            "Workers of several companies of the chain share a dwelling",
            ("arbeidsgivere", "employers"),
            ThresholdBasis.OWN,
            {
                "barracks": ("Boligen er en godkjent brakkerigg.", "The dwelling is a permitted barracks."),
                "agency": ("Boligen leies ut av et bemanningsforetak.", "The dwelling is let by an agency."),
                "own_choice": (
                    "Beboerne har selv funnet boligen.",
                    "The residents found the dwelling themselves.",
                ),
            },
            (
                ("Be utleieren om leieavtalen.", "Ask the landlord for the lease."),
                ("Uvarslet felles tilsyn i boligen.", "Unannounced joint inspection of the dwelling."),
            ),
            ("Arbeidstilsynet", "Arbeidstilsynet"),
        ),
    )
}
