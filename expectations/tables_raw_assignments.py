"""Raw tables of assignments given to foreign contractors (RF-1199) and their workers in Norway (RF-1198)."""

from expectations.dataset import Dataset
from expectations.raw_columns import (
    AMOUNT,
    PERSONAL,
    SPECIAL,
    day,
    instant,
    number,
    org,
    person,
    raw_table,
    text,
    whole,
    yes_no,
)

SOURCE = "skatteetaten_oppdrag"
OWNER = "Skatteetaten"
ANSWERS = ("data", "ingenData", "avslag")

ASSIGNMENTS = raw_table(
    "assignments",
    "One assignment given to a foreign contractor, as reported.",
    SOURCE,
    "oppdrag",
    text("assignment_id", "oppdrag_id", "The assignment.", SPECIAL, required=True),
    text(
        "reported_by",
        "meldt_av",
        "Which party reported it; one report serves both.",
        SPECIAL,
        required=True,
        codes=("oppdragsgiver", "oppdragstaker"),
    ),
    day("reported_on", "meldt_dato", "Day of the report.", SPECIAL, required=True),
    org("client_orgnr", "oppdragsgiver_orgnr", "Who gave the assignment.", SPECIAL, required=True),
    org("contractor_orgnr", "oppdragstaker_orgnr", "The contractor, where registered in Norway.", SPECIAL),
    text(
        "contractor_foreign_id",
        "oppdragstaker_utenlandsk_id",
        "The contractor, where not registered in Norway.",
        SPECIAL,
    ),
    text("contractor_name", "oppdragstaker_navn", "Name of the contractor.", SPECIAL),
    text(
        "contractor_country_code",
        "oppdragstaker_land",
        "ISO-2 country of the contracting company; decides the duty, never a weight.",
        SPECIAL,
        pattern="[A-Z]{2}",
    ),
    text("assignment_kind", "oppdragstype", "Kind of assignment, open list.", SPECIAL),
    org("main_client_orgnr", "hovedoppdragsgiver_orgnr", "Main principal of the chain.", SPECIAL),
    org("client_above_orgnr", "oppdragsgiver_over_orgnr", "The link above the client.", SPECIAL),
    number("contract_sum", "kontraktssum", "Contract sum in its own currency.", AMOUNT, SPECIAL),
    text("currency", "valuta", "Currency of the contract sum, ISO 4217.", SPECIAL),
    text("worksite_address_text", "arbeidssted.adressetekst", "Place of work as text.", SPECIAL),
    text("address_id", "arbeidssted.adresseId", "Place of work in the cadastre.", SPECIAL),
    text("municipality_no", "arbeidssted.kommunenummer", "Municipality number.", SPECIAL),
    text("project_id", "arbeidssted.prosjekt_id", "The project.", SPECIAL),
    yes_no("is_offshore", "arbeidssted.sokkel", "On the continental shelf.", SPECIAL),
    day("started_on", "startdato", "First day.", SPECIAL, required=True),
    day("expected_end_on", "forventet_sluttdato", "Expected last day.", SPECIAL),
    day("ended_on", "sluttdato", "Last day.", SPECIAL),
    text(
        "assignment_status",
        "status",
        "State of the report.",
        SPECIAL,
        required=True,
        codes=("meldt", "endret", "avsluttet", "annullert"),
    ),
    text(
        "exemption",
        "unntak",
        "Exemption from the duty to report.",
        SPECIAL,
        codes=("kabotasje", "svalbard", "under_grense"),
    ),
    owner=OWNER,
)

WORKERS = raw_table(
    "assignment_workers",
    "One worker on one reported assignment.",
    SOURCE,
    "arbeidstaker",
    text("line_id", "linje_id", "The line.", SPECIAL, required=True),
    text("assignment_id", "oppdrag_id", "The assignment.", SPECIAL, required=True),
    org("employer_orgnr", "arbeidsgiver_orgnr", "Employer, where registered in Norway.", SPECIAL),
    text(
        "employer_foreign_id",
        "arbeidsgiver_utenlandsk_id",
        "Employer, where not registered in Norway.",
        SPECIAL,
    ),
    person("worker", "norskIdentifikator", "the worker; missing while the number is pending"),
    text("worker_foreign_id", "utenlandsk_id", "Foreign identifier of the worker.", SPECIAL),
    day("born_on", "foedselsdato", "Birth date.", PERSONAL),
    day("started_on", "startdato", "First day.", SPECIAL, required=True),
    day("ended_on", "sluttdato", "Last day; often missing, and then unknown.", SPECIAL),
    text("occupation", "yrke", "Occupation, as given.", SPECIAL),
    text(
        "a1_exists",
        "a1.foreligger",
        "Whether there is an A1 certificate.",
        SPECIAL,
        codes=("ja", "nei", "ukjent"),
    ),
    day("a1_from_on", "a1.gyldig_fra", "First day of the certificate.", SPECIAL),
    day("a1_to_on", "a1.gyldig_til", "Last day of the certificate.", SPECIAL),
    yes_no("is_noticed_18_months", "varsel_18_maaneder", "Notice of an extension to 18 months.", SPECIAL),
    owner=OWNER,
)

COUNTS = raw_table(
    "assignment_counts",
    "One answer about how many assignments and workers one organisation has reported.",
    SOURCE,
    "antall",
    org("orgnr", "forespurteOrganisasjon", "The organisation asked about.", required=True),
    text(
        "answer_status",
        "svarstatus",
        "Whether data came, none was known, or the answer was refused.",
        required=True,
        codes=ANSWERS,
    ),
    instant("answered_at", "levert", "Time of the answer.", required=True),
    whole(
        "active_as_employer",
        "oppdrag.antallAktiveOppdragSomArbeidsgiver",
        "Active assignments as employer, last six months; null is not zero.",
        SPECIAL,
    ),
    whole(
        "active_workers",
        "oppdrag.antallAktiveArbeidstakere",
        "Active workers, last six months; null is not zero.",
        SPECIAL,
    ),
    whole(
        "reported_as_client",
        "oppdrag.antallRegistrerteOppdragSomOppdragsgiver",
        "Assignments reported as client, last six months; null is not zero.",
        SPECIAL,
    ),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (ASSIGNMENTS, WORKERS, COUNTS)
