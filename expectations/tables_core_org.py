"""Core tables about organisations: one truth per organisation and month, roles and ownership as intervals."""

from expectations.columns import MONTH, RAW_REFS, VALID_FROM, VALID_TO, day, orgnr, person, text, whole
from expectations.dataset import SHARE, TEXTS, YES_NO, Column, Dataset, PersonalData

OWNER = "Arbeidstilsynet, from Brønnøysundregistrene"

ORGANISATIONS = Dataset(
    name="core_org__organisations",
    description="One row per organisation and month: the register's state at the "
    "month's end as known at as_of.",
    owner=OWNER,
    key=("orgnr",),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation number."),
        text("name", "Registered name.", personal_data=PersonalData.PERSONAL),
        text("org_form", "Organisation form code, for example AS or ENK."),
        Column(
            name="is_person", type=YES_NO, description="Sole proprietorship: the number is personal data."
        ),
        day("registered_on", "Entered in the register of entities."),
        day("founded_on", "Founded; may precede the register."),
        text("nace", "First activity code, NN.NNN."),
        text("nace_standard", "Standard of the activity code.", codes=("SN2007", "SN2025")),
        text("municipality_no", "Municipality of the business address."),
        text(
            "address_key",
            "Normalised business address text; empty texts are missing.",
            personal_data=PersonalData.PERSONAL,
        ),
        whole("employees_n", "Employees as published; missing below five or when none is registered."),
        Column(
            name="has_employees_registered",
            type=YES_NO,
            description="True without a count means one to four.",
        ),
        Column(name="is_vat_registered", type=YES_NO, description="Registered for VAT."),
        Column(name="is_in_group", type=YES_NO, description="The register says the unit is in a group."),
        day("bankrupt_on", "Bankruptcy opened."),
        day("winding_up_on", "Voluntary winding up decided."),
        day("dissolved_on", "Earliest compulsory dissolution date, whatever the reason."),
        day("deleted_on", "Deleted; or the day of the first full register that no longer holds it."),
        text("address_remark", "`FADR` when the register presumes the business address incorrect."),
        orgnr("parent_orgnr", "Superior unit of organisational parts."),
        RAW_REFS,
    ),
)

ESTABLISHMENTS = Dataset(
    name="core_org__establishments",
    description="One row per establishment and month.",
    owner=OWNER,
    key=("establishment_orgnr",),
    columns=(
        MONTH,
        orgnr("establishment_orgnr", "Number of the establishment."),
        orgnr("orgnr", "Employer: the superior unit."),
        text("nace", "First activity code."),
        text("nace_standard", "Standard of the activity code.", codes=("SN2007", "SN2025")),
        text("municipality_no", "Municipality of the location address."),
        whole("employees_n", "Employees as published."),
        day("started_on", "Start date."),
        day("closed_on", "Closed or deleted."),
        day("owner_changed_on", "Recorded change of ownership: a business transfer."),
        orgnr("previous_orgnr", "Employer before the latest recorded change of superior unit, if seen."),
        RAW_REFS,
    ),
)

ROLES = Dataset(
    name="core_org__roles",
    description="One row per interval in which a person or unit held a role, "
    "overlapping the 24 months up to the month.",
    owner=OWNER,
    key=("orgnr", "role", "holder_id", "valid_from"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation that has the role."),
        text(
            "role",
            "Role code of the register, for example DAGL, LEDE, MEDL, INNH, REVI, REGN.",
            required=True,
        ),
        text("holder_id", "`person:<pseudonym>` or `org:<orgnr>`.", personal_data=PersonalData.PERSONAL),
        text("holder_kind", "Kind of holder.", required=True, codes=("person", "org")),
        Column(
            name="is_control",
            type=YES_NO,
            required=True,
            description="Role gives control: DAGL, LEDE, NEST, MEDL, INNH, KOMP, DTPR, "
            "DTSO, BEST, REPR, KONT; "
            "employee representatives and resigned holders excluded.",
        ),
        text(
            "match",
            "How the holder was identified.",
            required=True,
            codes=("fnr", "name_birth_date", "orgnr"),
        ),
        VALID_FROM,
        VALID_TO,
        Column(
            name="is_start_exact",
            type=YES_NO,
            required=True,
            description="True: the start is a change of the role group between two versions; "
            "false: an upper bound.",
        ),
        RAW_REFS,
    ),
)

OWNERSHIPS = Dataset(
    name="core_org__ownerships",
    description="One row per shareholder and company at the last year end known.",
    owner="Arbeidstilsynet, from Skatteetaten",
    key=("orgnr", "holder_id"),
    columns=(
        MONTH,
        orgnr("orgnr", "Company owned."),
        text(
            "holder_id",
            "`person:<pseudonym>`, `org:<orgnr>` or `other:<pseudonym>` for holders without number.",
            personal_data=PersonalData.PERSONAL,
        ),
        text("holder_kind", "Kind of holder.", required=True, codes=("person", "org", "other")),
        text(
            "match",
            "How the holder was identified.",
            required=True,
            codes=("orgnr", "name_birth_year_place", "name_place", "fnr"),
        ),
        Column(
            name="share",
            type=SHARE,
            required=True,
            description="Part of all shares over all classes, 0 to 1.",
        ),
        text("year", "Income year; the share holds at its 31 December.", required=True),
        RAW_REFS,
    ),
)

OWNER_ROOTS = Dataset(
    name="core_org__owner_roots",
    description="One row per company with a majority owner, and per company that is the root of others: "
    "companies with the same root belong together.",
    owner="Arbeidstilsynet",
    key=("orgnr",),
    columns=(
        MONTH,
        orgnr("orgnr", "Company."),
        text(
            "owner_root",
            "Holder that ends the chain of majority (over 50 %) ownership.",
            required=True,
            personal_data=PersonalData.PERSONAL,
        ),
        whole("steps_n", "Ownership links from the company to the root.", required=True),
        Column(
            name="path",
            type=TEXTS,
            required=True,
            personal_data=PersonalData.PERSONAL,
            description="Holders from the company to the root.",
        ),
        RAW_REFS,
    ),
)

ROLE_LOADS = Dataset(
    name="core_org__role_loads",
    description="One row per person and type of role, of persons who at the end of the month lead seven "
    "or more living companies: how many, and how many others lead.",
    owner=OWNER,
    key=("holder_id", "role"),
    columns=(
        MONTH,
        text("holder_id", "`person:<pseudonym>`.", required=True, personal_data=PersonalData.PERSONAL),
        text("role", "Role code that gives control, for example DAGL.", required=True),
        whole("orgs_n", "Living companies led in that type of role.", required=True),
        whole(
            "groups_n", "Different owners among them; one without a majority owner is its own.", required=True
        ),
        whole(
            "groups_p995",
            "What 99.5 % of all who hold that type of role in living companies do not exceed.",
            required=True,
        ),
        whole("holders_n", "All who hold that type of role in living companies.", required=True),
        RAW_REFS,
    ),
)

EVENTS = Dataset(
    name="core_org__events",
    description="One row per announced event of a company: bankruptcy, estate sale, "
    "business transfer, notices.",
    owner="Arbeidstilsynet and a-krim partners",
    key=("event_id",),
    columns=(
        MONTH,
        text("event_id", "Id given by the source."),
        text(
            "kind",
            "What happened.",
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
        day("happened_on", "When.", required=True),
        day("ends_on", "End of a quarantine."),
        orgnr("orgnr", "Company concerned."),
        orgnr("counterparty_orgnr", "Buyer or transferee."),
        person("person_id", "Person in quarantine."),
        text("source", "Who told it.", required=True),
        RAW_REFS,
    ),
)

HUBS = Dataset(
    name="core_org__hubs",
    description="One row per unit or address that is shared for innocent reasons and is "
    "left out of shared-resource links.",
    owner="Arbeidstilsynet",
    key=("hub_id", "kind"),
    columns=(
        MONTH,
        text("hub_id", "`org:<orgnr>`, `address:<adresseId>` or `place:<address text>`."),
        text(
            "kind",
            "Why it is a hub: declared kinds of the code list, or `many_clients`, `many_tenants` by count.",
            required=True,
        ),
        whole("linked_n", "Organisations linked to it, where counted."),
        VALID_FROM,
        VALID_TO,
        RAW_REFS,
    ),
)

BENEFICIAL_OWNERS = Dataset(
    name="core_org__beneficial_owners",
    description="One row per person and company in the last registration of its beneficial owners.",
    owner=OWNER,
    key=("orgnr", "person_id"),
    columns=(
        MONTH,
        orgnr("orgnr", "Company owned."),
        person("person_id", "Beneficial owner."),
        day("registered_on", "First registered as an owner of it."),
        RAW_REFS,
    ),
)

DATASETS = (
    ORGANISATIONS,
    ESTABLISHMENTS,
    ROLES,
    OWNERSHIPS,
    OWNER_ROOTS,
    ROLE_LOADS,
    EVENTS,
    HUBS,
    BENEFICIAL_OWNERS,
)
