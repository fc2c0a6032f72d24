"""Which records without a number are which person: candidates, weights, and what is taken for a link."""
