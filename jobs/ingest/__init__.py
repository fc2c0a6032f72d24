"""Takes deliveries in: verified, graded, validated, typed and stored with their provenance."""
