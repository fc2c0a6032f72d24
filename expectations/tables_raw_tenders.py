"""Raw tables of public contracts awarded: notices, buyers, lots, winners and subcontractors."""

from expectations.dataset import TEXT, Column, Dataset
from expectations.raw_columns import (
    AMOUNT,
    day,
    instant,
    money,
    number,
    org,
    raw_table,
    text,
    texts,
    whole,
)

SOURCE = "doffin_kunngjoringer"
RECORD = "kunngjoring"
OWNER = "DFØ"

_NOTICE = text("notice_id", "id", "The notice.", required=True)
_LOT = "lots[]"
_WINNER = f"{_LOT}.winner[]"


def _party(name: str, path: str, what: str) -> Column:
    """An organisation number whose spaces intake removes."""
    return Column(name=name, type=TEXT, description=what, source_field=path, identifier="orgnr")


NOTICES = raw_table(
    "notices",
    "One notice.",
    SOURCE,
    RECORD,
    _NOTICE,
    text("notice_kind", "type", "Kind of notice; awards are the ones used.", required=True),
    texts("all_kinds", "allTypes", "All kinds of the notice."),
    text("heading", "heading", "Heading."),
    text("description", "description", "Description."),
    texts("location_codes", "locationId", "Places, NUTS."),
    number(
        "estimated_amount",
        "estimatedValue.amount",
        "Value estimated before the award, in its currency.",
        AMOUNT,
    ),
    text("estimated_currency", "estimatedValue.currencyCode", "Currency of the estimate."),
    instant("issued_at", "issueDate", "When it was issued."),
    day("published_on", "publicationDate", "Day of publication.", required=True),
    whole("received_tenders", "receivedTenders", "Tenders received."),
    texts("cpv_codes", "cpvCodes", "Subject, CPV."),
    owner=OWNER,
)

BUYERS = raw_table(
    "buyers",
    "One buyer of one notice.",
    SOURCE,
    RECORD,
    _NOTICE,
    _party("buyer_orgnr", "buyer[].organizationId", "The buyer, spaces removed."),
    text("buyer_org_id", "buyer[].organizationId", "The buyer's number as given.", required=True),
    text("buyer_id", "buyer[].id", "The buyer's id in the notice."),
    text("buyer_name", "buyer[].name", "Name of the buyer."),
    rows="buyer[]",
    owner=OWNER,
)

LOTS = raw_table(
    "lots",
    "One lot of one notice.",
    SOURCE,
    RECORD,
    _NOTICE,
    whole("lot_no", _LOT, "Number of the lot in the notice, from 0."),
    text("heading", f"{_LOT}.heading", "Heading."),
    text("description", f"{_LOT}.description", "Description."),
    rows=_LOT,
    owner=OWNER,
)

WINNERS = raw_table(
    "winners",
    "One winner of one lot; a consortium has several.",
    SOURCE,
    RECORD,
    _NOTICE,
    whole("lot_no", _LOT, "Number of the lot in the notice, from 0."),
    _party("winner_orgnr", f"{_WINNER}.organizationId", "The winner where its number is a Norwegian one."),
    text("winner_org_id", f"{_WINNER}.organizationId", "The winner's number as given; may be foreign."),
    text("winner_id", f"{_WINNER}.id", "The winner's id in the notice."),
    text("winner_name", f"{_WINNER}.name", "Name of the winner."),
    rows=_WINNER,
    owner=OWNER,
)

SUBCONTRACTORS = raw_table(
    "subcontractors",
    "One subcontractor named for one lot; few notices name any.",
    SOURCE,
    "underleverandoer",
    _NOTICE,
    text("lot_id", "lot", "The lot, as the notice names it.", required=True),
    org("winner_orgnr", "vinner_orgnr", "The winner.", required=True),
    org("subcontractor_orgnr", "underleverandoer_orgnr", "The subcontractor.", required=True),
    money("value_ore", "verdi", "Value of the subcontract."),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (NOTICES, BUYERS, LOTS, WINNERS, SUBCONTRACTORS)
