"""What the reports say, in Norwegian bokmål and English."""

from collections.abc import Mapping
from functools import cache

from expectations.rules import Delivered, Exists, Fresh, Kept, Rule
from expectations.run_rules import RUN_RULES

LANGUAGES = ("nb", "en")
NAMES = {"nb": "Norsk", "en": "English"}

Both = tuple[str, str]
_ADVICE: Mapping[str, Both] = {
    "exists": (
        "se at begge kildene gjelder samme tid og er hele (`kjede report intake`), og be eieren av den som "
        "mangler noe, om en ny leveranse",
        "see that both sources are about the same time and whole (`kjede report intake`), and ask the owner "
        "of the one that lacks them for a new delivery",
    ),
    "volume": (
        "leveransen er avkuttet eller gjelder en annen mengde: be eieren om en ny som erstatter den "
        "(`supersedes`), eller som sier at den ikke er fullstendig (`complete: false`)",
        "the delivery is cut or of another population: ask its owner for a new one that replaces it "
        "(`supersedes`) or that says that it is not complete (`complete: false`)",
    ),
    "fresh": (
        "kilden har sluttet å komme: spør eieren, og se `kjede report intake` etter avviste leveranser",
        "the source has stopped coming: ask its owner; `kjede report intake` names refused deliveries",
    ),
    "table": (
        "se kilden bak tabellen i `kjede report intake`; er regelen for streng, settes grensen på nytt i "
        "`expectations/business_rules.py`, med årstall og grunn",
        "look at the source behind the table in `kjede report intake`; a limit that is too strict is set "
        "anew in `expectations/business_rules.py`, with its year and basis",
    ),
    "made": (
        "tabellene er laget av samme kjøring og skal stemme: meld det som en feil i koden",
        "the tables are made by the same run and must agree: report it as a fault of the code",
    ),
}


def advice(rule_id: str, lang: str) -> str:
    """What to do about a broken rule.

    Args:
        rule_id: The rule.
        lang: `nb` or `en`.
    """
    return _ADVICE[sort_of(rule_id)][LANGUAGES.index(lang)]


def sort_of(rule_id: str) -> str:
    """What kind of trouble a broken rule tells of: `volume`, `fresh`, `made`, `exists` or `table`.

    Args:
        rule_id: The rule.
    """
    rule = _run_rules().get(rule_id)
    match rule.holds if rule else None:
        case Exists():
            return "made" if rule_id.startswith(("net_", "out_")) else "exists"
        case Delivered() | Kept():
            return "volume"
        case Fresh():
            return "fresh"
    return "table"


@cache
def _run_rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in RUN_RULES}


TEXTS: Mapping[str, Both] = {
    "quality": ("Kvalitetsrapport", "Quality report"),
    "intake": ("Mottaksrapport", "Intake report"),
    "handling": (
        "Internt. Bare antall og regler, ingen opplysninger om personer eller virksomheter.",
        "Internal. Counts and rules only, nothing about persons or companies.",
    ),
    "skip": ("Til innholdet", "Skip to content"),
    "language": ("Språk", "Language"),
    "verdict": ("Konklusjon", "Verdict"),
    "passed": ("Godkjent uten merknader", "Passed, nothing to report"),
    "warned": ("Godkjent med merknader", "Passed with warnings"),
    "refused": ("Ikke godkjent: ikke publisert", "Refused: not published"),
    "unchecked": ("Publisert uten kontroll", "Published without being checked"),
    "todo": ("Hva som må ses på", "What needs a look"),
    "nothing": ("Ingenting.", "Nothing."),
    "what": ("Hva", "What"),
    "numbers": ("Tall", "Numbers"),
    "do": ("Hva du gjør", "What to do"),
    "critical": ("stopper", "stops"),
    "warning": ("merknad", "warning"),
    "since": ("Siden", "Since"),
    "new": ("ny", "new"),
    "worse": ("verre", "worse"),
    "better": ("bedre", "better"),
    "same": ("uendret", "unchanged"),
    "to_see": ("kilder å se på", "sources to look at"),
    "sources": ("Kilder", "Sources"),
    "source": ("Kilde", "Source"),
    "state": ("Tilstand", "State"),
    "newest": ("Nyeste periode", "Newest period"),
    "age": ("Alder ved månedens slutt (dager)", "Age at month's end (days)"),
    "limit": ("Grense (dager)", "Limit (days)"),
    "register": ("Siste hele register", "Last whole register"),
    "cadence": ("Leveringstakt etter kontrakten", "Cadence by the contract"),
    "delivered": ("Levert", "Delivered"),
    "fresh": ("fersk", "fresh"),
    "stale": ("for gammel", "too old"),
    "broken": ("stanset", "stopped"),
    "missing": ("mangler", "missing"),
    "absent": ("ikke levert", "not delivered"),
    "tables": ("Tabeller", "Tables"),
    "table": ("Tabell", "Table"),
    "layer": ("Lag", "Layer"),
    "rows": ("Rader", "Rows"),
    "before": ("Måneden før", "Month before"),
    "change": ("Endring", "Change"),
    "rules": ("Regler", "Rules"),
    "rule": ("Regel", "Rule"),
    "checked": ("Kontrollert", "Checked"),
    "violated": ("Brutt", "Broken"),
    "allowed": ("Tålt", "Tolerated"),
    "basis": ("Grunnlag", "Basis"),
    "broken_rules": ("Regler brutt", "Rules broken"),
    "read_again": ("Lest på nytt", "Read again"),
    "by_rows": ("rad for rad", "row by row"),
    "by_counts": ("på tallene", "by its counts"),
    "coverage": ("Hva kjøringen kunne si noe om", "What the run could speak about"),
    "coverage_note": (
        "`not_evaluable` er aldri det samme som at alt er i orden.",
        "`not_evaluable` is never the same as clean.",
    ),
    "indicator": ("Indikator", "Indicator"),
    "subject": ("Gjelder", "Subject"),
    "reason": ("Grunn", "Reason"),
    "count": ("Antall", "Count"),
    "changed": ("Hva som er nytt", "What changed"),
    "no_before": (
        "Det er ingen kjøring av måneden før å sammenligne med.",
        "There is no run of the month before to compare with.",
    ),
    "code_changed": ("Koden er en annen", "The code is another"),
    "code_same": ("Koden er den samme", "The code is the same"),
    "new_deliveries": ("nye leveranser", "new deliveries"),
    "gone_deliveries": ("leveranser leses ikke lenger", "deliveries are read no more"),
    "resolved": ("Regler som ikke lenger er brutt", "Rules no longer broken"),
    "versions": ("Versjoner og kontrollsummer", "Versions and digests"),
    "run": ("Kjøring", "Run"),
    "as_of": ("Kjent til og med", "Known as of"),
    "month": ("Måned", "Month"),
    "code": ("Kode", "Code"),
    "document": ("Kontrolldokument", "Document of the checks"),
    "version": ("Versjon", "Version"),
    "content_hash": ("Innhold", "Content"),
    "deliveries": ("Leveranser", "Deliveries"),
    "delivery": ("Leveranse", "Delivery"),
    "none": ("Ingen.", "None."),
    "records": ("Poster inn", "Records in"),
    "accepted": ("Tatt inn", "Accepted"),
    "quarantined": ("Holdt tilbake", "Quarantined"),
    "duplicate": ("Like", "Duplicate"),
    "superseded": ("Erstattet", "Superseded"),
    "protected": ("Skjermet", "Protected"),
    "purged": ("Slettet", "Purged"),
    "status": ("Utfall", "Outcome"),
    "held": ("holdt for en person", "held for a person"),
    "rejected": ("avvist", "refused"),
    "conflict": ("i konflikt", "in conflict"),
    "kind": ("Slag", "Kind"),
    "period": ("Periode", "Period"),
    "late": ("Forsinket (dager)", "Late (days)"),
    "reasons": ("Hvorfor poster ble holdt tilbake", "Why records were set aside"),
    "path": ("Sted i posten", "Place in the record"),
    "drift": ("Endret form siden forrige leveranse", "Changed shape since the delivery before"),
    "drift_none": ("Ingen endring i form.", "No change of shape."),
    "field": ("Felt", "Field"),
    "was": ("Var", "Was"),
    "is": ("Er", "Is"),
    "unknown_new": ("nytt ukjent felt", "new unknown field"),
    "column_vanished": ("feltet er tomt", "field is empty"),
    "column_appeared": ("feltet er fylt for første gang", "field is filled for the first time"),
    "fill_shift": ("andel utfylt er en annen", "share filled is another"),
    "code_new": ("ny kode holdt tilbake", "new code set aside"),
    "table_vanished": ("tabellen kom ikke", "table did not come"),
    "refusals": ("Leveranser som ikke kom inn", "Deliveries that did not come in"),
    "unfinished": ("Uferdig i landingssonen", "Unfinished in the landing zone"),
    "unknown": ("Ukjente felt", "Unknown fields"),
    "window": ("Levert", "Delivered"),
    "everything": ("alt som er levert", "all that was delivered"),
    "all_in": ("Alt er tatt inn", "Everything went in"),
    "some_out": ("Noe ble holdt tilbake", "Some was set aside"),
    "some_refused": ("Leveranser ble ikke tatt inn", "Deliveries were not taken in"),
    "nothing_came": ("Ingenting er levert", "Nothing was delivered"),
    "total": ("Sum", "Total"),
    "details": ("Hver leveranse for seg", "Each delivery by itself"),
    "warnings": ("Merknader", "Warnings"),
    "all_rules": ("Alle regler", "All rules"),
    "retry": (
        "er koden eller kontrakten rettet: `kjede quarantine retry {name}`; ellers en ny leveranse fra "
        "eieren",
        "once the code or the contract is mended: `kjede quarantine retry {name}`; else a new delivery from "
        "its owner",
    ),
    "accept": (
        "se `kjede quarantine show {name}`; slipp den inn med `kjede quarantine accept {name} --reason …`",
        "see `kjede quarantine show {name}`; let it in with `kjede quarantine accept {name} --reason …`",
    ),
    "ask_owner": ("be eieren om en ny leveranse", "ask the owner for a new delivery"),
}


def say(key: str, lang: str) -> str:
    """A text of the reports.

    Args:
        key: Which.
        lang: `nb` or `en`.
    """
    return TEXTS[key][LANGUAGES.index(lang)]


def number(value: int | None, lang: str) -> str:
    """A whole number with thousands apart; a dash when there is none.

    Args:
        value: The number.
        lang: `nb` or `en`.
    """
    if value is None:
        return "–"
    # A narrow space, which no line break parts, and a comma where English readers expect one.
    return f"{value:,}".replace(",", "\u202f") if lang == "nb" else f"{value:,}"
