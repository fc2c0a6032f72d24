"""Whether data is good enough: rules of a run, reports, and a second try for what was left out."""
