from decimal import Decimal

import pytest

from expectations.errors import UsageError
from graph.model import Status
from jobs.dossier.case_file import PROVENANCE_SHOWN, build_case_file
from jobs.dossier.parts import CaseFile
from jobs.dossier.view import View
from tests.unit.jobs.dossier import sample
from tests.unit.jobs.dossier.declarations import INDICATORS
from tests.unit.jobs.dossier.scopes import BEFORE


def test_unknown_case_is_refused(reader: sample.SampleReader) -> None:
    with pytest.raises(UsageError, match="K0000"):
        build_case_file("K0000", reader, indicator=INDICATORS.__getitem__)


def test_evidence_is_numbered_once_over_all_findings(chain: CaseFile) -> None:
    assert [p.number for p in chain.proofs] == list(range(1, len(chain.proofs) + 1))
    assert len({(p.element, p.row) for p in chain.proofs}) == len(chain.proofs)
    both = [p for p in chain.proofs if p.indicators == ("I01", "I02")]
    assert len(both) == 17  # the dwelling, and eight residents with home and employer
    by_indicator = {f.finding.indicator_id: f.numbers for f in chain.findings}
    assert by_indicator["A01"] == tuple(range(1, 7))
    assert set(by_indicator["I01"]) < set(by_indicator["I02"])


def test_every_piece_leads_to_its_delivery_newest_first(chain: CaseFile) -> None:
    for proof in chain.proofs:
        assert proof.register is not None
        assert proof.records_n == 2
        assert len(proof.provenance) <= PROVENANCE_SHOWN
        assert proof.known_at == proof.provenance[0].known_at
        assert proof.provenance[0].known_at > proof.provenance[1].known_at


def test_persons_are_pseudonyms_and_workers_may_be_affected(chain: CaseFile) -> None:
    assert len(chain.persons) == 9
    assert [tie.works for tie in chain.persons] == [True] * 8 + [False]
    assert chain.names.person(chain.persons[0].pseudonym) == "Person\N{NO-BREAK SPACE}1"


def test_what_did_not_trigger_stands_beside_and_is_not_clean(chain: CaseFile) -> None:
    told = {f.finding.indicator_id: f.finding.status for f in chain.beside}
    assert told == {"A02": Status.NOT_EVALUABLE, "B01": Status.SUPPRESSED}
    view = View(chain, "nb")
    assert "ikke at alt er i orden" in view.why_not(chain.beside[0])[0]
    assert "Holdes tilbake: Boet solgte virksomheten." in view.why_not(chain.beside[1])


def test_an_indicator_that_evaluated_nothing_here_is_named(quiet: CaseFile) -> None:
    assert [i.id for i in quiet.not_candidates] == ["A02", "I01", "I02"]


def test_changes_against_the_month_before(phoenix: CaseFile, quiet: CaseFile, chain: CaseFile) -> None:
    assert {f.finding.indicator_id: f.change for f in phoenix.findings} == {"A02": "new", "B01": "changed"}
    changed = next(f for f in phoenix.findings if f.change == "changed")
    assert (changed.previous_value, changed.finding.value) == (Decimal("0.500000"), Decimal("0.750000"))
    assert [(f.finding.indicator_id, f.change) for f in phoenix.ended] == [("I01", "ended")]
    assert {f.change for f in quiet.findings if f.finding.indicator_id == "B01"} == {"unchanged"}
    assert {f.change for f in chain.findings} == {"new"}


def test_without_a_month_before_nothing_is_called_new(reader: sample.SampleReader) -> None:
    alone = sample.reader()
    for key in [key for key in alone.tables if key[1] == BEFORE]:
        del alone.tables[key]
    file = build_case_file("K2601-5A11E0", alone, indicator=INDICATORS.__getitem__)
    assert not file.has_previous
    assert {f.change for f in file.findings} == {None}


def test_coverage_is_summed_by_status(chain: CaseFile) -> None:
    rows = dict(View(chain, "en").coverage)
    assert rows["A01 Chain deeper than the rule allows"] == ["3", "1,245", "17", "0"]
    assert {name[:3] for name in rows} == {"A01", "I01", "I02"}


def test_next_steps_go_from_the_least_intrusive(chain: CaseFile) -> None:
    told = [step.text for step in View(chain, "nb").steps]
    assert told[:3] == [
        "Kontroller kjeden i byggherrens leverandørsystem.",
        "Kontroller opplysningene i matrikkelen.",
        "Be utleieren om leieavtalen.",
    ]
    assert told[-1] == "Kontroller i et felles tilsyn på byggeplassen."


def test_the_same_run_gives_the_same_file(reader: sample.SampleReader, chain: CaseFile) -> None:
    again = build_case_file(chain.case.case_id, sample.reader(), indicator=INDICATORS.__getitem__)
    assert again.layout == chain.layout
    assert again.proofs == chain.proofs
    assert again.names == chain.names
