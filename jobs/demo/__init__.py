"""A local Airflow and the demonstration that is run on it."""
