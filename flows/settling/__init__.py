"""Money over many cases: what finance has to pay, and who bears it in the end."""
