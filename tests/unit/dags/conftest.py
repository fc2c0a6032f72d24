"""Gives Airflow a home of its own before anything imports it."""

import os
import tempfile
from pathlib import Path

DAGS = Path(__file__).parents[3] / "dags"

os.environ.update(
    AIRFLOW_HOME=tempfile.mkdtemp(prefix="kjede-airflow-"),
    AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(DAGS / "plugins"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
)
