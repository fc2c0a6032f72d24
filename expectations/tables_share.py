"""Tables that leave the house: the most that a recipient may get.

A recipient gets a part of these columns, see `expectations.recipients`; nothing else can be released.
"""

from expectations.columns import MONTH, text, whole
from expectations.dataset import DECIMAL, INSTANT, TEXTS, Column, Dataset, PersonalData

PERSONAL = PersonalData.PERSONAL
OWNER = "Arbeidstilsynet"
TOKEN_PATTERN = r"t1_[a-z2-7]{26}"
RETENTION_DAYS = 1095

AS_OF = Column(
    name="as_of",
    type=INSTANT,
    required=True,
    description="Nothing learned after this instant was used.",
    description_nb="Ingenting som ble kjent etter dette tidspunktet er brukt.",
)
COMPANIES = Column(
    name="companies",
    type=TEXTS,
    required=True,
    personal_data=PERSONAL,
    description="Organisation numbers of the companies involved, sorted; a sole proprietor stands as a "
    "token (`t1_…`) unless the recipient is entitled to the number.",
    description_nb="Organisasjonsnumre for virksomhetene som inngår, sortert; et enkeltpersonforetak står "
    "som pseudonym (`t1_…`) med mindre mottakeren har rett til nummeret.",
)
DWELLINGS = Column(
    name="dwellings",
    type=TEXTS,
    required=True,
    personal_data=PERSONAL,
    description="Dwellings involved, as tokens (`t1_…`) unless the recipient is entitled to the address.",
    description_nb="Boliger som inngår, som pseudonymer (`t1_…`) med mindre mottakeren har rett til "
    "adressen.",
)


def _token(name: str, description: str, description_nb: str) -> Column:
    return Column(
        name=name,
        type=MONTH.type,
        required=True,
        pattern=TOKEN_PATTERN,
        personal_data=PERSONAL,
        description=description,
        description_nb=description_nb,
    )


CASE_REF = _token(
    "case_ref",
    "The case: the same token as long as the case lives, made for this recipient.",
    "Saken: samme pseudonym så lenge saken lever, laget for denne mottakeren.",
)
FINDING_REF = _token(
    "finding_ref", "The finding, made for this recipient.", "Funnet, laget for denne mottakeren."
)

CASES = Dataset(
    name="out_share__cases",
    description="One row per case that a recipient follows up; only what its own indicators show.",
    description_nb="Én rad per sak som mottakeren følger opp; bare det som mottakerens egne indikatorer "
    "viser.",
    owner=OWNER,
    key=("case_ref",),
    retention_days=RETENTION_DAYS,
    columns=(
        CASE_REF,
        MONTH,
        AS_OF,
        whole(
            "rank",
            "1 is first, among the released cases; an order of work, not a measure.",
            "1 er først, blant de utleverte sakene; en rekkefølge for arbeidet, ikke et mål.",
            required=True,
            minimum=1,
        ),
        text(
            "band",
            "A, B or C: how much independent indications support each other.",
            "A, B eller C: i hvilken grad uavhengige indikasjoner støtter hverandre.",
            required=True,
            codes=("A", "B", "C"),
        ),
        Column(
            name="indicators",
            type=TEXTS,
            required=True,
            description="Triggered indicators that the recipient may see.",
            description_nb="Utløste indikatorer som mottakeren kan se.",
        ),
        Column(
            name="groups",
            type=TEXTS,
            required=True,
            description="Indicator groups of those.",
            description_nb="Indikatorgruppene til disse.",
        ),
        whole(
            "findings_n",
            "Released findings of the case.",
            "Antall utleverte funn i saken.",
            required=True,
            minimum=1,
        ),
        COMPANIES,
        DWELLINGS,
        whole(
            "persons_n",
            "Persons in the released findings, each counted once; they may be affected parties.",
            "Antall personer i de utleverte funnene, hver talt én gang; de kan være berørte parter.",
        ),
        text(
            "persons_band",
            "The same as a band.",
            "Det samme som intervall.",
            codes=("0", "1-4", "5-9", "10-19", "20+"),
        ),
        text(
            "first_seen_month",
            "Month the case was first seen, YYYY-MM.",
            "Måneden saken først ble sett, ÅÅÅÅ-MM.",
            required=True,
        ),
        text(
            "state",
            "State of Arbeidstilsynet's review.",
            "Status i Arbeidstilsynets vurdering.",
            required=True,
            codes=("new", "under_review", "handed_over", "reopened"),
        ),
        text(
            "change",
            "Against last month's cases.",
            "Mot forrige måneds saker.",
            required=True,
            codes=("new", "changed", "unchanged"),
        ),
        text("headline_nb", "One line in Norwegian.", "Én linje på norsk.", required=True),
        text("headline_en", "One line in English.", "Én linje på engelsk.", required=True),
    ),
)

FINDINGS = Dataset(
    name="out_share__findings",
    description="One row per triggered finding of a released case; a finding is an indication that a human "
    "must assess.",
    description_nb="Én rad per utløst funn i en utlevert sak; et funn er et forhold som et menneske må "
    "vurdere.",
    owner=OWNER,
    key=("finding_ref",),
    retention_days=RETENTION_DAYS,
    columns=(
        FINDING_REF,
        CASE_REF,
        MONTH,
        AS_OF,
        text("indicator_id", "Indicator, for example A02.", "Indikator, for eksempel A02.", required=True),
        text("indicator_version", "Version of its definition.", "Versjon av definisjonen.", required=True),
        text(
            "role",
            "Whether it may make a case or only support one.",
            "Om det kan danne en sak eller bare støtte en.",
            required=True,
            codes=("trigger", "context"),
        ),
        text("subject_type", "Kind of subject.", "Type subjekt.", required=True),
        text(
            "subject",
            "Subject: `org:<orgnr>`, `pair:<orgnr>:<orgnr>` or `project:<id>`; every other kind and every "
            "sole "
            "proprietor as a token.",
            "Subjekt: `org:<orgnr>`, `pair:<orgnr>:<orgnr>` eller `project:<id>`; alle andre typer og alle "
            "enkeltpersonforetak som pseudonym.",
            required=True,
            personal_data=PERSONAL,
        ),
        COMPANIES,
        DWELLINGS,
        Column(
            name="persons",
            type=TEXTS,
            personal_data=PERSONAL,
            description="Tokens of persons involved, made for this recipient; they may be affected parties.",
            description_nb="Pseudonymer for personer som inngår, laget for denne mottakeren; de kan være "
            "berørte parter.",
        ),
        Column(
            name="value",
            type=DECIMAL,
            description="Measured value in the indicator's unit.",
            description_nb="Målt verdi i indikatorens enhet.",
        ),
        Column(
            name="threshold",
            type=DECIMAL,
            description="Value it is compared with.",
            description_nb="Verdien den sammenlignes med.",
        ),
        Column(
            name="margin",
            type=DECIMAL,
            description="Value minus threshold.",
            description_nb="Verdi minus terskel.",
        ),
        text(
            "threshold_basis",
            "Weakest basis of the thresholds that bind; `own` is Kjede's own.",
            "Svakeste grunnlag for tersklene som gjelder; `own` er Kjedes eget.",
            required=True,
            codes=("statute", "directive", "published", "statistical", "own"),
        ),
        text(
            "legal_basis_ref",
            "Paragraph or norm the threshold rests on.",
            "Bestemmelse eller norm terskelen bygger på.",
        ),
        Column(
            name="guards_applied",
            type=TEXTS,
            description="Innocent explanations that were checked, `guard=outcome`.",
            description_nb="Uskyldige forklaringer som er kontrollert, `forbehold=utfall`.",
        ),
        Column(
            name="data_quality",
            type=TEXTS,
            description="Codes of what is missing or weak.",
            description_nb="Koder for det som mangler eller er svakt.",
        ),
    ),
)

EVIDENCE = Dataset(
    name="out_share__evidence",
    description="One row per piece of evidence of a released finding: what it shows, register and month; "
    "no keys.",
    description_nb="Én rad per bevis i et utlevert funn: hva det viser, register og måned; ingen nøkler.",
    owner=OWNER,
    key=("finding_ref", "n"),
    retention_days=RETENTION_DAYS,
    columns=(
        FINDING_REF,
        whole(
            "n",
            "Number within the finding; a gap is a piece of evidence that was left out.",
            "Nummer i funnet; et hull er et bevis som er utelatt.",
            required=True,
            minimum=1,
        ),
        MONTH,
        text(
            "register_nb",
            "Register it rests on, in Norwegian.",
            "Registeret det bygger på, på norsk.",
            required=True,
        ),
        text(
            "register_en",
            "Register it rests on, in English.",
            "Registeret det bygger på, på engelsk.",
            required=True,
        ),
        text(
            "register_month",
            "Month of the register's state, YYYY-MM.",
            "Måneden for registerets tilstand, ÅÅÅÅ-MM.",
            required=True,
        ),
        text(
            "shows_nb",
            "What it shows, in Norwegian.",
            "Hva det viser, på norsk.",
            required=True,
            personal_data=PERSONAL,
        ),
        text(
            "shows_en",
            "What it shows, in English.",
            "Hva det viser, på engelsk.",
            required=True,
            personal_data=PERSONAL,
        ),
    ),
)

DATASETS = (CASES, FINDINGS, EVIDENCE)
