from collections.abc import Callable

import pytest

from graph.indicator import Indicator
from jobs.dossier.case_file import build_case_file
from jobs.dossier.parts import CaseFile
from tests.unit.jobs.dossier import sample
from tests.unit.jobs.dossier.declarations import INDICATORS

CHAIN, PHOENIX, QUIET = "K2601-5A11E0", "K2512-77B2C4", "K2512-0C93D1"


@pytest.fixture(scope="session")
def reader() -> sample.SampleReader:
    return sample.reader()


@pytest.fixture(scope="session")
def indicator() -> Callable[[str], Indicator]:
    return INDICATORS.__getitem__


@pytest.fixture(scope="session")
def chain(reader: sample.SampleReader) -> CaseFile:
    return build_case_file(CHAIN, reader, indicator=INDICATORS.__getitem__)


@pytest.fixture(scope="session")
def phoenix(reader: sample.SampleReader) -> CaseFile:
    return build_case_file(PHOENIX, reader, indicator=INDICATORS.__getitem__)


@pytest.fixture(scope="session")
def quiet(reader: sample.SampleReader) -> CaseFile:
    return build_case_file(QUIET, reader, indicator=INDICATORS.__getitem__)
