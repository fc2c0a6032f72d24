"""The settings of an installation, from KJEDE_ environment variables; nothing else reads the environment.

A plain frozen dataclass rather than a settings library: loading one takes 0.4 s on every command, and it
would let a misspelled variable pass unseen.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from expectations.errors import UsageError

PREFIX = "KJEDE_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation may set; `KJEDE_` and the name in capitals, for example `KJEDE_LAKE`.

    Attributes:
        home: Folder of everything an installation writes unless told otherwise.
        landing: Folder or `s3://bucket/prefix` in which deliveries land; empty means `landing` under home.
        lake: Folder or `s3://bucket/prefix` of the lake; empty means `lake` under home.
        engine: `sail` (in this process), `spark` (local Apache Spark) or `sc://host:port` (Spark Connect).
        workers: Processes for work that is cut into pieces; 0 means one per processor.
        key_file: Key ring made by `kjede keys init`; empty means `keys.json` under home.
        alert_webhook: Address that gets a short message when a job fails; empty means none.
        log_level: Level of what is logged.
        log_format: `text` or `json` (one object per line).
        brreg_url: Base address of Brønnøysundregistrene's open API.
        arbeidstilsynet_url: Base address of Arbeidstilsynet's registers; another one serves all three.
        kartverket_url: Base address of Kartverket's download service.
        kartverket_kommuner: Municipality numbers to keep of the addresses, `3420,0301`; empty means all.
        doffin_url: Base address of Doffin's public API.
        doffin_key: Subscription key for Doffin; empty means that it is not fetched.
        doffin_from: First month to fetch from Doffin, `YYYY-MM`; empty means the month just ended.
        klass_url: Base address of SSB's KLASS API.
        fetch_per_second: Most requests per second to one open API.
    """

    home: Path = Path(".kjede")
    landing: str = ""
    lake: str = ""
    engine: str = "sail"
    workers: int = 0
    key_file: str = ""
    alert_webhook: str = ""
    log_level: str = "INFO"
    log_format: str = "text"
    brreg_url: str = "https://data.brreg.no"
    arbeidstilsynet_url: str = "https://data.arbeidstilsynet.no"
    kartverket_url: str = "https://nedlasting.geonorge.no"
    kartverket_kommuner: str = ""
    doffin_url: str = "https://api.doffin.no"
    doffin_key: str = ""
    doffin_from: str = ""
    klass_url: str = "https://data.ssb.no"
    fetch_per_second: int = 5

    def __post_init__(self) -> None:
        """Fill in what follows from home, and refuse what no part of the program could use."""
        for name, default in (("landing", "landing"), ("lake", "lake"), ("key_file", "keys.json")):
            if not getattr(self, name):
                object.__setattr__(self, name, str(self.home / default))
        if self.engine not in ("sail", "spark") and not self.engine.startswith("sc://"):
            raise UsageError(f"{PREFIX}ENGINE is {self.engine!r}; expected sail, spark or sc://host:port")
        if self.log_format not in ("text", "json"):
            raise UsageError(f"{PREFIX}LOG_FORMAT is {self.log_format!r}; expected text or json")
        if self.workers < 0:
            raise UsageError(f"{PREFIX}WORKERS is {self.workers}; expected 0 or more")
        if self.fetch_per_second < 1:
            raise UsageError(f"{PREFIX}FETCH_PER_SECOND is {self.fetch_per_second}; expected 1 or more")

    @property
    def processes(self) -> int:
        """Processes for work that is cut into pieces: as set, or one per processor that may be used."""
        if self.workers:
            return self.workers
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def key_path(self) -> Path:
        """Where the key ring lies."""
        return Path(self.key_file).expanduser()


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment gives.

    Args:
        environment: Names and values, of which those with the prefix are read.

    Raises:
        UsageError: A variable with the prefix is not a setting, or its value cannot be read.
    """
    kinds = {PREFIX + field.name.upper(): field for field in fields(Settings)}
    values: dict[str, object] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        if variable not in kinds:
            near = get_close_matches(variable, kinds, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(sorted(kinds))}"
            raise UsageError(f"{variable} is not a setting{hint}")
        field = kinds[variable]
        try:
            values[field.name] = field.type(text) if isinstance(field.type, type) else text
        except ValueError as problem:
            raise UsageError(f"{variable} is {text!r}; expected a whole number") from problem
    return Settings(**values)  # type: ignore[arg-type]


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings(os.environ)
