"""Raw tables of the tax authority's answers about one organisation each, and of what it flags by itself.

`answer_status` keeps "asked, none" (`ingenData`) apart from "asked, refused" (`avslag`); not asked is no row.
The lists of an answer are tables of their own.
"""

from expectations.dataset import WHOLE, Column, Dataset
from expectations.raw_columns import (
    PERCENT,
    SPECIAL,
    day,
    instant,
    money,
    number,
    org,
    person,
    raw_table,
    term,
    term_no,
    text,
    whole,
    worked_out,
    yes_no,
)

SOURCE = "skatteetaten_seriositet"
OWNER = "Skatteetaten"

_ASKED = org("orgnr", "forespurteOrganisasjon", "The organisation asked about.", required=True)
_ANSWER = (
    _ASKED,
    text(
        "answer_status",
        "svarstatus",
        "Whether data came, none was known, or the answer was refused.",
        required=True,
        codes=("data", "ingenData", "avslag"),
    ),
    instant("answered_at", "levert", "Time of the answer.", required=True),
)


def _answers(name: str, record: str, about: str, *parts: Column | tuple[Column, ...]) -> Dataset:
    """One row per answer of a service."""
    told = f"One answer about {about} of one organisation."
    return raw_table(name, told, SOURCE, record, _ANSWER, *parts, owner=OWNER)


def _items(name: str, record: str, what: str, rows: str, *parts: Column | tuple[Column, ...]) -> Dataset:
    """One row per item of a list of an answer."""
    return raw_table(name, what, SOURCE, record, _ASKED, *parts, rows=rows, owner=OWNER)


_CLAIM = "aapentKravMedGjenstaaendeBeloep[]"
_DUE = f"{_CLAIM}.kravforfall[]"
_CLAIM_ID = text("claim_id", f"{_CLAIM}.kravidentifikator", "The claim.", SPECIAL)

CLAIM_ANSWERS = _answers("claim_answers", "aapne_krav", "open claims")

CLAIMS = _items(
    "claims",
    "aapne_krav",
    "One open claim on one organisation.",
    _CLAIM,
    whole("claim_no", _CLAIM, "Number of the claim in the answer, from 0."),
    _CLAIM_ID,
    text("claim_kind", f"{_CLAIM}.kravtype", "Kind of claim, open list.", SPECIAL),
    text("claim_group", f"{_CLAIM}.kravgruppe", "Group of claim.", SPECIAL),
    text("claim_period", f"{_CLAIM}.kravperiode", "Period of the claim, as given.", SPECIAL),
    worked_out("claim_period_year", WHOLE, "Year of the period.", SPECIAL),
    worked_out("claim_period_month_no", WHOLE, "Month of the period, 1-12.", SPECIAL),
    money("remaining_ore", f"{_CLAIM}.gjenstaaendeBeloep", "What remains of the claim.", SPECIAL),
)

CLAIM_DUES = _items(
    "claim_dues",
    "aapne_krav",
    "One due date of one open claim.",
    _DUE,
    whole("claim_no", _CLAIM, "Number of the claim in the answer, from 0."),
    _CLAIM_ID,
    day("due_on", f"{_DUE}.forfallsdato", "Due date.", SPECIAL),
    money("original_ore", f"{_DUE}.opprinneligBeloep", "Amount at first.", SPECIAL),
    money("remaining_ore", f"{_DUE}.gjenstaaendeBeloep", "What remains.", SPECIAL),
    yes_no(
        "is_suspended", f"{_DUE}.utsattIverksettelse", "Execution suspended; there is a dispute.", SPECIAL
    ),
)

_VAT = "mvaAlminneligNaering"
_DUTY = f"{_VAT}.skattemeldingsplikt"
_FILED = f"{_VAT}.samletFastsattOgReskontrofoertForTermin[]"

VAT_FILING_ANSWERS = _answers(
    "vat_filing_answers",
    "mva_meldingsopplysning",
    "VAT filing",
    text("term_kind", f"{_DUTY}.termintype", "Length of its terms; yearly ones have no term.", SPECIAL),
    term("first_term", f"{_DUTY}.foersteTermin.termin", f"{_DUTY}.foersteTermin.aar", "First term"),
    term("last_term", f"{_DUTY}.sisteTermin.termin", f"{_DUTY}.sisteTermin.aar", "Last term"),
    org(
        "responsible_orgnr",
        f"{_VAT}.ansvarligForMvaMelding.organisasjonsnummer",
        "Who files; another than the one asked about is a joint registration.",
        SPECIAL,
    ),
)

VAT_FILINGS = _items(
    "vat_filings",
    "mva_meldingsopplysning",
    "One term of VAT filing of one organisation; the last three are told.",
    _FILED,
    term("term", f"{_FILED}.gjelderTermin.termin", f"{_FILED}.gjelderTermin.aar", "Term"),
    text(
        "filing_status",
        f"{_FILED}.fastsettingsperiodeStatus",
        "State of the term.",
        SPECIAL,
        required=True,
        codes=("meldingIkkeLevert", "meldingLevertUnderBehandling", "fastsatt", "utenMeldingsplikt"),
    ),
    yes_no("is_set_by_authority", f"{_FILED}.erMyndighetsfastsatt", "Set by the authority.", SPECIAL),
    text(
        "set_by_authority_reason",
        f"{_FILED}.grunnMyndighetsfastsatt",
        "Why the authority set it, open list.",
        SPECIAL,
    ),
    money("vat_sum_ore", f"{_FILED}.mvaAvgift.sum", "VAT of the term; null is not zero.", SPECIAL),
    money("vat_base_ore", f"{_FILED}.mvaGrunnlag.sum", "Base of the VAT; null is not zero.", SPECIAL),
)

_SUBJECT = "registrertAvgiftssubjekt"
_SUBJECT_DUTY = f"{_SUBJECT}.skattemeldingsplikt[]"

VAT_REGISTRATIONS = _answers(
    "vat_registrations",
    "mva_register",
    "VAT registration",
    text("registration_status", f"{_SUBJECT}.registreringsstatus", "State, open list.", SPECIAL),
    day("first_registered_on", f"{_SUBJECT}.foersteregistreringsdato", "Day of first registration.", SPECIAL),
)

VAT_DUTIES = _items(
    "vat_duties",
    "mva_register",
    "One duty to file VAT returns of one organisation.",
    _SUBJECT_DUTY,
    text("return_category", f"{_SUBJECT_DUTY}.meldingskategori", "Category of return.", SPECIAL),
    text("term_kind", f"{_SUBJECT_DUTY}.skattleggingsperiodetype", "Length of its terms.", SPECIAL),
    day("from_on", f"{_SUBJECT_DUTY}.registreringsperiode.start", "First day.", SPECIAL),
    day("to_on", f"{_SUBJECT_DUTY}.registreringsperiode.slutt", "Last day; null is still open.", SPECIAL),
)

_TERM = "skattleggingsperiode"
_LINE = "mvaSpesifikasjonslinje[]"
_RETURN_TERM = term("term", f"{_TERM}.periode", f"{_TERM}.aar", "Term")

VAT_RETURNS = _answers(
    "vat_returns",
    "mva_melding",
    "the VAT return of one term",
    _RETURN_TERM,
    money("vat_ore", "fastsattMerverdiavgift", "VAT as set; null is not zero.", SPECIAL),
)

VAT_RETURN_LINES = _items(
    "vat_return_lines",
    "mva_melding",
    "One line of one VAT return.",
    _LINE,
    text("term", f"{_TERM}.periode", "Term, as the service spells it.", SPECIAL),
    text("term_year_given", f"{_TERM}.aar", "Year of the term, as given.", SPECIAL),
    text("vat_code", f"{_LINE}.mvaKode", "Code: 1 input, 3 output at the full rate.", SPECIAL),
    money("base_ore", f"{_LINE}.grunnlag", "Base.", SPECIAL),
    number("rate_pct", f"{_LINE}.sats", "Rate in per cent.", PERCENT, SPECIAL),
    money("vat_ore", f"{_LINE}.merverdiavgift", "VAT; input is negative.", SPECIAL),
)

_LEVY = "arbeidsgiveravgifter[]"

CONTRIBUTION_ANSWERS = _answers("contribution_answers", "arbeidsgiveravgift", "employer contribution")

CONTRIBUTION_TERMS = _items(
    "contribution_terms",
    "arbeidsgiveravgift",
    "One term of employer contribution of one organisation; the last three are told.",
    _LEVY,
    term("term", f"{_LEVY}.arbeidsgiveravgift.termin", f"{_LEVY}.arbeidsgiveravgift.aar", "Term"),
    money(
        "base_ore",
        f"{_LEVY}.arbeidsgiveravgift.sumavgiftsgrunnlagBeloep",
        "Base of the contribution, not the contribution.",
        SPECIAL,
    ),
)

_INCOME_YEAR = text("income_year", "inntektsaar", "Income year.", SPECIAL, pattern="[0-9]{4}")


def _lines(name: str, what: str, rows: str) -> Dataset:
    """Lines of a statement of accounts, which are alike whatever they count."""
    return _items(
        name,
        "naeringsspesifikasjon",
        what,
        rows,
        _INCOME_YEAR,
        text("line_id", f"{rows}.id", "The line.", SPECIAL),
        text("account", f"{rows}.type", "Account, such as 4500 for bought-in services.", SPECIAL),
        money("amount_ore", f"{rows}.beloep", "Amount.", SPECIAL),
    )


ACCOUNT_ANSWERS = _answers(
    "account_answers", "naeringsspesifikasjon", "the statement of accounts of one year", _INCOME_YEAR
)
ACCOUNT_INCOMES = _lines(
    "account_incomes",
    "One line of operating income of one organisation and year.",
    "resultatregnskap.driftsinntekt.inntekt[]",
)
ACCOUNT_COSTS = _lines(
    "account_costs",
    "One line of operating cost of one organisation and year.",
    "resultatregnskap.driftskostnad.kostnad[]",
)
ACCOUNT_ASSETS = _lines(
    "account_assets",
    "One line of fixed assets of one organisation and year.",
    "balanseregnskap.anleggsmiddel.balanseverdi[]",
)

PAYMENT_ANSWERS = _answers(
    "payment_answers", "betalinger_naering", "payments to businesses in one year", _INCOME_YEAR
)
PAYMENTS = _items(
    "payments",
    "betalinger_naering",
    "What one organisation paid one payee in one year (RF-1321).",
    "oppgave[]",
    _INCOME_YEAR,
    org("payee_orgnr", "oppgave[].oppgaveeier.organisasjonsnummer", "Payee, an organisation.", SPECIAL),
    person("payee", "oppgave[].oppgaveeier.foedselsnummer", "the payee"),
    money("paid_ore", "oppgave[].betaltBeloep", "Paid in the year.", SPECIAL),
)

FILING_DUTIES = _answers(
    "filing_duties",
    "leveringsplikt",
    "one duty to file for one period",
    text(
        "duty_kind",
        "type",
        "What is to be filed.",
        SPECIAL,
        required=True,
        codes=("amelding", "mvamelding", "skattemelding", "aarsregnskap"),
    ),
    text("filing_period", "periode", "Period as given: a year, a term or a month.", SPECIAL, required=True),
    worked_out("filing_period_year", WHOLE, "Year of the period.", SPECIAL),
    term_no("filing_period_term"),
    worked_out("filing_period_month_no", WHOLE, "Month of the period, 1-12; null unless monthly.", SPECIAL),
    day("deadline_on", "frist", "Deadline.", SPECIAL, required=True),
    text(
        "filing_status",
        "status",
        "Whether it was filed.",
        SPECIAL,
        required=True,
        codes=("levert", "ikke_levert", "forsent", "fritatt", "ikke_forfalt"),
    ),
    day("filed_on", "levert_dato", "Day it was filed.", SPECIAL),
    org("filed_by_orgnr", "levert_av_orgnr", "Filing agent.", SPECIAL),
    person("filed_by", "levert_av_person", "who filed it"),
)

VAT_MISMATCHES = raw_table(
    "vat_mismatches",
    "What the authority found between the VAT of one buyer and one seller; only the flag is told.",
    SOURCE,
    "mva_avvik",
    org("buyer_orgnr", "kjoeper_orgnr", "Buyer.", SPECIAL, required=True),
    org("seller_orgnr", "selger_orgnr", "Seller.", SPECIAL, required=True),
    term("from_term", "fra_termin", "", "First term"),
    term("to_term", "til_termin", "", "Last term"),
    yes_no("is_mismatch", "avvik", "There is a mismatch.", SPECIAL, required=True),
    yes_no("is_seller_registered", "selger_registrert", "The seller is registered for VAT.", SPECIAL),
    owner=OWNER,
)

IDENTIFIERS = raw_table(
    "identifiers",
    "One pay-out account or contact of one person, hashed by the owner with a key of its own.",
    SOURCE,
    "identifikator",
    person("person", "fnr", "the person"),
    text(
        "identifier_kind",
        "type",
        "Kind of identifier.",
        SPECIAL,
        required=True,
        codes=("konto", "telefon", "epost"),
    ),
    text(
        "value_hash",
        "verdi_hash",
        "The owner's hash of the value, never the value.",
        SPECIAL,
        required=True,
        pattern="[0-9a-f]{64}",
    ),
    day("from_on", "gyldig_fra", "First day.", SPECIAL, required=True),
    day("to_on", "gyldig_til", "Last day.", SPECIAL),
    yes_no(
        "is_household_checked",
        "samme_husstand_avklart",
        "The owner tested whether those who share it share a household.",
        SPECIAL,
    ),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    CLAIM_ANSWERS,
    CLAIMS,
    CLAIM_DUES,
    VAT_FILING_ANSWERS,
    VAT_FILINGS,
    VAT_REGISTRATIONS,
    VAT_DUTIES,
    VAT_RETURNS,
    VAT_RETURN_LINES,
    CONTRIBUTION_ANSWERS,
    CONTRIBUTION_TERMS,
    ACCOUNT_ANSWERS,
    ACCOUNT_INCOMES,
    ACCOUNT_COSTS,
    ACCOUNT_ASSETS,
    PAYMENT_ANSWERS,
    PAYMENTS,
    FILING_DUTIES,
    VAT_MISMATCHES,
    IDENTIFIERS,
)
