"""The daily summary and the hand-over at each shift: counted from ledger and cases, stored and told once."""
