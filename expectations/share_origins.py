"""Where each released column comes from, and which columns of the output tables never leave.

Every column of the output tables is either an origin here or named in `NEVER_LEAVES` with the reason.
"""

from dataclasses import dataclass
from enum import StrEnum

from expectations.tables_share import CASES, EVIDENCE, FINDINGS


class Holds(StrEnum):
    """What the values of a column name, which decides how they are treated."""

    PLAIN = "plain"
    """Nothing that names a person, a home or a company."""
    COMPANY = "company"
    """Organisation numbers; that of a sole proprietor is a person's."""
    PERSON = "person"
    """Core pseudonyms of persons."""
    DWELLING = "dwelling"
    """Dwellings, `adresseId:bruksenhet`."""
    SUBJECT = "subject"
    """Subject of a finding, which may name companies or a dwelling."""
    CASE = "case"
    """Case ids; they are unkeyed hashes of what the case is about."""
    FINDING = "finding"
    """Finding ids; likewise."""
    TEXT = "text"
    """Sentences and codes made by the pipeline, in which identifiers may stand."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a released column comes from.

    Attributes:
        table: Output table.
        column: Its column; several are joined by `+`.
        holds: What the values name.
    """

    table: str
    column: str
    holds: Holds = Holds.PLAIN


_C, _F, _E = "out_flag__cases", "out_flag__findings", "out_flag__evidence"

ORIGINS: dict[str, dict[str, Origin]] = {
    CASES.name: {
        "case_ref": Origin(_C, "case_id", Holds.CASE),
        "month": Origin(_C, "month"),
        "as_of": Origin(_C, "as_of"),
        "rank": Origin(_C, "rank"),
        "band": Origin(_C, "band"),
        "indicators": Origin(_C, "indicators+context_indicators"),
        "groups": Origin(_C, "groups"),
        "findings_n": Origin(_C, "findings"),
        "companies": Origin(_F, "companies", Holds.COMPANY),
        "dwellings": Origin(_F, "dwellings", Holds.DWELLING),
        "persons_n": Origin(_F, "persons"),
        "persons_band": Origin(_F, "persons"),
        "first_seen_month": Origin(_C, "first_seen_month"),
        "state": Origin(_C, "state"),
        "change": Origin(_C, "change"),
        "headline_nb": Origin(_F, "indicator_id+companies"),
        "headline_en": Origin(_F, "indicator_id+companies"),
    },
    FINDINGS.name: {
        "finding_ref": Origin(_F, "finding_id", Holds.FINDING),
        "case_ref": Origin(_C, "case_id", Holds.CASE),
        "month": Origin(_F, "month"),
        "as_of": Origin(_F, "as_of"),
        "indicator_id": Origin(_F, "indicator_id"),
        "indicator_version": Origin(_F, "indicator_version"),
        "role": Origin(_F, "role"),
        "subject_type": Origin(_F, "subject_type"),
        "subject": Origin(_F, "subject_id", Holds.SUBJECT),
        "companies": Origin(_F, "companies", Holds.COMPANY),
        "dwellings": Origin(_F, "dwellings", Holds.DWELLING),
        "persons": Origin(_F, "persons", Holds.PERSON),
        "value": Origin(_F, "value"),
        "threshold": Origin(_F, "threshold"),
        "margin": Origin(_F, "margin"),
        "threshold_basis": Origin(_F, "threshold_basis"),
        "legal_basis_ref": Origin(_F, "legal_basis_ref"),
        "guards_applied": Origin(_F, "guards_applied", Holds.TEXT),
        "data_quality": Origin(_F, "data_quality", Holds.TEXT),
    },
    EVIDENCE.name: {
        "finding_ref": Origin(_E, "finding_id", Holds.FINDING),
        "n": Origin(_E, "n"),
        "month": Origin(_E, "month"),
        "register_nb": Origin(_E, "table"),
        "register_en": Origin(_E, "table"),
        "register_month": Origin(_E, "row_month"),
        "shows_nb": Origin(_E, "shows_nb", Holds.TEXT),
        "shows_en": Origin(_E, "shows_en", Holds.TEXT),
    },
}

NEVER_LEAVES: dict[str, dict[str, str]] = {
    _C: {
        "score": "a number invites to be read as a probability; the band says enough",
        "companies": "replaced by the companies of the released findings",
        "dwellings": "replaced by the dwellings of the released findings",
        "persons_n": "replaced by the persons of the released findings",
        "disputed": "a disputed case is not released at all",
        "evidence_fingerprint": "an unkeyed hash of evidence keys",
        "headline_nb": "may tell of indicators that the recipient may not see; written anew",
        "headline_en": "may tell of indicators that the recipient may not see; written anew",
    },
    _F: {
        "scope_id": "names dwellings and companies in clear",
        "status": "only triggered findings are released",
        "suppressed_reason": "only triggered findings are released",
        "truncated": "internal",
        "facts": "figures under secrecy and from Folkeregisteret",
    },
    _E: {
        "element": "names persons and dwellings",
        "version": "internal",
        "key": "raw key of the cited row",
        "row_hash": "an unkeyed hash of the cited row",
    },
}
"""Columns of the output tables that no recipient gets, and why."""
