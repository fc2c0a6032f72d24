"""Generated scripts that open exactly one release, one per tool that partners use."""

from collections.abc import Iterable, Mapping

Files = Mapping[str, str]
"""Table -> file, relative to the recipient's folder."""


def readers(recipient_id: str, release_id: str, datasets: Iterable[str]) -> dict[str, str]:
    """The scripts by file name.

    Args:
        recipient_id: Recipient.
        release_id: Release.
        datasets: Released tables.
    """
    files = {name: f"{name}/{release_id}/part-00000.parquet" for name in datasets}
    return {
        "duckdb.sql": _duckdb(recipient_id, release_id, files),
        "pandas.py": _pandas(files),
        "polars.py": _polars(files),
        "spark.py": _spark(files),
        "r.R": _r(release_id, files),
        "powerbi.m": _powerbi(files),
        "verify.py": VERIFY.replace("@RELEASE@", release_id),
    }


def _python_files(files: Files) -> str:
    return "".join(f'    "{name}": "{path}",\n' for name, path in files.items())


def _duckdb(recipient_id: str, release_id: str, files: Files) -> str:
    views = "".join(
        f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet(['{path}']);\n"
        for name, path in files.items()
    )
    return f"""\
-- Reads release {release_id}, and no other. Start DuckDB in the recipient's folder ({recipient_id}), then:
--   .read {release_id}/readers/duckdb.sql
-- From elsewhere, first: SET file_search_path = '/path/to/{recipient_id}';
{views}
-- Example: cases in order of rank, with what their findings show.
SELECT c.rank, c.band, c.case_ref, f.indicator_id, f.subject, e.n, e.register_nb, e.shows_nb
FROM out_share__cases AS c
JOIN out_share__findings AS f USING (case_ref)
LEFT JOIN out_share__evidence AS e USING (finding_ref)
ORDER BY c.rank, f.indicator_id, f.finding_ref, e.n;
"""


def _pandas(files: Files) -> str:
    return f'''\
"""Reads this release with pandas (needs pyarrow): `python pandas.py`."""

import sys
from pathlib import Path

# This file is called pandas.py; without this line Python would import it instead of pandas.
sys.path = [folder for folder in sys.path if Path(folder or ".").resolve() != Path(__file__).resolve().parent]

import pandas as pd  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FILES = {{
{_python_files(files)}}}

tables = {{name: pd.read_parquet(ROOT / path) for name, path in FILES.items()}}

if __name__ == "__main__":
    for name, table in tables.items():
        print(name, len(table), "rows,", len(table.columns), "columns")
    joined = tables["out_share__cases"][["rank", "case_ref", "band"]].merge(
        tables["out_share__findings"][["case_ref", "indicator_id", "subject"]], on="case_ref"
    )
    print(joined.sort_values(["rank", "indicator_id", "subject"]).to_string(index=False))
'''


def _polars(files: Files) -> str:
    return f'''\
"""Reads this release with Polars: `python polars.py`."""

import sys
from pathlib import Path

# This file is called polars.py; without this line Python would import it instead of Polars.
sys.path = [folder for folder in sys.path if Path(folder or ".").resolve() != Path(__file__).resolve().parent]

import polars as pl  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FILES = {{
{_python_files(files)}}}

tables = {{name: pl.read_parquet(ROOT / path) for name, path in FILES.items()}}

if __name__ == "__main__":
    for name, table in tables.items():
        print(name, table.height, "rows,", table.width, "columns")
    joined = tables["out_share__cases"].select("rank", "case_ref", "band").join(
        tables["out_share__findings"].select("case_ref", "indicator_id", "subject"), on="case_ref"
    )
    print(joined.sort("rank", "indicator_id", "subject"))
'''


def _spark(files: Files) -> str:
    return f'''\
"""Reads this release with Apache Spark: `spark-submit spark.py`."""

from pathlib import Path

from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
FILES = {{
{_python_files(files)}}}

spark = SparkSession.builder.appName("kjede-release").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
for name, path in FILES.items():
    spark.read.parquet(f"{{ROOT}}/{{path}}").createOrReplaceTempView(name)
spark.sql(
    "SELECT c.rank, c.band, f.indicator_id, f.subject FROM out_share__cases c "
    "JOIN out_share__findings f ON c.case_ref = f.case_ref ORDER BY c.rank, f.indicator_id, f.subject"
).show(50, truncate=False)
'''


def _r(release_id: str, files: Files) -> str:
    listed = ",\n".join(f'  {name} = "{path}"' for name, path in files.items())
    return f"""\
# Reads this release with R and the package arrow. Start R in the folder that holds {release_id}:
#   source("{release_id}/readers/r.R")
library(arrow)
files <- c(
{listed}
)
tables <- lapply(files, read_parquet)
print(sapply(tables, nrow))
print(merge(
  tables$out_share__cases[, c("case_ref", "rank", "band")],
  tables$out_share__findings[, c("case_ref", "indicator_id", "subject")],
  by = "case_ref"
))
"""


def _powerbi(files: Files) -> str:
    listed = ",\n".join(
        f'    {name} = Parquet.Document(File.Contents(Folder & "{_backslashed(path)}"))'
        for name, path in files.items()
    )
    return f"""\
// Power BI: Get data > Blank query > Advanced editor. Set Folder to the recipient's folder, with a backslash
// at its end. The result is one record with a table for each part of the release.
let
    Folder = "C:\\path\\to\\recipient\\",
{listed},
    Release = [{", ".join(f"{name} = {name}" for name in files)}]
in
    Release
"""


def _backslashed(path: str) -> str:
    return path.replace("/", "\\")


VERIFY = '''\
"""Checks that this release is whole, with nothing but Python: `python verify.py`."""

import hashlib
import json
import sys
from pathlib import Path

RELEASE = "@RELEASE@"
ROOT = Path(__file__).resolve().parents[2]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


release = json.loads((ROOT / RELEASE / "_manifest.json").read_text("utf-8"))
wrong = [name for name, known in release["documents"].items() if sha256(ROOT / RELEASE / name) != known]
for name, dataset in release["datasets"].items():
    folder = ROOT / name / RELEASE
    if sha256(folder / "_manifest.json") != dataset["manifest_sha256"]:
        wrong.append(f"{name}/_manifest.json")
        continue
    for file in json.loads((folder / "_manifest.json").read_text("utf-8"))["files"]:
        if sha256(folder / file["name"]) != file["sha256"]:
            wrong.append(f"{name}/{file['name']}")
print("wrong or missing: " + ", ".join(wrong) if wrong else f"release {RELEASE} is whole")
sys.exit(1 if wrong else 0)
'''
