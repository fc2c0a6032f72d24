"""Raw tables of outcomes: inspections, reviews of cases, and events."""

from expectations.dataset import Dataset
from expectations.raw_columns import (
    PERSONAL,
    SPECIAL,
    day,
    instant,
    org,
    person,
    raw_table,
    text,
    texts,
    whole,
)

SOURCE = "tilsyn_utfall"
OWNER = "Arbeidstilsynet"

SELECTIONS = ("random", "score", "tip", "plan", "followup")
TIERS = ("none", "guidance", "order", "stop", "fine", "police_report", "tax_assessment")

INSPECTIONS = raw_table(
    "inspections",
    "One inspection and its outcome.",
    SOURCE,
    "tilsyn",
    text("inspection_id", "internTilsynsId", "The inspection.", SPECIAL, required=True),
    org("inspected_orgnr", "tilsynsobjekt", "Inspected unit.", required=True),
    org("main_unit_orgnr", "tilsynsobjektHovedenhet", "Its main unit."),
    org("agency_orgnr", "tilsynsetat", "Inspecting agency.", required=True),
    text("visit_building_no", "besoeksadresse.bygningsnummer", "Building visited.", PERSONAL),
    text("visit_unit_no", "besoeksadresse.bruksenhetsnummer", "Dwelling unit visited.", PERSONAL),
    text("visit_street", "besoeksadresse.adressenavn", "Street visited.", PERSONAL),
    text("visit_house_no", "besoeksadresse.adressenummer", "House number visited.", PERSONAL),
    text("visit_postcode", "besoeksadresse.postnummer", "Postcode visited.", PERSONAL),
    text("visit_municipality_no", "besoeksadresse.kommunenummer", "Municipality number visited.", PERSONAL),
    text("project_id", "prosjekt_id", "Project the inspection was about."),
    text("address_id", "adresseId", "Address of the cadastre."),
    text(
        "inspection_status",
        "tilsynsstatus",
        "State of the inspection.",
        SPECIAL,
        required=True,
        codes=("aapen", "lukket", "avbrutt", "planlegging", "ikkeAngitt"),
    ),
    text(
        "selected_by",
        "tilsynsutvelgelse",
        "Why this one was inspected.",
        SPECIAL,
        required=True,
        codes=SELECTIONS,
    ),
    texts("indicator_ids", "indikatorer", "Indicators behind a selection by score.", SPECIAL),
    text("finding_tier", "funnNivaa", "Highest tier reached.", SPECIAL, required=True, codes=TIERS),
    text(
        "decision_status",
        "vedtakStatus",
        "State of the decision.",
        SPECIAL,
        required=True,
        codes=("ikke_endelig", "paaklaget", "endelig", "omgjort"),
    ),
    day("final_on", "endeligVedtakDato", "Day the decision became final.", SPECIAL),
    owner=OWNER,
)

ACTIVITIES = raw_table(
    "inspection_activities",
    "One activity of one inspection.",
    SOURCE,
    "tilsyn",
    text("inspection_id", "internTilsynsId", "The inspection.", SPECIAL, required=True),
    instant("activity_at", "tilsynsaktiviteter[].dato", "When it took place.", SPECIAL, required=True),
    text("activity_form", "tilsynsaktiviteter[].form", "Form.", SPECIAL),
    text("activity_kind", "tilsynsaktiviteter[].type", "Kind.", SPECIAL),
    rows="tilsynsaktiviteter[]",
    owner=OWNER,
)

REACTIONS = raw_table(
    "inspection_reactions",
    "One breach and reaction of one inspection.",
    SOURCE,
    "tilsyn",
    text("inspection_id", "internTilsynsId", "The inspection.", SPECIAL, required=True),
    text("legal_paragraph", "bruddOgReaksjoner[].lovparagraf", "Provision.", SPECIAL),
    text("order_text", "bruddOgReaksjoner[].paalegg", "Order given.", SPECIAL),
    text("reaction", "bruddOgReaksjoner[].etatreaksjon", "Reaction of the agency.", SPECIAL),
    instant("reaction_at", "bruddOgReaksjoner[].reaksjonsdato", "When.", SPECIAL),
    text("reaction_grade", "bruddOgReaksjoner[].reaksjonsgrad", "Degree.", SPECIAL),
    rows="bruddOgReaksjoner[]",
    owner=OWNER,
)

REVIEWS = raw_table(
    "reviews",
    "One review of one case.",
    SOURCE,
    "vurdering",
    text("review_id", "vurdering_id", "The review.", SPECIAL, required=True),
    text("case_id", "sak_id", "The case.", SPECIAL, required=True),
    text(
        "subject_kind",
        "subjekt_type",
        "Kind of subject, never a person.",
        SPECIAL,
        required=True,
        codes=("virksomhet", "kjede", "prosjekt", "bruksenhet", "klynge"),
    ),
    text("subject_id", "subjekt_id", "The subject.", SPECIAL, required=True),
    day("as_of_on", "as_of", "Day the review looked from.", SPECIAL, required=True),
    text(
        "selected_by",
        "hvorfor_vurdert",
        "Why this one was reviewed.",
        SPECIAL,
        required=True,
        codes=SELECTIONS,
    ),
    text(
        "outcome",
        "outcome",
        "Outcome.",
        SPECIAL,
        required=True,
        codes=(
            "confirmed_serious",
            "confirmed_minor",
            "lawful_explanation",
            "data_error",
            "insufficient_data",
            "not_reviewed_capacity",
            "handed_over",
        ),
    ),
    text("lawful_reason", "lawful_reason", "Code of the lawful explanation, tied to a guard.", SPECIAL),
    text("reaction_tier", "reaction_tier", "Reaction.", SPECIAL, codes=TIERS),
    text(
        "basis",
        "basis",
        "What it rests on.",
        SPECIAL,
        required=True,
        codes=("desk", "documents", "inspection", "court"),
    ),
    text(
        "is_final",
        "final",
        "Final, under appeal or reversed.",
        SPECIAL,
        required=True,
        codes=("yes", "appeal", "reversed"),
    ),
    day("reviewed_on", "vurdert_dato", "Day of the review.", SPECIAL, required=True),
    whole("minutes", "minutter", "Minutes spent.", SPECIAL),
    owner=OWNER,
)

REVIEW_INDICATORS = raw_table(
    "review_indicators",
    "What one review said of one indicator.",
    SOURCE,
    "vurdering",
    text("review_id", "vurdering_id", "The review.", SPECIAL, required=True),
    text("indicator_id", "indikatorer[].id", "The indicator.", SPECIAL, required=True),
    text(
        "verdict",
        "indikatorer[].verdict",
        "The verdict.",
        SPECIAL,
        required=True,
        codes=("correct_fact_and_relevant", "correct_fact_irrelevant", "wrong_fact", "not_assessed"),
    ),
    rows="indikatorer[]",
    owner=OWNER,
)

EVENTS = raw_table(
    "events",
    "One announced event about a company.",
    SOURCE,
    "hendelse",
    text("event_id", "hendelse_id", "The event.", SPECIAL, required=True),
    text(
        "event_kind",
        "type",
        "Kind of event.",
        SPECIAL,
        required=True,
        codes=(
            "konkursbegjaering",
            "konkursaapning",
            "salg_fra_bo",
            "virksomhetsoverdragelse",
            "konkurskarantene",
            "tilsynsvarsel",
            "bokettersynsvarsel",
        ),
    ),
    day("event_on", "dato", "Day of the event.", SPECIAL, required=True),
    day("to_on", "til_dato", "Last day of a quarantine.", SPECIAL),
    org("orgnr", "orgnr", "The company concerned."),
    org("counterparty_orgnr", "motpart_orgnr", "Buyer or transferee."),
    person("person", "fnr", "the person in quarantine"),
    text(
        "seen_through",
        "kilde",
        "Where it comes from.",
        SPECIAL,
        required=True,
        codes=("konkursregister", "bostyrer", "arbeidstilsynet", "skatteetaten"),
    ),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (INSPECTIONS, ACTIVITIES, REACTIONS, REVIEWS, REVIEW_INDICATORS, EVENTS)
