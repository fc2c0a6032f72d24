from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from expectations.tables_core_link import CANDIDATES, KNOWN_LINKS, LINK_TASKS
from expectations.tables_core_work import FAMILIES, PERSON_LINKS, PERSONS
from expectations.tables_raw_amelding import RECIPIENTS
from expectations.tables_raw_brreg import ROLES
from expectations.tables_raw_residence import IDENTIFIERS, RELATIONS
from expectations.tables_raw_residence import PERSONS as RAW_PERSONS
from jobs.link.judgements import JUDGED

M = "2026-01"


def token(letter: str) -> str:
    return "p1_" + letter * 26


def number(current: str, own: str, position: int, kind: str | None = None) -> dict[str, object]:
    return {
        "person_token": token(current),
        "identifier_token": token(own),
        "position": position,
        "item_no": position,
        "identifier_status": "iBruk" if position == 0 else "opphoert",
        "identifier_kind": kind,
        "record_no": 1,
    }


@pytest.fixture
def made(raw: Any, rows: Any) -> Any:
    from jobs.core.known_links import transform

    def make(identifiers: Any = (), recipients: Any = (), roles: Any = ()) -> Any:
        frame = transform(
            identifiers=raw(IDENTIFIERS, M, *identifiers),
            recipients=raw(RECIPIENTS, M, *recipients, last_months=13),
            roles=raw(ROLES, M, *roles),
            month=M,
        )
        return {r["token"][-1]: (r["person_id"][-1], r["rule"]) for r in rows(frame, KNOWN_LINKS)}

    return make


def test_d_number_becomes_the_person_with_the_birth_number(made: Any, sent: Any) -> None:
    first = sent("D1", "2025-06-01", [number("d", "d", 0, "dNummer")], kind="delta")
    assert made([first]) == {}
    later = sent(
        "D2",
        "2026-01-10",
        [number("f", "f", 0, "foedselsnummer"), number("f", "d", 1, "dNummer")],
        kind="delta",
    )
    assert made([first, later]) == {"d": ("f", "d_number_to_fnr")}


def test_numbers_replaced_twice_lead_to_the_last(made: Any, sent: Any) -> None:
    found = made(
        [
            sent("D1", "2025-06-01", [number("b", "b", 0), number("b", "a", 1)], kind="delta"),
            sent("D2", "2026-01-10", [number("c", "c", 0), number("c", "b", 1)], kind="delta"),
        ]
    )
    assert found == {"a": ("c", "earlier_number"), "b": ("c", "earlier_number")}


def test_last_record_decides_which_number_is_current(made: Any, sent: Any) -> None:
    found = made(
        [
            sent("D1", "2025-06-01", [number("b", "b", 0), number("b", "a", 1)], kind="delta"),
            sent("D2", "2026-01-10", [number("a", "a", 0), number("a", "b", 1)], kind="delta"),
        ]
    )
    assert found == {"b": ("a", "earlier_number")}


def recipient(name: str | None, worker: str | None) -> dict[str, object]:
    return {
        "calendar_month": M,
        "message_id": "1",
        "name_token": name and token(name),
        "worker_token": worker and token(worker),
    }


def nameless_role(name: str) -> dict[str, object]:
    return {"orgnr": "310000205", "group_code": "X", "role_code": "DAGL", "name_token": token(name)}


def test_name_of_one_person_links_a_role_to_the_worker(made: Any, sent: Any) -> None:
    found = made(
        identifiers=[
            sent("D0", "2026-01-01", [number("f", "f", 0), number("f", "d", 1, "dNummer")], kind="delta")
        ],
        # The same person under both numbers is still one.
        recipients=[sent("D1", M, [recipient("n", "f"), recipient("n", "d")])],
        roles=[sent("D2", "2026-01-01", [nameless_role("n")], kind="delta")],
    )
    assert found == {"d": ("f", "d_number_to_fnr"), "n": ("f", "name_birth_date_unique")}


def test_name_of_two_persons_links_nobody(made: Any, sent: Any) -> None:
    found = made(
        recipients=[sent("D1", M, [recipient("n", "f"), recipient("n", "e")])],
        roles=[sent("D2", "2026-01-01", [nameless_role("n")], kind="delta")],
    )
    assert found == {}


def test_name_that_is_always_with_a_number_needs_no_link(made: Any, sent: Any) -> None:
    assert made(recipients=[sent("D1", M, [recipient("n", "f")])]) == {}


def test_person_has_one_row_and_the_current_record(raw: Any, rows: Any, table: Any, sent: Any) -> None:
    from jobs.core.persons import transform

    link = {"token": token("d"), "person_id": token("f"), "rule": "d_number_to_fnr"}
    persons = raw(
        RAW_PERSONS,
        M,
        sent(
            "D1", "2025-06-01", [{"person_token": token("d"), "person_status": "midlertidig"}], kind="delta"
        ),
        sent("D2", "2026-01-10", [{"person_token": token("f"), "person_status": "bosatt"}], kind="delta"),
    )
    found = rows(transform(persons=persons, person_links=table(PERSON_LINKS, link), month=M), PERSONS)
    assert [(r["person_id"], r["status"], r["is_adult"]) for r in found] == [(token("f"), "bosatt", None)]


@pytest.mark.parametrize(
    ("born_on", "is_adult"),
    [
        pytest.param("2008-01-31", True, id="18 that day"),
        pytest.param("2008-02-01", False, id="18 the day after"),
    ],
)
def test_adult_at_the_months_end(
    raw: Any, rows: Any, table: Any, sent: Any, born_on: Any, is_adult: Any
) -> None:
    from jobs.core.persons import transform

    row = {"person_token": token("f"), "person_status": "bosatt", "born_on": date.fromisoformat(born_on)}
    persons = raw(RAW_PERSONS, M, sent("D1", "2026-01-01", [row], kind="snapshot"))
    found = rows(transform(persons=persons, person_links=table(PERSON_LINKS), month=M), PERSONS)
    assert [r["is_adult"] for r in found] == [is_adult]


def test_family_is_of_the_current_record(raw: Any, rows: Any, table: Any, sent: Any) -> None:
    from jobs.core.families import transform

    person = {"person_token": token("f"), "person_status": "bosatt"}
    relation = {"person_token": token("f"), "related_token": token("d"), "relation_kind": "barn"}
    link = {"token": token("d"), "person_id": token("c"), "rule": "d_number_to_fnr"}
    frame = transform(
        persons=raw(
            RAW_PERSONS,
            M,
            sent("D1", "2025-06-01", [person], kind="snapshot"),
            sent("D2", "2026-01-10", [person], kind="delta"),
        ),
        relations=raw(
            RELATIONS,
            M,
            sent("D1", "2025-06-01", [relation | {"related_token": token("x")}], kind="snapshot"),
            sent("D2", "2026-01-10", [relation], kind="delta"),
        ),
        person_links=table(PERSON_LINKS, link),
        month=M,
    )
    found = rows(frame, FAMILIES)
    assert [(r["person_id"][-1], r["related_person_id"][-1], r["relation"]) for r in found] == [
        ("f", "c", "barn")
    ]


def judged(own: str, person: str, verdict: str, review_by: date = date(2026, 2, 1)) -> dict[str, Any]:
    ids = {
        "token": token(own),
        "person_id": token(person),
        "judgement_id": f"j-{own if own != 'g' else person}",
    }
    return ids | {"verdict": verdict, "review_by": review_by}


def test_registers_go_before_people_and_people_before_names(table: Any, rows: Any, engine: Any) -> None:
    from jobs.core.person_links import transform

    stated = {"token": token("d"), "person_id": token("f"), "rule": "d_number_to_fnr"}
    candidate = {"person_id": token("g"), "match_probability": Decimal("0.99"), "decision": "linked"}
    frame = transform(
        known_links=table(KNOWN_LINKS, stated | {"match_probability": Decimal(1)}),
        candidates=table(
            CANDIDATES,
            candidate | {"token": token("d")},
            candidate | {"token": token("h")},
            candidate | {"token": token("i"), "decision": "ambiguous"},
            candidate | {"token": token("j"), "decision": "unlikely"},
            candidate | {"token": token("k")},
            candidate | {"token": token("l")},
        ),
        judgements=engine.frame(
            pa.Table.from_pylist(
                [
                    judged("d", "g", "same"),
                    judged("i", "g", "same"),
                    judged("g", "k", "different"),
                    judged("l", "f", "same"),
                ],
                schema=JUDGED,
            )
        ),
        month=M,
    )
    assert [
        (r["token"][-1], r["person_id"][-1], r["rule"], str(r["match_probability"]))
        for r in rows(frame, PERSON_LINKS)
    ] == [
        ("d", "f", "d_number_to_fnr", "1.000000"),
        ("h", "g", "name_probability", "0.990000"),
        ("i", "g", "judged_same", "1.000000"),
        ("l", "f", "judged_same", "1.000000"),
    ]


def test_a_decision_that_evidence_speaks_against_or_whose_day_has_come_is_a_task(
    table: Any, rows: Any, engine: Any
) -> None:
    from jobs.core.link_tasks import transform

    candidate = {"person_id": token("g"), "decision": "linked", "match_probability": Decimal(1)}
    judgements = [
        judged("d", "f", "different"),
        judged("g", "h", "different"),
        judged("g", "i", "different"),
        judged("j", "g", "same"),
        judged("k", "g", "same", review_by=date(2026, 1, 31)),
    ]
    frame = transform(
        known_links=table(
            KNOWN_LINKS, {"token": token("d"), "person_id": token("f"), "rule": "earlier_number"}
        ),
        candidates=table(
            CANDIDATES,
            candidate | {"token": token("h"), "match_weight": Decimal(10)},
            candidate | {"token": token("i"), "match_weight": Decimal("9.9")},
            candidate | {"token": token("j"), "match_weight": Decimal("-10")},
        ),
        judgements=engine.frame(pa.Table.from_pylist(judgements, schema=JUDGED)),
        month=M,
    )
    assert {(r["judgement_id"][-1], r["token"][-1], r["why"]) for r in rows(frame, LINK_TASKS)} == {
        ("d", "d", "register_states_the_contrary"),
        ("h", "h", "comparison_speaks_against"),
        ("j", "j", "comparison_speaks_against"),
        ("k", "k", "review_is_due"),
    }
