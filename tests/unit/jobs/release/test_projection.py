from dataclasses import replace
from typing import Any

import pytest

from expectations.recipients import SKATTEETATEN
from expectations.sharing import Recipient, SharedColumn, Treatment, contract
from jobs.release.plan import read_tables
from jobs.release.projection import Projection, band, project
from jobs.release.tokens import TOKEN_PREFIX, Tokens
from tests.unit.jobs.release.sample_run import (
    ALFA,
    BRAVO,
    CASES,
    CHARLIE,
    DELTA,
    DWELLING,
    FINDINGS,
    ORGANISATIONS,
    PERSONS,
    RING,
    SOLE,
    SampleRun,
)


def projected(recipient: Recipient = SKATTEETATEN, **rows: Any) -> Projection:
    reader = SampleRun()
    reader.rows |= rows
    return project(recipient, read_tables(reader), Tokens.of(RING, recipient))


def rows(projection: Projection, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = projection.tables[f"out_share__{table}"].to_pylist()
    return found


def declared(recipient: Recipient, table: str, **treatments: Treatment) -> Recipient:
    """The recipient with other treatments of some columns."""

    def changed(column: SharedColumn) -> SharedColumn:
        treatment = treatments.get(column.name, column.treatment)
        return replace(column, treatment=treatment, legal_basis=("POL-12A",), reason_nb="x", reason_en="x")

    return replace(
        recipient,
        datasets=tuple(
            replace(s, columns=tuple(changed(c) for c in s.columns)) if s.name == f"out_share__{table}" else s
            for s in recipient.datasets
        ),
    )


def by_indicator(projection: Projection) -> dict[str, dict[str, Any]]:
    return {row["indicator_id"]: row for row in rows(projection, "findings")}


def test_only_cases_that_the_recipient_follows_up_are_released_and_ranked_anew() -> None:
    found = sorted(rows(projected(), "cases"), key=lambda row: row["rank"])
    assert [(row["rank"], row["indicators"], row["groups"]) for row in found] == [
        (1, ["A02", "I02"], ["A", "I"]),
        (2, ["B01"], ["B"]),
    ]


def test_a_case_names_only_companies_of_its_released_findings() -> None:
    first, second = sorted(rows(projected(), "cases"), key=lambda row: row["rank"])
    assert DELTA not in first["companies"]
    assert {ALFA, BRAVO} < set(first["companies"])
    assert second["companies"] == [ALFA, CHARLIE]


@pytest.mark.parametrize(
    ("more", "released"),
    [
        pytest.param({}, True, id="new"),
        pytest.param({"state": "handed_over"}, True, id="handed over"),
        pytest.param({"state": "closed"}, False, id="closed"),
        pytest.param({"state": "dismissed"}, False, id="dismissed"),
        pytest.param({"disputed": True}, False, id="disputed"),
        pytest.param({"findings": ["f-4", "f-5"]}, False, id="indicators of others only"),
        pytest.param({"findings": ["f-6"]}, False, id="nothing triggered"),
    ],
)
def test_a_case_is_released_by_its_state_and_findings(more: dict[str, Any], released: bool) -> None:
    found = projected(out_flag__cases=[CASES[0] | more])
    assert [len(rows(found, name)) > 0 for name in ("cases", "findings")] == [released, released]


def test_a_context_finding_releases_no_case_but_goes_with_one() -> None:
    context = [row | {"role": "context"} if row["finding_id"] == "f-3" else row for row in FINDINGS]
    assert len(rows(projected(out_flag__findings=context, out_flag__cases=CASES[:1]), "findings")) == 2
    alone = [row | {"role": "context"} for row in context]
    assert rows(projected(out_flag__findings=alone, out_flag__cases=CASES[:1]), "cases") == []


def test_a_triggered_finding_outside_a_released_case_stays() -> None:
    assert len(rows(projected(), "findings")) == 3
    reasons = {o.reason_en: o.rows for o in projected().omissions if o.dataset == "out_share__findings"}
    assert reasons["The finding is in no released case."] == 3
    assert reasons["Another body follows the indicator up."] == 2


def test_a_sole_proprietor_and_a_number_the_register_does_not_know_become_tokens() -> None:
    first = by_indicator(projected())["A02"]
    assert SOLE not in first["companies"]
    assert sum(c.startswith(TOKEN_PREFIX) for c in first["companies"]) == 1
    unknown = projected(core_org__organisations=ORGANISATIONS[1:])
    assert ALFA not in by_indicator(unknown)["B01"]["companies"]
    undecided = [row | {"is_person": None} for row in ORGANISATIONS]
    assert all(
        c.startswith(TOKEN_PREFIX)
        for c in by_indicator(projected(core_org__organisations=undecided))["A02"]["companies"]
    )


def test_a_recipient_entitled_to_sole_proprietors_gets_the_number() -> None:
    entitled = projected(replace(SKATTEETATEN, sole_proprietors=Treatment.CLEAR))
    assert SOLE in by_indicator(entitled)["A02"]["companies"]


def test_subjects_that_are_neither_company_nor_project_are_tokens() -> None:
    found = by_indicator(projected())
    assert found["B01"]["subject"] == f"pair:{ALFA}:{CHARLIE}"
    assert found["A02"]["subject"].startswith("cluster:t1_")
    assert found["I02"]["subject"] == f"dwelling:{found['I02']['dwellings'][0]}"
    assert DWELLING not in found["I02"]["subject"]


def test_the_same_dwelling_is_the_same_token_everywhere_in_a_release() -> None:
    found = projected()
    in_case = next(row["dwellings"] for row in rows(found, "cases") if row["dwellings"])
    assert in_case == by_indicator(found)["I02"]["dwellings"]
    assert any(in_case[0] in row["shows_nb"] for row in rows(found, "evidence"))


def test_values_from_the_population_register_are_withheld_and_others_kept() -> None:
    found = by_indicator(projected())
    for name in ("value", "margin", "guards_applied", "data_quality"):
        assert found["I02"][name] is None
        assert found["B01"][name] is not None
    assert found["I02"]["threshold"] is not None


@pytest.mark.parametrize(
    ("persons", "expected"),
    [
        (0, "0"),
        (1, "1-4"),
        (4, "1-4"),
        (5, "5-9"),
        (9, "5-9"),
        (10, "10-19"),
        (19, "10-19"),
        (20, "20+"),
        (900, "20+"),
    ],
)
def test_counts_of_persons_become_bands(persons: int, expected: str) -> None:
    assert band(persons) == expected


def test_persons_are_counted_over_the_released_findings_only() -> None:
    first, second = sorted(rows(projected(), "cases"), key=lambda row: row["rank"])
    assert first["persons_band"] == "5-9", "six persons with those of I01, five without"
    assert second["persons_band"] == "1-4"
    assert "persons_n" not in first


def test_evidence_about_a_single_person_or_from_a_register_of_others_is_left_out_and_counted() -> None:
    found = projected()
    shows = [row["shows_nb"] for row in rows(found, "evidence")]
    assert len(shows) == 4
    assert not any("p1_" in text or "bor her" in text or "Ikke" in text for text in shows)
    reasons = [o.reason_en for o in found.omissions if o.dataset == "out_share__evidence"]
    assert reasons == [
        "The evidence is about a single person.",
        "No evidence from the register: Population register.",
        "No evidence from the register: not declared.",
    ]


def test_numbers_of_evidence_are_kept_so_that_a_gap_shows() -> None:
    ns = sorted((row["finding_ref"], row["n"]) for row in rows(projected(), "evidence"))
    assert sorted(n for _, n in ns) == [1, 2, 2, 2]


def test_a_recipient_of_tokens_gets_persons_as_its_own_tokens() -> None:
    with_tokens = replace(SKATTEETATEN, persons=Treatment.TOKEN)
    with_tokens = declared(with_tokens, "findings", persons=Treatment.TOKEN)
    found = projected(with_tokens)
    persons = by_indicator(found)["B01"]["persons"]
    assert len(persons) == 3
    assert all(p.startswith(TOKEN_PREFIX) for p in persons)
    assert not set(persons) & set(PERSONS)
    spells = next(row for row in rows(found, "evidence") if "arbeidet i begge" in row["shows_nb"])
    assert spells["shows_nb"].split(" ")[0] in persons


def test_two_recipients_cannot_join_their_tokens_and_one_can_join_its_own_months() -> None:
    other = replace(SKATTEETATEN, id="nav", purpose="akrim-nav")
    mine, theirs = projected(), projected(other)
    assert not _tokens(mine) & _tokens(theirs)
    same_recipient_other_purpose = projected(replace(SKATTEETATEN, purpose="another"))
    assert not _tokens(mine) & _tokens(same_recipient_other_purpose)
    assert _tokens(mine) == _tokens(projected())


def _tokens(projection: Projection) -> set[str]:
    return {row["case_ref"] for row in rows(projection, "cases")} | {
        d for row in rows(projection, "cases") for d in row["dwellings"]
    }


def test_a_case_keeps_its_reference_over_the_year_end_and_a_dwelling_does_not() -> None:
    later = read_tables(SampleRun(month="2027-01"))
    now, then = projected(), project(SKATTEETATEN, later, Tokens.of(RING, SKATTEETATEN))
    assert {r["case_ref"] for r in rows(now, "cases")} == {r["case_ref"] for r in rows(then, "cases")}
    assert by_indicator(now)["I02"]["dwellings"] != by_indicator(then)["I02"]["dwellings"]


def test_headlines_are_written_anew_and_neutral() -> None:
    for row in rows(projected(), "cases"):
        assert row["headline_nb"].startswith("Forhold som bør avklares: ")
        assert all(f"({indicator})" in row["headline_en"] for indicator in row["indicators"])
        assert DWELLING not in row["headline_nb"] + row["headline_en"]
    assert "2 companies" in next(r for r in rows(projected(), "cases") if r["rank"] == 2)["headline_en"]


def test_the_tables_have_the_contract_and_nothing_else() -> None:
    found = projected()
    for shared in SKATTEETATEN.datasets:
        assert found.tables[shared.name].schema.equals(contract(shared).arrow_schema)


def test_the_order_of_the_input_changes_nothing() -> None:
    turned = projected(
        out_flag__cases=CASES[::-1],
        out_flag__findings=FINDINGS[::-1],
        core_org__organisations=ORGANISATIONS[::-1],
    )
    assert {n: t.to_pylist() for n, t in turned.tables.items()} == {
        n: t.to_pylist() for n, t in projected().tables.items()
    }


def test_an_empty_run_gives_empty_tables() -> None:
    nothing = projected(
        out_flag__cases=[], out_flag__findings=[], out_flag__evidence=[], core_org__organisations=[]
    )
    assert [t.num_rows for t in nothing.tables.values()] == [0, 0, 0]
