"""Core tables of person linkage: links that registers state, and candidates with their weights."""

from expectations.columns import MONTH, RAW_REFS, day, person, text, whole
from expectations.dataset import PAIRS, SHARE, WEIGHT, Column, Dataset, PersonalData

KNOWN_LINKS = Dataset(
    name="core_link__known_links",
    description="One row per token that a register, or a name with birth date that only one person has, "
    "says is a person under another number or name.",
    owner="Arbeidstilsynet",
    key=("token",),
    columns=(
        MONTH,
        person("token", "Token of one identifier: a number, or a name with birth date."),
        person("person_id", "Pseudonym of the person: token of the current number.", required=True),
        text(
            "rule",
            "Why they are one person.",
            required=True,
            codes=("d_number_to_fnr", "earlier_number", "name_birth_date_unique"),
        ),
        Column(
            name="match_probability",
            type=SHARE,
            required=True,
            description="1 for links stated by the register; the stated precision of the rule otherwise.",
        ),
        RAW_REFS,
    ),
)

CANDIDATES = Dataset(
    name="core_link__candidates",
    description="One row per record without a number and person it may be, with what the comparison says and "
    "what was decided; candidates less likely than 0.05 are left out.",
    owner="Arbeidstilsynet",
    key=("token", "person_id"),
    columns=(
        MONTH,
        person("token", "Token of the record without a number: a shareholder, or a name with birth date."),
        person("person_id", "Pseudonym of the person it may be.", required=True),
        text(
            "source",
            "`shareholder`, or `register` for a role, ownership or job without a number.",
            required=True,
            codes=("shareholder", "register"),
        ),
        Column(
            name="match_weight",
            type=WEIGHT,
            required=True,
            description="Sum of the weights of the comparisons and of the prior, in bits: one bit more is "
            "twice as likely a match.",
        ),
        Column(
            name="match_probability",
            type=SHARE,
            required=True,
            description="The weight as a probability, 0 to 1.",
        ),
        whole("place_in_order", "1 for the likeliest person of the record.", required=True, minimum=1),
        text(
            "decision",
            "`linked`; `ambiguous`, another person is nearly as likely; `unlikely`, below 0.95; "
            "`outweighed`, not the likeliest person.",
            required=True,
            codes=("linked", "ambiguous", "unlikely", "outweighed"),
        ),
        Column(
            name="levels",
            type=PAIRS,
            required=True,
            description="By comparison, the level the pair fell on.",
            personal_data=PersonalData.PERSONAL,
        ),
        Column(
            name="weights",
            type=PAIRS,
            required=True,
            description="By comparison, its weight in bits.",
            personal_data=PersonalData.PERSONAL,
        ),
        text("model_version", "Version of the frozen model.", required=True),
        RAW_REFS,
    ),
)

FAIRNESS = Dataset(
    name="core_link__fairness",
    description="One row per group of persons whose number is known, with how often linkage by name misses "
    "them or takes them for somebody else; groups under twenty are left out.",
    owner="Arbeidstilsynet",
    key=("dimension", "group"),
    columns=(
        MONTH,
        text(
            "dimension",
            "What the groups differ in: kind of number, one given name or several, "
            "how common the family name is, organisation form owned, registered abroad.",
            required=True,
            codes=("number", "given_names", "family_name", "org_form", "registered_abroad"),
        ),
        text("group", "Group.", required=True),
        whole(
            "records_n", "Records whose person is known and could have been found.", required=True, minimum=20
        ),
        whole("missed_n", "Records linked to nobody.", required=True),
        whole("false_n", "Records linked to another person.", required=True),
    ),
)

LINK_TASKS = Dataset(
    name="core_link__tasks",
    description="One row per decision of a person about a link and reason to look at it again.",
    owner="Arbeidstilsynet",
    key=("judgement_id", "why"),
    columns=(
        MONTH,
        text("judgement_id", "The decision.", required=True),
        person("token", "Pseudonym that was judged.", required=True),
        person("person_id", "Person it was judged against.", required=True),
        text("verdict", "What was decided.", required=True, codes=("same", "different")),
        day("review_by", "Day by which it must be looked at again.", required=True),
        text(
            "why",
            "A register states the contrary and holds; the comparison of names speaks strongly against it; "
            "or the review is due.",
            required=True,
            codes=("register_states_the_contrary", "comparison_speaks_against", "review_is_due"),
        ),
    ),
)

DATASETS = (KNOWN_LINKS, CANDIDATES, FAIRNESS, LINK_TASKS)
