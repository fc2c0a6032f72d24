"""One module per indicator."""
