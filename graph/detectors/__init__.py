"""One module per indicator, beside what several of them read, cite and group."""
