"""The engine that computes tables: Sail, Apache Spark on this machine, or a Spark Connect server.

All three speak Spark Connect, so the transforms are written once. One engine per process: starting one costs
seconds, so it is kept until the process ends.
"""

import atexit
import hashlib
import logging
import os
import shutil
import socket
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from expectations.dataset import Dataset, spark_type
from expectations.errors import KjedeError, UsageError

log = logging.getLogger(__name__)

SAME_EVERYWHERE = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
"""Session settings without which engines would differ."""
LOCAL_SPARK = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:+UseParallelGC",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Least cost on a small machine; a cluster has its own settings."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine.

    Attributes:
        setting: What it was opened with: `sail`, `spark` or `sc://…`.
        spark: Its session; only the Connect-safe DataFrame API may be used on it.
        server: The embedded server, kept alive with the engine.
        staged: Where files of a bucket lie that this engine cannot read there itself; made when needed.
    """

    setting: str
    spark: SparkSession
    server: Any = field(default=None, repr=False, compare=False)
    staged: list[Path] = field(default_factory=list, repr=False, compare=False)

    def read(self, dataset: Dataset, files: Sequence[str]) -> DataFrame:
        """A stored table with its declared schema; without files a frame with the schema and no rows.

        Args:
            dataset: Declaration of the table.
            files: Parquet files of one or more versions.
        """
        if not files:
            return self.spark.createDataFrame([], dataset.spark_ddl)
        return self.spark.read.schema(dataset.spark_ddl).parquet(*self.within_reach(files))

    def within_reach(self, files: Sequence[str]) -> list[str]:
        """The same files under addresses that this engine can read.

        Sail reads `s3://` itself, as the user that this process is. A cluster reads `s3a://` with the
        operator's connector and credentials. The Apache Spark of this machine has no connector: the files,
        which never change, are copied beside it once.

        Args:
            files: Addresses that the lake gave.
        """
        if not any(file.startswith("s3://") for file in files):
            return list(files)
        if self.setting == "sail":
            _introduce_to_s3()
            return list(files)
        if self.setting == "spark":
            return [self._staged(file) if file.startswith("s3://") else file for file in files]
        return [file.replace("s3://", "s3a://", 1) for file in files]

    def _staged(self, file: str) -> str:
        from jobs.lake.storage_s3 import S3Storage, scratch_folder

        if not self.staged:
            self.staged.append(scratch_folder())
        bucket, _, key = file.removeprefix("s3://").partition("/")
        target = self.staged[0] / hashlib.sha256(file.encode()).hexdigest()[:16] / key.rsplit("/", 1)[-1]
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            S3Storage(f"s3://{bucket}").fetch(key, target)
        return str(target)

    def frame(self, table: pa.Table) -> DataFrame:
        """A small table of this process as a frame.

        Args:
            table: Columns of the types that all readers share.
        """
        if len(table) == 0:
            ddl = ", ".join(f"`{f.name}` {spark_type(f.type)}" for f in table.schema)
            return self.spark.createDataFrame([], ddl)
        return self.spark.createDataFrame(table)

    def settled(self, frame: DataFrame) -> DataFrame:
        """The rows of a frame computed once, so that what is built on it does not compute them again.

        Only for intermediate results that are small, such as candidates: they pass through this process.

        Args:
            frame: What to compute.
        """
        return self.frame(frame.toArrow())


@cache
def _introduce_to_s3() -> None:
    """Put into the environment what the embedded server looks for there when first asked for `s3://`."""
    from jobs.lake.s3_client import engine_environment

    for name, value in engine_environment().items():
        os.environ.setdefault(name, value)


_running: list[Engine] = []


@contextmanager
def open_engine(setting: str) -> Iterator[Engine]:
    """The engine of this process, started by the first who asks and kept for the next.

    Args:
        setting: `sail`, `spark` or `sc://host:port`.

    Raises:
        UsageError: The setting is unknown, Java is missing, or the process already runs another engine.
        KjedeError: The server does not answer.
    """
    if not _running:
        _running.append(_start(setting))
        atexit.register(close_engine)
    engine = _running[0]
    if engine.setting != setting:
        raise UsageError(
            f"this process already runs the engine {engine.setting}; {setting} needs one of its own"
        )
    yield engine


def close_engine() -> None:
    """Stop the engine of this process, if there is one."""
    while _running:
        engine = _running.pop()
        try:
            engine.spark.stop()
        except Exception as problem:  # a server that is already gone needs no stopping
            log.debug("engine %s did not stop cleanly: %s", engine.setting, type(problem).__name__)
        if engine.server is not None:
            engine.server.stop()
        for folder in engine.staged:
            shutil.rmtree(folder, ignore_errors=True)


def _start(setting: str) -> Engine:
    log.info("starting engine %s", setting)
    if setting == "sail":
        return _sail()
    if setting == "spark":
        return _local_spark()
    if setting.startswith("sc://"):
        return _cluster(setting)
    raise UsageError(f"engine {setting!r} is unknown; expected sail, spark or sc://host:port")


def _sail() -> Engine:
    os.environ.setdefault("RUST_LOG", "error")  # the server reads it once, when it is loaded
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    return Engine("sail", _configured(SparkSession.builder.remote(f"sc://{host}:{port}").create()), server)


def _cluster(url: str) -> Engine:
    address = urlsplit(url.split(";")[0])
    try:
        # The client itself would go on trying for minutes.
        socket.create_connection((address.hostname or "", address.port or 15002), timeout=10).close()
        return Engine(url, _configured(SparkSession.builder.remote(url).create()))
    except Exception as problem:
        raise KjedeError(f"no Spark Connect server answers at {url}: {_first_line(problem)}") from problem


def _local_spark() -> Engine:
    builder = SparkSession.builder.remote("local[*]")
    # Without it the workers run whatever python3 is first on the path.
    for name, value in (LOCAL_SPARK | SAME_EVERYWHERE | {"spark.pyspark.python": sys.executable}).items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings():
            # Settings of the JVM are given at its start and then, in vain, once more to the session.
            warnings.filterwarnings("ignore", message="Failed to set spark", category=UserWarning)
            return Engine("spark", builder.getOrCreate())
    except Exception as problem:
        if "JAVA" in str(problem).upper():
            raise UsageError(
                "the engine spark needs a Java runtime (17 or 21) on the path; KJEDE_ENGINE=sail needs none"
            ) from problem
        raise KjedeError(f"Apache Spark did not start: {_first_line(problem)}") from problem


def _configured(session: SparkSession) -> SparkSession:
    for name, value in SAME_EVERYWHERE.items():
        session.conf.set(name, value)
    return session


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
