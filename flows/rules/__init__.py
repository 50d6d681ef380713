"""Pure decisions: facts, policy and now in; a decision with its reasons out. No clock, no I/O, no threshold."""
