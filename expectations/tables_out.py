"""Output tables: findings, their evidence, coverage, cases and case events."""

from expectations.columns import MONTH, text, whole
from expectations.dataset import DECIMAL, INSTANT, PAIRS, SHARE, TEXTS, WHOLE, YES_NO, Column, Dataset, PersonalData

PERSONAL = PersonalData.PERSONAL
STATUSES = ("triggered", "not_triggered", "not_evaluable", "suppressed")
AS_OF = Column(name="as_of", type=INSTANT, required=True,
               description="Nothing learned after this instant was used.",
               description_nb="Ingenting som ble kjent etter dette tidspunktet er brukt.")

FINDINGS = Dataset(
    name="out_flag__findings",
    description="One row per evaluated candidate and indicator.",
    description_nb="Én rad per vurdert kandidat og indikator.",
    owner="Arbeidstilsynet",
    key=("finding_id",),
    columns=(
        text("finding_id", "Id derived from indicator, subject, scope and month.", "Id avledet av indikator, subjekt og måned."),
        text("indicator_id", "Indicator, for example A01.", "Indikator, for eksempel A01.", required=True),
        text("indicator_version", "Version of its definition.", "Versjon av definisjonen.", required=True),
        text("role", "Whether it may make a case or only support one.", "Om den kan danne en sak eller bare støtte en.",
             required=True, codes=("trigger", "context")),
        text("subject_type", "Kind of subject.", "Type subjekt.", required=True,
             codes=("org", "pair", "project", "chain", "contract", "site", "dwelling", "address", "building", "cluster")),
        text("subject_id", "Subject.", "Subjekt.", required=True, personal_data=PERSONAL),
        text("scope_id", "Scope it was evaluated in.", "Utsnitt den ble vurdert i.", required=True, personal_data=PERSONAL),
        Column(name="companies", type=TEXTS, required=True, description="Organisation numbers involved.",
               description_nb="Organisasjonsnumre som inngår."),
        Column(name="dwellings", type=TEXTS, required=True, personal_data=PERSONAL,
               description="Dwellings involved, adresseId:bruksenhet.", description_nb="Boliger som inngår, adresseId:bruksenhet."),
        Column(name="persons", type=TEXTS, required=True, personal_data=PERSONAL,
               description="Pseudonyms of persons involved.", description_nb="Pseudonymer for personer som inngår."),
        MONTH,
        AS_OF,
        text("status", "What the evaluation came to; not_evaluable is never clean.",
             "Utfall; not_evaluable betyr ikke at alt er i orden.", required=True, codes=STATUSES),
        Column(name="value", type=DECIMAL, description="Measured value in the indicator's unit.",
               description_nb="Målt verdi i indikatorens enhet."),
        Column(name="threshold", type=DECIMAL, description="Value it is compared with.", description_nb="Terskelverdi."),
        Column(name="margin", type=DECIMAL, description="Value minus threshold.", description_nb="Verdi minus terskel."),
        Column(name="guards_applied", type=TEXTS, required=True, description="Guards that were checked, `guard=outcome`.",
               description_nb="Kontrollerte forbehold, `forbehold=utfall`."),
        text("suppressed_reason", "Why a triggered rule is held back.", "Hvorfor en utløst regel holdes tilbake."),
        text("truncated", "Rule by which the scope was cut for size.", "Regel for avkorting av utsnittet."),
        Column(name="data_quality", type=TEXTS, required=True, description="Codes of what is missing or weak.",
               description_nb="Koder for det som mangler eller er svakt."),
        text("threshold_basis", "Weakest basis that binds.", "Svakeste grunnlag for terskelen.", required=True,
             codes=("statute", "directive", "published", "statistical", "own")),
        text("legal_basis_ref", "Paragraph or norm the threshold rests on.", "Bestemmelse eller norm terskelen bygger på."),
        Column(name="facts", type=PAIRS, required=True, personal_data=PersonalData.SPECIAL,
               description="Named figures used in the explanation.", description_nb="Navngitte tall brukt i forklaringen."),
    ),
)

EVIDENCE = Dataset(
    name="out_flag__evidence",
    description="One row per finding and piece of evidence.",
    description_nb="Én rad per funn og bevis.",
    owner="Arbeidstilsynet",
    key=("finding_id", "n"),
    columns=(
        MONTH,
        text("finding_id", "Finding.", "Funn."),
        Column(name="n", type=WHOLE, description="Number of the evidence within the finding, from 1.",
               description_nb="Bevisets nummer i funnet, fra 1."),
        text("element", "`edge:<edge id>` or `node:<node id>` of the network.", required=True, personal_data=PERSONAL),
        text("table", "Core table of the cited row.", "Tabellen raden står i.", required=True),
        text("row_month", "Month partition of the cited row.", "Månedspartisjon for raden.", required=True),
        text("version", "Version of that partition.", "Versjon av partisjonen.", required=True),
        text("key", "Key of the cited row.", "Radens nøkkel.", required=True, personal_data=PERSONAL),
        text("row_hash", "Hash of the cited row's content.", "Hash av radens innhold.", required=True),
        text("shows_nb", "What it shows, in Norwegian.", "Hva det viser, på norsk.", required=True),
        text("shows_en", "What it shows, in English.", "Hva det viser, på engelsk.", required=True),
    ),
)

COVERAGE = Dataset(
    name="out_flag__coverage",
    description="One row per indicator, subject type, status and reason: how many of the population.",
    description_nb="Én rad per indikator, subjekttype, status og grunn: hvor mange av populasjonen.",
    owner="Arbeidstilsynet",
    key=("indicator_id", "subject_type", "status", "reason"),
    columns=(
        MONTH, AS_OF,
        text("indicator_id", "Indicator.", "Indikator."),
        text("subject_type", "Kind of subject.", "Type subjekt."),
        text("status", "Status.", "Status.", codes=STATUSES),
        text("reason", "Why: `evaluated`, a data-quality code, or the candidate rule that was not met.",
             "Hvorfor: `evaluated`, en datakvalitetskode, eller kandidatregelen som ikke er oppfylt."),
        whole("subjects_n", "Subjects.", "Antall subjekter.", required=True),
    ),
)

CASES = Dataset(
    name="out_flag__cases",
    description="One row per case for review.",
    description_nb="Én rad per sak til vurdering.",
    owner="Arbeidstilsynet",
    key=("case_id",),
    columns=(
        text("case_id", "Stable id.", "Fast id."),
        MONTH, AS_OF,
        whole("rank", "1 is first; strict total order: score, findings, then case id.", "1 er først; streng rekkefølge.",
              required=True, minimum=1),
        Column(name="score", type=SHARE, required=True, description="0 to 1; orders cases, is not a probability.",
               description_nb="0 til 1; ordner saker, er ikke en sannsynlighet."),
        text("band", "A, B or C.", "A, B eller C.", required=True, codes=("A", "B", "C")),
        Column(name="indicators", type=TEXTS, required=True, description="Triggered indicators.", description_nb="Utløste indikatorer."),
        Column(name="context_indicators", type=TEXTS, required=True, description="Context indicators that support it.",
               description_nb="Indikatorer som bare gir sammenheng."),
        Column(name="groups", type=TEXTS, required=True, description="Indicator groups.", description_nb="Indikatorgrupper."),
        Column(name="findings", type=TEXTS, required=True, description="Finding ids.", description_nb="Funn-id-er."),
        Column(name="companies", type=TEXTS, required=True, description="Organisation numbers.", description_nb="Organisasjonsnumre."),
        Column(name="dwellings", type=TEXTS, required=True, personal_data=PERSONAL, description="Dwellings.", description_nb="Boliger."),
        whole("persons_n", "Persons involved; names are never here.", "Antall berørte personer.", required=True),
        text("first_seen_month", "Month the case was first seen.", "Måneden saken først ble sett.", required=True),
        text("state", "State of review.", "Status i vurderingen.", required=True,
             codes=("new", "under_review", "dismissed", "handed_over", "closed", "reopened")),
        text("change", "Against last month's cases.", "Mot forrige måneds saker.", required=True,
             codes=("new", "changed", "unchanged")),
        Column(name="disputed", type=YES_NO, required=True, description="An objection is recorded.",
               description_nb="Innsigelse er registrert."),
        text("evidence_fingerprint", "Hash of what its findings say and cite; the same when nothing changed.", "Hash av det funnene sier og viser til; lik når ingenting er endret.", required=True),
        text("headline_nb", "One line in Norwegian.", "Én linje på norsk.", required=True),
        text("headline_en", "One line in English.", "Én linje på engelsk.", required=True),
    ),
)

CASE_EVENTS = Dataset(
    name="out_flag__case_events",
    description="One row per event in a case's life, append-only; ids are derived, so a run again adds none.",
    description_nb="Én rad per hendelse i en saks liv; bare tilføyelser.",
    owner="Arbeidstilsynet",
    key=("event_id",),
    columns=(
        MONTH, AS_OF,
        text("event_id", "Id derived from case, month and kind.", "Id avledet av sak, måned og type."),
        text("case_id", "Case.", "Sak.", required=True),
        text("kind", "What happened.", "Hva som skjedde.", required=True,
             codes=("opened", "changed", "gone", "merged_into", "split_from", "reviewed", "reopened")),
        text("other_case_id", "The other case of a merge or split.", "Den andre saken."),
        text("detail", "What changed, in neutral words.", "Hva som endret seg."),
    ),
)

DATASETS = (FINDINGS, EVIDENCE, COVERAGE, CASES, CASE_EVENTS)
