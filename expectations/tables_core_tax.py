"""Core tables about tax: what was due, paid and filed, by month and by two-month term."""

from expectations.columns import MONTH, RAW_REFS, VALID_TO, day, orgnr, person, text, whole
from expectations.dataset import DAY, SHARE, YES_NO, Column, Dataset, PersonalData

OWNER = "Arbeidstilsynet, from Skatteetaten"
SPECIAL = PersonalData.SPECIAL


def _year(what: str) -> Column:
    return whole("year", f"Year of {what}.", required=True)


def _term_no(what: str) -> Column:
    return whole("term_no", f"Two-month term of the year, 1-6, of {what}.", required=True, minimum=1)


WITHHOLDING_MONTHS = Dataset(
    name="core_tax__withholding_months",
    description="One row per organisation with open claims of tax withheld or employer contribution and "
    "month of pay: what was reported as due, and what is due and unpaid.",
    owner=OWNER,
    key=("orgnr", "pay_month"),
    columns=(
        MONTH,
        orgnr("orgnr", "Reporting organisation."),
        text("pay_month", "Month of the pay that it is about, YYYY-MM."),
        day("answered_on", "Day of the answer on open claims.", required=True),
        whole("expected_withholding_ore", "Tax withheld, as reported; missing without a report."),
        whole("expected_contribution_ore", "Employer contribution, as reported; missing without a report."),
        whole(
            "overdue_withholding_ore",
            "Tax withheld that was due before the answer and is unpaid; 0 where no claim is open.",
            required=True,
        ),
        whole(
            "overdue_contribution_ore",
            "Employer contribution that was due before the answer and is unpaid; 0 where no claim is open.",
            required=True,
        ),
        whole(
            "suspended_ore",
            "Part of what is unpaid whose execution is suspended, because it is disputed.",
            required=True,
        ),
        day("due_on", "Latest due date among the unpaid claims; missing where none is open."),
        RAW_REFS,
    ),
)

CONTRIBUTION_TERMS = Dataset(
    name="core_tax__contribution_terms",
    description="One row per organisation and two-month term: base of the employer contribution, that is "
    "its payroll; the last three terms of the latest answer.",
    owner=OWNER,
    key=("orgnr", "year", "term_no"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        _year("the term"),
        _term_no("pay"),
        whole("base_ore", "Base of the employer contribution; missing means not given.", minimum=None),
        day("answered_on", "Day of the answer.", required=True),
        RAW_REFS,
    ),
)

FILING_DUTIES = Dataset(
    name="core_tax__filing_duties",
    description="One row per organisation, kind of report and period that one was due for, with what became "
    "of it: a later sign that it was filed counts.",
    owner=OWNER,
    key=("orgnr", "duty_kind", "filing_period"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation that has the duty."),
        text(
            "duty_kind",
            "What is to be filed.",
            codes=("amelding", "mvamelding", "skattemelding", "aarsregnskap"),
        ),
        text("filing_period", "Period: YYYY-MM, YYYY-Tn or YYYY."),
        day("period_from", "First day of the period.", required=True),
        day("period_to", "Last day of the period.", required=True),
        day("deadline_on", "Deadline, as the authority gives it.", required=True),
        text(
            "filing_status",
            "What the last answer about the duty said.",
            required=True,
            codes=("levert", "ikke_levert", "forsent", "fritatt", "ikke_forfalt"),
        ),
        Column(
            name="is_missing",
            type=YES_NO,
            required=True,
            description="Not filed by the last answer, and no later sign of it: no report for the month, no "
            "VAT set on a return of the term, no later accounts in the register.",
        ),
        day("known_on", "Day of the last answer about the duty.", required=True),
        day("filed_on", "Day it was filed."),
        orgnr("filed_by_orgnr", "Who filed it for the organisation."),
        orgnr("responsible_orgnr", "Who files VAT returns for it, where that is another organisation."),
        RAW_REFS,
    ),
)

VAT_TERMS = Dataset(
    name="core_tax__vat_terms",
    description="One row per organisation and two-month term of VAT: what was filed and set; the last answer "
    "about the term. Organisations that report once a year have none.",
    owner=OWNER,
    key=("orgnr", "year", "term_no"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        _year("the term"),
        _term_no("turnover"),
        text(
            "filing_status",
            "State of the term.",
            required=True,
            codes=("meldingIkkeLevert", "meldingLevertUnderBehandling", "fastsatt", "utenMeldingsplikt"),
        ),
        Column(
            name="is_set_by_authority",
            type=YES_NO,
            personal_data=SPECIAL,
            description="Set by the authority, because no right return came.",
        ),
        whole("vat_ore", "VAT of the term; missing is not zero.", minimum=None),
        whole("vat_base_ore", "Base of the VAT, that is turnover; missing is not zero.", minimum=None),
        day("answered_on", "Day of the answer.", required=True),
        RAW_REFS,
    ),
)

VAT_MISMATCHES = Dataset(
    name="core_tax__vat_mismatches",
    description="One row per buyer, seller and first term whose VAT the authority laid beside each other; "
    "only the flag is told, never an amount.",
    owner=OWNER,
    key=("buyer_orgnr", "seller_orgnr", "from_year", "from_term_no"),
    columns=(
        MONTH,
        orgnr("buyer_orgnr", "Buyer."),
        orgnr("seller_orgnr", "Seller."),
        whole("from_year", "Year of the first term.", required=True),
        whole("from_term_no", "First two-month term, 1-6.", required=True, minimum=1),
        whole("to_year", "Year of the last term.", required=True),
        whole("to_term_no", "Last two-month term, 1-6.", required=True, minimum=1),
        Column(
            name="is_mismatch",
            type=YES_NO,
            required=True,
            personal_data=SPECIAL,
            description="What the buyer deducted and the seller declared do not agree.",
        ),
        Column(
            name="is_seller_registered",
            type=YES_NO,
            personal_data=SPECIAL,
            description="The seller is registered for VAT; missing means not told.",
        ),
        Column(
            name="is_seller_yearly",
            type=YES_NO,
            personal_data=SPECIAL,
            description="The seller reports VAT once a year; missing means not told.",
        ),
        RAW_REFS,
    ),
)

ARREARS_TERMS = Dataset(
    name="core_tax__arrears_terms",
    description="One row per organisation that had arrears at the end of each of the last three two-month "
    "terms, and term: arrears beside turnover.",
    owner=OWNER,
    key=("orgnr", "year", "term_no"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        _year("the term"),
        _term_no("arrears"),
        whole("arrears_ore", "Sum due and unpaid by the answer about the term's last month."),
        whole(
            "turnover_ore",
            "Base of the VAT of the last three terms that were set, of the six before; missing when fewer "
            "were.",
            minimum=None,
        ),
        Column(
            name="is_turnover_older",
            type=YES_NO,
            description="They are not the three terms directly before: some were not filed.",
        ),
        RAW_REFS,
    ),
)

WORKER_EXITS = Dataset(
    name="core_work__worker_exits",
    description="One row per organisation with lasting arrears and other that at least a fifth of "
    "its workers, and at least two, went to within the last 180 days.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen)",
    key=("from_orgnr", "to_orgnr"),
    columns=(
        MONTH,
        orgnr("from_orgnr", "Organisation that workers left."),
        orgnr("to_orgnr", "Organisation that they went to."),
        whole("moved_n", "Persons who left the one and began in the other.", required=True),
        whole("left_n", "Persons who left the one, wherever they went.", required=True),
        whole("from_n", "Persons paid by the one in those days.", required=True),
        day("first_left_on", "First day on which one of them left.", required=True),
        day("last_left_on", "Last day on which one of them left.", required=True),
        Column(
            name="chance_share",
            type=SHARE,
            description="Largest share of leavers of other organisations in the stratum that landed at one "
            "new employer, as in core_work__worker_flows.",
        ),
        text("stratum", "`<NACE division>:<municipality>` of the null model, or `national`."),
        RAW_REFS,
    ),
)

SHARED_IDENTIFIERS = Dataset(
    name="core_tax__identifiers",
    description="One row per pay-out account or contact that several persons gave, person and first day; "
    "known by the owner's hash only.",
    owner=OWNER,
    key=("identifier_id", "person_id", "valid_from"),
    columns=(
        MONTH,
        text("identifier_id", "Kind and first digits of the owner's hash.", personal_data=SPECIAL),
        person("person_id", "Person who gave it."),
        Column(name="valid_from", type=DAY, required=True, description="First day."),
        VALID_TO,
        text("identifier_kind", "Kind of identifier.", required=True, codes=("konto", "telefon", "epost")),
        Column(
            name="is_household",
            type=YES_NO,
            personal_data=SPECIAL,
            description="The owner found that those who share it share a household; missing is not tested.",
        ),
        RAW_REFS,
    ),
)

ACCOUNTS = Dataset(
    name="core_tax__accounts",
    description="One row per organisation and income year with a statement of accounts; a line that is not "
    "there is missing, not zero.",
    owner=OWNER,
    key=("orgnr", "income_year"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        text("income_year", "Income year; statements are up to eighteen months old."),
        whole("turnover_ore", "Operating income.", minimum=None),
        whole("costs_ore", "Operating costs.", minimum=None),
        whole("bought_services_ore", "Account 4500: bought-in services and subcontracting.", minimum=None),
        whole("pay_ore", "Account 5000: pay.", minimum=None),
        whole("contribution_ore", "Account 5400: employer contribution.", minimum=None),
        whole("rent_ore", "Account 6300: rent.", minimum=None),
        whole("fixed_assets_ore", "Fixed assets, accounts 1000 to 1299.", minimum=None),
        day("answered_on", "Day of the answer.", required=True),
        RAW_REFS,
    ),
)

DATASETS = (
    WITHHOLDING_MONTHS,
    CONTRIBUTION_TERMS,
    FILING_DUTIES,
    VAT_TERMS,
    VAT_MISMATCHES,
    ARREARS_TERMS,
    WORKER_EXITS,
    SHARED_IDENTIFIERS,
    ACCOUNTS,
)
