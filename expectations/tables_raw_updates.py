"""Raw tables of the change notices of the unit register: which unit changed, and how."""

from expectations.dataset import Dataset
from expectations.raw_columns import PERSONAL, instant, org, raw_table, text, whole

SOURCE = "brreg_oppdateringer"
OWNER = "Brønnøysundregistrene"

CHANGE_KINDS = ("Ukjent", "Ny", "Endring", "Sletting", "Fjernet")
OPERATIONS = ("add", "replace", "remove", "move", "copy", "test")


def _register(prefix: str, pattern: str, unit: str) -> tuple[Dataset, Dataset]:
    """The notices of one of the two series, and the changes that they carry."""
    record = f"oppdatering:{pattern}"
    update_id = whole(
        "update_id", "oppdateringsid", "Running number in the series of this register.", required=True
    )
    updates = raw_table(
        f"{prefix}_updates",
        f"One notice that {unit} changed.",
        SOURCE,
        record,
        update_id,
        instant("noticed_at", "dato", "Time of the notice; not when it was known here.", required=True),
        org("orgnr", "organisasjonsnummer", f"The unit: {unit}.", required=True),
        text(
            "change_kind",
            "endringstype",
            "Kind of change; Fjernet means legally removed, and purges.",
            required=True,
            codes=CHANGE_KINDS,
        ),
        owner=OWNER,
    )
    path = "endringer[]"
    changes = raw_table(
        f"{prefix}_changes",
        f"One changed field of {unit}, where the notice carries its changes.",
        SOURCE,
        record,
        update_id,
        org("orgnr", "organisasjonsnummer", f"The unit: {unit}.", required=True),
        whole("change_no", path, "Number of the change in the notice, from 0."),
        text("operation", f"{path}.op", "What is done, RFC 6902.", required=True, codes=OPERATIONS),
        text("pointer", f"{path}.path", "Place in the unit, JSON pointer.", required=True),
        text(
            "value_json",
            f"{path}.value",
            "New value as JSON; can be the name or address of a sole proprietor.",
            PERSONAL,
        ),
        text("from_pointer", f"{path}.from", "Place it was moved or copied from."),
        rows=path,
        owner=OWNER,
    )
    return updates, changes


UNIT_UPDATES, UNIT_CHANGES = _register("unit", "oppdateringer_enheter_*.json.gz", "a legal entity")
ESTABLISHMENT_UPDATES, ESTABLISHMENT_CHANGES = _register(
    "establishment", "oppdateringer_underenheter_*.json.gz", "an establishment"
)

ROLE_EVENTS = raw_table(
    "role_events",
    "One notice that the roles of a unit changed; it does not say which.",
    SOURCE,
    "rollehendelse",
    text("event_id", "id", "The event.", required=True),
    text("event_kind", "type", "Kind of event, CloudEvents.", required=True),
    instant("event_at", "time", "Time of the event.", required=True),
    org("orgnr", "data.organisasjonsnummer", "The unit whose roles changed.", required=True),
    text("event_source", "source", "Where the event comes from."),
    text("spec_version", "specversion", "Version of CloudEvents.", required=True),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    UNIT_UPDATES,
    UNIT_CHANGES,
    ESTABLISHMENT_UPDATES,
    ESTABLISHMENT_CHANGES,
    ROLE_EVENTS,
)
