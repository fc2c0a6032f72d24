"""How it is declared who may receive what: treatment of columns, choice of rows, legal basis of each.

The declarations themselves stand in `expectations.recipients`.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from expectations.dataset import Dataset
from expectations.share_origins import ORIGINS, Holds
from expectations.tables_share import DATASETS

SHARE_TABLES: dict[str, Dataset] = {dataset.name: dataset for dataset in DATASETS}


class Treatment(StrEnum):
    """What happens to a column on its way to a recipient."""

    CLEAR = "clear"
    """As it is; persons, sole proprietors and dwellings still follow the recipient's own rule for them."""
    TOKEN = "token"
    """A keyed pseudonym that only this recipient gets."""
    BAND = "band"
    """An interval instead of a number."""
    DROP = "drop"
    """Not released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """A provision that a release may rest on.

    Attributes:
        id: Short id used in declarations, manifests and the ledger.
        title_nb: The provision, in Norwegian.
        title_en: The same in English.
        limits_nb: What it does not allow, in Norwegian.
        limits_en: The same in English.
        valid_from: First day it is in force.
        valid_to: Last day; None means open.
        is_confirmed: A lawyer has confirmed that it carries these releases; until then only synthetic data.
    """

    id: str
    title_nb: str
    title_en: str
    limits_nb: str
    limits_en: str
    valid_from: date
    valid_to: date | None = None
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedColumn:
    """What a recipient gets of one column.

    Attributes:
        name: Column of the `out_share` table.
        treatment: What happens to it.
        legal_basis: Ids of the provisions it rests on.
        reason_nb: Why it is left out or withheld, in Norwegian.
        reason_en: The same in English.
        withheld_for: Indicators for which the value is left empty.
    """

    name: str
    treatment: Treatment
    legal_basis: tuple[str, ...]
    reason_nb: str = ""
    reason_en: str = ""
    withheld_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDataset:
    """What a recipient gets of one table.

    Attributes:
        name: The `out_share` table.
        version: `major.minor.patch` of the recipient's contract for it.
        legal_basis: Ids of the provisions it rests on.
        columns: One entry per column of the table, also for those that are left out.
    """

    name: str
    version: str
    legal_basis: tuple[str, ...]
    columns: tuple[SharedColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """Which rows a recipient gets.

    Attributes:
        indicators: Indicators it follows up; a case is released when one of them has triggered in it.
        case_states: States of review in which a case is released.
        evidence_tables: Tables whose evidence it may see; every other is left out.
        description_nb: The rule in words, in Norwegian.
        description_en: The same in English.
    """

    indicators: tuple[str, ...]
    case_states: tuple[str, ...]
    evidence_tables: tuple[str, ...]
    description_nb: str
    description_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One recipient for one purpose.

    Attributes:
        id: Folder name and first argument of `kjede release --to`.
        name_nb: Name in Norwegian.
        name_en: Name in English.
        purpose: Short id of the purpose; enters the key of the recipient's tokens.
        purpose_nb: The purpose in Norwegian.
        purpose_en: The same in English.
        legal_basis: Ids of the provisions the release as a whole rests on.
        controller: Who is responsible for the processing until the data is handed over.
        valid_from: First day of the arrangement.
        valid_to: Last day of the arrangement.
        rows: Which rows.
        datasets: Which tables and columns.
        persons: How persons appear: `drop` (only counted) or `token`.
        dwellings: How dwellings appear: `token`, or `clear` if entitled.
        sole_proprietors: How numbers of sole proprietors appear: `token`, or `clear` if entitled.
    """

    id: str
    name_nb: str
    name_en: str
    purpose: str
    purpose_nb: str
    purpose_en: str
    legal_basis: tuple[str, ...]
    controller: str
    valid_from: date
    valid_to: date
    rows: RowRule
    datasets: tuple[SharedDataset, ...]
    persons: Treatment = Treatment.DROP
    dwellings: Treatment = Treatment.TOKEN
    sole_proprietors: Treatment = Treatment.TOKEN

    def __post_init__(self) -> None:
        """Refuse a declaration that says more, or less, than the tables do."""
        allowed = {
            "persons": (self.persons, (Treatment.DROP, Treatment.TOKEN)),
            "dwellings": (self.dwellings, (Treatment.TOKEN, Treatment.CLEAR)),
            "sole_proprietors": (self.sole_proprietors, (Treatment.TOKEN, Treatment.CLEAR)),
        }
        for what, (given, lawful) in allowed.items():
            if given not in lawful:
                raise ValueError(f"{self.id}: {what} cannot be {given.value}")
        for shared in self.datasets:
            declared, given_names = SHARE_TABLES[shared.name].names, [c.name for c in shared.columns]
            if given_names != declared:
                odd = sorted(set(declared).symmetric_difference(given_names))
                raise ValueError(f"{self.id} {shared.name}: every column must be decided on, in order: {odd}")
            for column in shared.columns:
                _check_column(self, shared, column)

    def dataset(self, name: str) -> SharedDataset:
        """What it gets of one table.

        Raises:
            KeyError: It does not get this table.
        """
        return {shared.name: shared for shared in self.datasets}[name]


def _check_column(recipient: Recipient, shared: SharedDataset, column: SharedColumn) -> None:
    where = f"{recipient.id} {shared.name}.{column.name}"
    holds = ORIGINS[shared.name][column.name].holds
    key = SHARE_TABLES[shared.name].key
    if column.treatment is Treatment.DROP and column.name in key:
        raise ValueError(f"{where}: a key column cannot be dropped")
    if column.withheld_for and (SHARE_TABLES[shared.name].column(column.name).required or column.name in key):
        raise ValueError(f"{where}: a required column cannot be withheld")
    if holds in (Holds.CASE, Holds.FINDING) and column.treatment not in (Treatment.TOKEN, Treatment.DROP):
        raise ValueError(f"{where}: ids of cases and findings are unkeyed hashes and leave only as tokens")
    rules = {Holds.PERSON: recipient.persons, Holds.DWELLING: recipient.dwellings}
    if holds in rules and column.treatment not in (rules[holds], Treatment.DROP):
        raise ValueError(f"{where}: {holds.value}s are declared as {rules[holds].value}")
    if holds is Holds.TEXT and column.treatment is Treatment.TOKEN:
        raise ValueError(f"{where}: a sentence cannot be a token")
    dropped = column.treatment is Treatment.DROP
    if (column.treatment is Treatment.BAND) != (column.name.endswith("_band") and not dropped):
        raise ValueError(f"{where}: a band belongs in a column named _band, and only there")
    if (dropped or column.withheld_for) and not (column.reason_nb and column.reason_en):
        raise ValueError(f"{where}: what is left out needs a reason in both languages")


def contract(shared: SharedDataset) -> Dataset:
    """The table as a recipient gets it: the columns not dropped, under the recipient's contract version.

    Args:
        shared: What the recipient gets.
    """
    table = SHARE_TABLES[shared.name]
    kept = [c for c in shared.columns if c.treatment is not Treatment.DROP]
    return replace(table, version=shared.version, columns=tuple(table.column(c.name) for c in kept))
