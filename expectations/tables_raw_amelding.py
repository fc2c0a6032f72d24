"""Raw tables of the a-melding: one report per employer and month, and what it holds."""

from expectations.dataset import HOURS, TEXT, Column, Dataset
from expectations.raw_columns import (
    PERCENT,
    PERSONAL,
    SPECIAL,
    day,
    instant,
    money,
    number,
    org,
    person,
    raw_table,
    text,
    whole,
    worked_out,
    yes_no,
)

SOURCE = "skatteetaten_amelding"
RECORD = "leveranse"
OWNER = "Skatteetaten"

_UNIT = "oppgave.virksomhet[]"
_PERSON = f"{_UNIT}.inntektsmottaker[]"
_WORK = f"{_PERSON}.arbeidsforhold[]"
_LEAVE = f"{_WORK}.{{permisjon,permittering}}[]"
_INCOME = f"{_PERSON}.inntekt[]"
_LEVY = f"{_UNIT}.arbeidsgiveravgift.{{loennOgGodtgjoerelse,tilskuddOgPremieTilPensjon}}[]"

_EMPLOYER = (
    text("calendar_month", "kalendermaaned", "Month the report is about.", SPECIAL, required=True),
    text("message_id", "meldingsId", "Id of the message.", SPECIAL, required=True),
    org(
        "employer_orgnr", "opplysningspliktig.norskIdentifikator", "Employer, where an organisation.", SPECIAL
    ),
    *person("employer", "opplysningspliktig.norskIdentifikator", "a private employer"),
)

_ESTABLISHMENT = (
    whole("establishment_no", _UNIT, "Number of the establishment in the report."),
    org(
        "establishment_orgnr", f"{_UNIT}.norskIdentifikator", "Establishment, where an organisation.", SPECIAL
    ),
    *person("establishment", f"{_UNIT}.norskIdentifikator", "a private employer reporting as establishment"),
)

_WORKER = (
    whole("recipient_no", _PERSON, "Number of the income recipient in the report."),
    *person("worker", f"{_PERSON}.norskIdentifikator", "the worker; missing while the number is pending"),
)


def _amount(list_path: str, what: str, *, required: bool = True) -> Column:
    return money("amount_ore", f"{list_path}.beloep", what, SPECIAL, required=required)


REPORTS = raw_table(
    "reports",
    "One report of one employer for one month; without establishments it is a nil report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    instant(
        "sent_at",
        "leveringstidspunkt",
        "When the employer sent it; not when it was known.",
        SPECIAL,
        required=True,
    ),
    text("payroll_system", "kildesystem", "Payroll system.", SPECIAL),
    text(
        "replaces_message_id", "erstatterMeldingsId", "Message it says it replaces; evidence only.", SPECIAL
    ),
    money(
        "withholding_sum_ore",
        "oppgave.betalingsinformasjon.sumForskuddstrekk",
        "Sum of tax withheld.",
        SPECIAL,
    ),
    money(
        "employer_contribution_sum_ore",
        "oppgave.betalingsinformasjon.sumArbeidsgiveravgift",
        "Sum of employer contribution.",
        SPECIAL,
    ),
    money(
        "financial_tax_sum_ore",
        "oppgave.betalingsinformasjon.sumFinansskattLoenn",
        "Sum of financial tax on pay.",
        SPECIAL,
    ),
    money(
        "attachment_sum_ore", "oppgave.betalingsinformasjon.sumUtleggstrekk", "Sum of attachments.", SPECIAL
    ),
    owner=OWNER,
)

ESTABLISHMENTS = raw_table(
    "establishments",
    "One establishment in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    rows=_UNIT,
    owner=OWNER,
)

RECIPIENTS = raw_table(
    "recipients",
    "One income recipient in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("name", f"{_PERSON}.identifiserendeInformasjon.navn", "Name.", PERSONAL),
    day("born_on", f"{_PERSON}.identifiserendeInformasjon.foedselsdato", "Birth date.", PERSONAL),
    text("employee_no", f"{_PERSON}.identifiserendeInformasjon.ansattnummer", "Employee number.", PERSONAL),
    worked_out("name_token", TEXT, "Keyed token of normalised name and birth date.", PERSONAL),
    rows=_PERSON,
    owner=OWNER,
)

FOREIGN_IDS = raw_table(
    "foreign_ids",
    "One foreign identifier of one income recipient.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("foreign_id", f"{_PERSON}.internasjonalIdentifikator[].identifikator", "Identifier.", SPECIAL),
    text("foreign_id_kind", f"{_PERSON}.internasjonalIdentifikator[].identifikatortype", "Kind.", SPECIAL),
    rows=f"{_PERSON}.internasjonalIdentifikator[]",
    owner=OWNER,
)

EMPLOYMENTS = raw_table(
    "employments",
    "One employment of one worker in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("employment_id", f"{_WORK}.arbeidsforholdId", "Id in the payroll system; not stable.", PERSONAL),
    text(
        "employment_kind",
        f"{_WORK}.typeArbeidsforhold",
        "Kind of employment.",
        PERSONAL,
        required=True,
        codes=(
            "ordinaertArbeidsforhold",
            "maritimtArbeidsforhold",
            "frilanserOppdragstakerHonorarPersonerMm",
            "forenkletOppgjoersordning",
            "pensjonOgAndreTyperYtelserUtenAnsettelsesforhold",
        ),
    ),
    day("started_on", f"{_WORK}.startdato", "First day.", PERSONAL, required=True),
    day("ended_on", f"{_WORK}.sluttdato", "Last day; often missing.", PERSONAL),
    day("pay_changed_on", f"{_WORK}.sisteLoennsendringsdato", "Last change of pay.", PERSONAL),
    day(
        "position_changed_on",
        f"{_WORK}.sisteDatoForStillingsprosentendring",
        "Last change of position.",
        PERSONAL,
    ),
    text("end_reason", f"{_WORK}.aarsakTilSluttdato", "Reason of the end, open list.", PERSONAL),
    number(
        "full_time_hours_per_week",
        f"{_WORK}.antallTimerPerUkeSomEnFullStillingTilsvarer",
        "Hours a week that a full position has.",
        HOURS,
        PERSONAL,
    ),
    number("position_pct", f"{_WORK}.stillingsprosent", "Position in per cent.", PERCENT, PERSONAL),
    text(
        "occupation_code",
        f"{_WORK}.yrke",
        "Occupation, STYRK-98 with 7 digits.",
        PERSONAL,
        pattern="[0-9]{7}",
    ),
    text("working_hours_scheme", f"{_WORK}.arbeidstidsordning", "Working hours scheme.", PERSONAL),
    text("pay_step", f"{_WORK}.loennstrinn", "Pay step.", PERSONAL),
    day("seniority_on", f"{_WORK}.loennsansiennitet", "Day that pay seniority counts from.", PERSONAL),
    text(
        "contract_form",
        f"{_WORK}.formForAnsettelse",
        "Permanent or temporary.",
        PERSONAL,
        codes=("fast", "midlertidig"),
    ),
    rows=_WORK,
    owner=OWNER,
)

LEAVES = raw_table(
    "leaves",
    "One leave or lay-off of one employment.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("employment_id", f"{_WORK}.arbeidsforholdId", "Id in the payroll system; not stable.", PERSONAL),
    text(
        "leave_kind",
        _LEAVE.removesuffix("[]"),
        "Leave or lay-off.",
        PERSONAL,
        required=True,
        codes=("permisjon", "permittering"),
    ),
    day("started_on", f"{_LEAVE}.startdato", "First day.", PERSONAL),
    day("ended_on", f"{_LEAVE}.sluttdato", "Last day.", PERSONAL),
    number(
        "leave_pct",
        f"{_LEAVE}.{{permisjonsprosent,permitteringsprosent}}",
        "Share of the position in per cent.",
        PERCENT,
        PERSONAL,
    ),
    rows=_LEAVE,
    owner=OWNER,
)

INCOMES = raw_table(
    "incomes",
    "One income line of one worker in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("employment_id", f"{_INCOME}.arbeidsforholdId", "Employment it belongs to, where stated.", SPECIAL),
    text(
        "benefit_kind",
        f"{_INCOME}.fordel",
        "Cash, benefit in kind or expense allowance.",
        SPECIAL,
        required=True,
        codes=("kontantytelse", "naturalytelse", "utgiftsgodtgjoerelse"),
    ),
    _amount(_INCOME, "Amount; may be negative."),
    yes_no(
        "is_contribution_base",
        f"{_INCOME}.utloeserArbeidsgiveravgift",
        "Triggers employer contribution.",
        SPECIAL,
    ),
    yes_no(
        "is_withholding_base", f"{_INCOME}.inngaarIGrunnlagForTrekk", "In the base of withholding.", SPECIAL
    ),
    day(
        "earned_from_on",
        f"{_INCOME}.startdatoOpptjeningsperiode",
        "First day of the earning period.",
        SPECIAL,
    ),
    day("earned_to_on", f"{_INCOME}.sluttdatoOpptjeningsperiode", "Last day of the earning period.", SPECIAL),
    text("tax_rule", f"{_INCOME}.skatteOgAvgiftsregel", "Special tax or contribution rule.", SPECIAL),
    text("wage_code", f"{_INCOME}.loennsinntekt.beskrivelse", "Kind of wage, open list.", SPECIAL),
    number(
        "quantity",
        f"{_INCOME}.loennsinntekt.antall",
        "Hours for timeloenn, else days or nights.",
        HOURS,
        SPECIAL,
    ),
    text(
        "additional_json",
        f"{_INCOME}.loennsinntekt.tilleggsinformasjon",
        "More of the wage, as JSON.",
        SPECIAL,
    ),
    text("business_code", f"{_INCOME}.naeringsinntekt.beskrivelse", "Kind of business income.", SPECIAL),
    rows=_INCOME,
    owner=OWNER,
)

DEDUCTIONS = raw_table(
    "deductions",
    "One deduction of one worker in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text(
        "deduction_code",
        f"{_PERSON}.fradrag[].beskrivelse",
        "Kind, such as brakkeleie.",
        SPECIAL,
        required=True,
    ),
    _amount(f"{_PERSON}.fradrag[]", "Amount."),
    rows=f"{_PERSON}.fradrag[]",
    owner=OWNER,
)

WITHHOLDINGS = raw_table(
    "withholdings",
    "One withholding of tax of one worker in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("withholding_code", f"{_PERSON}.forskuddstrekk[].beskrivelse", "Kind of withholding.", SPECIAL),
    _amount(f"{_PERSON}.forskuddstrekk[]", "Amount, negative in messages."),
    rows=f"{_PERSON}.forskuddstrekk[]",
    owner=OWNER,
)

ATTACHMENTS = raw_table(
    "attachments",
    "One attachment of earnings of one worker in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    _WORKER,
    text("attachment_code", f"{_PERSON}.utleggstrekk[].beskrivelse", "Kind of attachment.", SPECIAL),
    text("attached_on", f"{_PERSON}.utleggstrekk[].datoForUtleggstrekk", "Date as given.", SPECIAL),
    _amount(f"{_PERSON}.utleggstrekk[]", "Amount.", required=False),
    rows=f"{_PERSON}.utleggstrekk[]",
    owner=OWNER,
)

CONTRIBUTIONS = raw_table(
    "employer_contributions",
    "One base of employer contribution of one establishment in one report.",
    SOURCE,
    RECORD,
    _EMPLOYER,
    _ESTABLISHMENT,
    text(
        "base_kind",
        _LEVY.removesuffix("[]"),
        "Pay, or pension contributions.",
        SPECIAL,
        required=True,
        codes=("loennOgGodtgjoerelse", "tilskuddOgPremieTilPensjon"),
    ),
    text("calculation_code", f"{_LEVY}.beregningskodeForArbeidsgiveravgift", "Code of calculation.", SPECIAL),
    text("zone", f"{_LEVY}.sone", "Contribution zone.", SPECIAL),
    money("base_ore", f"{_LEVY}.avgiftsgrunnlagBeloep", "Base of the contribution.", SPECIAL),
    number("rate_pct", f"{_LEVY}.prosentsatsForAvgiftsberegning", "Rate in per cent.", PERCENT, SPECIAL),
    rows=_LEVY,
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    REPORTS,
    ESTABLISHMENTS,
    RECIPIENTS,
    FOREIGN_IDS,
    EMPLOYMENTS,
    LEAVES,
    INCOMES,
    DEDUCTIONS,
    WITHHOLDINGS,
    ATTACHMENTS,
    CONTRIBUTIONS,
)
