"""Outcomes of inspections and reviews, back into the pipeline."""
