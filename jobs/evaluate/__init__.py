"""Measures what the pipeline finds against what was planted, and whether the planted world is believable."""
