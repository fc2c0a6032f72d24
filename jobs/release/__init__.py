"""Directed releases: each recipient its own Parquet, with only what its legal basis allows."""
