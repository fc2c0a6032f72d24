import io
import json
import logging
from collections.abc import Iterator

import pytest

from jobs.log import configure

PERSON = "13819000112"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def written(log_format: str, *args: object, error: bool = False) -> str:
    stream = io.StringIO()
    configure("info", log_format, stream)
    try:
        if error:
            raise ValueError(f"cannot read {PERSON}")
        logging.getLogger("jobs.test").info(*args)
    except ValueError:
        logging.getLogger("jobs.test").exception("failed")
    return stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_person_number_is_never_written(log_format: str) -> None:
    for line in (
        written(log_format, "record %s refused", PERSON),
        written(log_format, f"record {PERSON}"),
        written(log_format, error=True),
    ):
        assert PERSON not in line
        assert "***********" in line


def test_other_numbers_are_written() -> None:
    assert "312345678" in written("text", "organisation %s", "312345678")
    assert "123456789012" in written("text", "%d bytes", 123456789012)


def test_json_is_one_object_per_line() -> None:
    entry = json.loads(written("json", "rows in %d out %d", 3, 2))
    assert entry["message"] == "rows in 3 out 2"
    assert (entry["level"], entry["logger"]) == ("INFO", "jobs.test")


def test_levels_and_noisy_libraries() -> None:
    stream = io.StringIO()
    configure("WARNING", "text", stream)
    logging.getLogger("jobs.test").info("quiet")
    assert stream.getvalue() == ""
    configure("INFO", "text", stream)
    logging.getLogger("py4j").info("quiet")
    logging.getLogger("jobs.test").info("heard")
    assert stream.getvalue().endswith("INFO    jobs.test: heard\n")
