"""Core tables about outcomes: reviews and inspections, current version of each."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, text
from expectations.dataset import TEXTS, Column, Dataset, PersonalData

OWNER = "Arbeidstilsynet and a-krim partners"
SPECIAL = PersonalData.SPECIAL

REVIEWS = Dataset(
    name="core_outcome__reviews",
    description="One row per review of a case, current version.",
    owner=OWNER,
    key=("review_id",),
    columns=(
        MONTH,
        text("review_id", "Id given by the source."),
        text("case_id", "Case that was reviewed.", required=True),
        text("subject_id", "Subject as the reviewer names it.", personal_data=SPECIAL),
        text(
            "selected_by",
            "Why it was reviewed: the propensity of the label.",
            required=True,
            codes=("random", "score", "tip", "plan", "followup"),
        ),
        text(
            "outcome",
            "What the review came to.",
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
        text("is_final", "Whether the outcome stands.", required=True, codes=("yes", "appeal", "reversed")),
        text("lawful_reason", "Code tied to a guard."),
        Column(
            name="verdicts",
            type=TEXTS,
            required=True,
            personal_data=SPECIAL,
            description="Per indicator, `<id>=<verdict>`, sorted.",
        ),
        day("reviewed_on", "Date of the review.", required=True),
        RAW_REFS,
    ),
)

INSPECTIONS = Dataset(
    name="core_outcome__inspections",
    description="One row per inspection, current version.",
    owner=OWNER,
    key=("inspection_id",),
    columns=(
        MONTH,
        text("inspection_id", "Id given by the source."),
        orgnr("orgnr", "Inspected unit, or its main unit where that is given."),
        text(
            "selected_by",
            "Why it was inspected.",
            required=True,
            codes=("random", "score", "tip", "plan", "followup"),
        ),
        text(
            "finding_level",
            "Highest tier reached.",
            required=True,
            codes=("none", "guidance", "order", "stop", "fine", "police_report", "tax_assessment"),
        ),
        text(
            "decision_state",
            "Whether the decision is final.",
            required=True,
            codes=("ikke_endelig", "paaklaget", "endelig", "omgjort"),
        ),
        day("final_on", "Date of the final decision."),
        RAW_REFS,
    ),
)

DATASETS = (REVIEWS, INSPECTIONS)
