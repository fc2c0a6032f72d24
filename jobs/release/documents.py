"""What goes with a release for people: the approver's summary, the recipient's README and dictionary."""

from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.dictionary import PROMISE, markdown
from expectations.recipients import LEGAL_BASES
from expectations.sharing import Recipient, Treatment, contract
from graph.indicator import Indicator
from graph.registry import INDICATORS

if TYPE_CHECKING:
    from jinja2 import Environment

    from jobs.release.plan import ReleasePlan

TOKENS = {
    "nb": "Pseudonymer (`t1_…`) for boliger, enkeltpersonforetak, personer og funn er laget for denne "
    "mottakeren og "
    "dette formålet, og er de samme til og med {until}; neste kalenderår er de andre. `case_ref` er den "
    "samme så "
    "lenge saken lever. De kan ikke kobles med andre mottakeres. Arbeidstilsynet finner saken igjen fra "
    "`case_ref`.",
    "en": "Tokens (`t1_…`) of dwellings, sole proprietors, persons and findings are made for this "
    "recipient and this "
    "purpose and stay the same to the end of {until}; in the next calendar year they are others. "
    "`case_ref` stays "
    "the same as long as the case lives. They cannot be joined with other recipients'. Arbeidstilsynet "
    "finds the "
    "case again from `case_ref`.",
}


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Markdown, not HTML: nothing to escape, and every value comes from declarations or counts.
    return Environment(
        loader=PackageLoader("jobs.release"),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )


def _facts(plan: "ReleasePlan", release_id: str = "") -> dict[str, Any]:
    recipient = plan.recipient
    return {
        "plan": plan,
        "r": recipient,
        "bases": [LEGAL_BASES[basis_id] for basis_id in recipient.legal_basis],
        "tables": [
            {
                "name": shared.name,
                "rows": plan.rows[shared.name],
                "columns": len(contract(shared).columns),
                "version": shared.version,
                "legal_basis": ", ".join(shared.legal_basis),
                "file": f"{shared.name}/{release_id}/part-00000.parquet",
            }
            for shared in recipient.datasets
        ],
        "left_out": [
            {
                "name": f"{shared.name}.{column.name}",
                "reason_nb": column.reason_nb,
                "reason_en": column.reason_en,
                "withheld_for": ", ".join(column.withheld_for),
            }
            for shared in recipient.datasets
            for column in shared.columns
            if column.treatment is Treatment.DROP or column.withheld_for
        ],
        "indicators": _indicators(recipient),
        "tokens_nb": TOKENS["nb"].format(until=plan.tokens_hold_until),
        "tokens_en": TOKENS["en"].format(until=plan.tokens_hold_until),
        "as_of": plan.as_of.isoformat(),
        "promise": PROMISE,
    }


def _indicators(recipient: Recipient) -> list[Indicator]:
    return [declared for declared in INDICATORS if declared.id in recipient.rows.indicators]


def summary(plan: "ReleasePlan", language: str) -> str:
    """What the approver reads before deciding.

    Args:
        plan: The planned release.
        language: `nb` or `en`.
    """
    return _templates().get_template(f"summary.{language}.md.j2").render(_facts(plan))


def readme(plan: "ReleasePlan", release_id: str, record_id: str) -> str:
    """The recipient's README, in Norwegian and then in English.

    Args:
        plan: The release.
        release_id: Its id.
        record_id: Id of the record of necessity and proportionality.
    """
    facts = {**_facts(plan, release_id), "release_id": release_id, "record_id": record_id}
    return _templates().get_template("readme.md.j2").render(facts)


def indicators_document(recipient: Recipient) -> str:
    """What the released indicators mean, and which lawful explanations come first; Norwegian, then English.

    Args:
        recipient: Who receives.
    """
    return _templates().get_template("indicators.md.j2").render(indicators=_indicators(recipient))


def recipient_dictionary(recipient: Recipient) -> str:
    """Every column that a recipient gets, in Norwegian and then in English.

    Args:
        recipient: Who receives.
    """
    tables = [contract(shared) for shared in recipient.datasets]
    titles = {"nb": "Kolonnene", "en": "The columns"}
    return "\n".join(
        "\n".join([f"# {titles[language]}", "", *(markdown(table, language) for table in tables)])
        for language in ("nb", "en")
    )
