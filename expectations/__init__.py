"""The contract: what every table, identifier, code list and recipient must be."""
