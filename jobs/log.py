"""What the program says while it works: one line per step, and never a person's number."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")
PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
NOISY = ("py4j", "pyspark", "botocore", "urllib3", "great_expectations", "httpx", "httpcore")


class PersonNumberMask(logging.Filter):
    """Masks whatever looks like a national identity number.

    No message should hold one. This is the net below that rule: text of other libraries' errors can quote a
    value.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message of a record when it holds eleven digits in a row.

        Args:
            record: What is about to be written.
        """
        text = record.getMessage()
        if ELEVEN_DIGITS.search(text):
            record.msg, record.args = ELEVEN_DIGITS.sub("***********", text), None
        return True


class JsonLines(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON text.

        Args:
            record: What is about to be written.
        """
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = ELEVEN_DIGITS.sub("***********", self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


class MaskedText(logging.Formatter):
    """Plain text in which a traceback is masked as well."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """The traceback without eleven digits in a row.

        Args:
            ei: The exception triple.
        """
        return ELEVEN_DIGITS.sub("***********", super().formatException(ei))  # type: ignore[arg-type]


def configure(level: str = "INFO", log_format: str = "text", stream: TextIO | None = None) -> None:
    """Send the log to one stream; calling it again replaces the earlier set-up.

    Args:
        level: Lowest level that is written.
        log_format: `text` or `json`.
        stream: Where to; standard error unless given, because standard output is for results.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(PersonNumberMask())
    handler.setFormatter(JsonLines() if log_format == "json" else MaskedText(PLAIN, datefmt="%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
