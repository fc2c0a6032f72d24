"""Why two pseudonyms are one person, or are not: the rule, or every comparison with its weight."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.errors import UsageError
from expectations.tables_core_link import CANDIDATES
from graph.indicator import Wording
from jobs.flag.run_reader import RunReader
from jobs.join import inputs_of
from jobs.link.candidates import compared_records
from jobs.link.model import COMPARISONS, LINK_AT, RELATIVES, UNKNOWN
from jobs.link.pairs import compared

STATED = {
    "d_number_to_fnr": Wording(
        nb="Folkeregisteret sier at nummeret er erstattet av personens fødselsnummer.",
        en="The population register states that the number was replaced by the person's birth number.",
    ),
    "earlier_number": Wording(
        nb="Folkeregisteret sier at nummeret er et tidligere nummer for personen.",
        en="The population register states that the number is an earlier number of the person.",
    ),
    "name_birth_date_unique": Wording(
        nb="Navnet med fødselsdatoen hører til nøyaktig ett nummer i alle leveranser.",
        en="The name with the date of birth belongs to exactly one number in all deliveries.",
    ),
}
"""What a deterministic rule says."""
DECISIONS = {
    "linked": Wording(nb="koblet", en="linked"),
    "ambiguous": Wording(
        nb="ikke koblet: en annen person er nesten like sannsynlig",
        en="not linked: another person is nearly as likely",
    ),
    "unlikely": Wording(nb="ikke koblet: ikke sannsynlig nok", en="not linked: not likely enough"),
    "outweighed": Wording(nb="ikke koblet: en annen er mer sannsynlig", en="not linked: another is likelier"),
    "relatives": Wording(
        nb="ikke koblet: fornavnene er ulike og datoen bekrefter ikke; slektninger deler det øvrige",
        en="not linked: given names differ and the date does not confirm; relatives share the rest",
    ),
    "never_met": Wording(
        nb="ikke koblet: ingen regel bringer de to sammen", en="not linked: no rule brings the two together"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of the explanation.

    Attributes:
        what: What is compared, or which rule.
        says: What came of it.
        weight: Bits for (positive) or against; None for a rule.
        level: Id of the level; empty for what is no comparison.
    """

    what: Wording
    says: Wording
    weight: float | None = None
    level: str = ""


def explained(reader: RunReader, left: str, right: str, *, engine: str) -> list[Part]:
    """The parts of the decision about a pair; weights add up to the last but one line.

    Args:
        reader: Published run.
        left: Pseudonym or token.
        right: Another.
        engine: Engine setting; it is started only for a pair that was never a candidate.

    Raises:
        UsageError: They are one and the same, or one of them is unknown in the month.
    """
    if left == right:
        raise UsageError(f"{left} and {right} are the same pseudonym")
    found = _stated(reader, left, right) or _candidate(reader, left, right)
    return found or _never_candidate(reader, left, right, engine)


def _stated(reader: RunReader, left: str, right: str) -> list[Part]:
    links = reader.table("core_link__known_links")
    both = pa.array([left, right])
    rows = links.filter(pc.is_in(links["token"], both)).to_pylist()
    canonical = {row["token"]: row["person_id"] for row in rows}
    if canonical.get(left, left) != canonical.get(right, right):
        return []
    return [Part(what=Wording(nb="regel", en="rule"), says=STATED[row["rule"]]) for row in rows]


def _candidate(reader: RunReader, left: str, right: str) -> list[Part]:
    candidates = reader.table(CANDIDATES.name)
    both = pa.array([left, right])
    rows = candidates.filter(
        pc.and_(pc.is_in(candidates["token"], both), pc.is_in(candidates["person_id"], both))
    ).to_pylist()
    if not rows:
        return []
    row = min(rows, key=lambda row: (row["place_in_order"], row["token"]))
    levels, weights = dict(row["levels"]), {k: float(v) for k, v in row["weights"]}
    total = float(row["match_weight"])
    return _told(levels, weights, total, float(row["match_probability"]), _decision(row["decision"], levels))


def _never_candidate(reader: RunReader, left: str, right: str, engine: str) -> list[Part]:
    with inputs_of(reader.lake, reader.published, CANDIDATES, engine=engine) as frames:
        queries, index = compared_records(**frames)
    row = compared(left, right, queries, index)
    decision = "never_met"
    if row["is_candidate"]:
        decision = _decision(
            "unlikely" if row["match_probability"] < LINK_AT else "outweighed", row["levels"]
        )
    weights = {name: float(weight) for name, weight in row["weights"].items()}
    return _told(row["levels"], weights, row["match_weight"], row["match_probability"], decision)


def _decision(decided: str, levels: dict[str, str]) -> str:
    is_relative = all(levels[comparison] in found for comparison, found in RELATIVES.items())
    return "relatives" if decided == "unlikely" and is_relative else decided


def _told(
    levels: dict[str, str], weights: dict[str, float], total: float, probability: float, decision: str
) -> list[Part]:
    says: dict[str, dict[str, Wording]] = {
        c.id: {level.id: level.says for level in c.levels} for c in COMPARISONS
    }
    parts = [
        Part(
            what=comparison.name,
            says=says[comparison.id].get(levels[comparison.id], UNKNOWN),
            weight=weights[comparison.id],
            level=levels[comparison.id],
        )
        for comparison in COMPARISONS
    ]
    start = Part(
        what=Wording(nb="utgangspunkt", en="starting point"),
        says=Wording(
            nb="to tilfeldige poster i måneden er sjelden samme person",
            en="two records drawn at random are rarely one person",
        ),
        weight=round(total - sum(weights.values()), 4),
    )
    end = Part(
        what=Wording(nb="sum", en="sum"),
        says=Wording(nb=f"sannsynlighet {probability:.6f}", en=f"probability {probability:.6f}"),
        weight=round(total, 4),
    )
    return [start, *parts, end, Part(what=Wording(nb="avgjørelse", en="decision"), says=DECISIONS[decision])]


def rows_of(parts: list[Part]) -> list[dict[str, Any]]:
    """The parts in plain types, ready for JSON or a table.

    Args:
        parts: From `explained`.
    """
    return [
        {
            "what_nb": part.what.nb,
            "what_en": part.what.en,
            "says_nb": part.says.nb,
            "says_en": part.says.en,
            "level": part.level,
            "weight_bits": part.weight,
        }
        for part in parts
    ]
