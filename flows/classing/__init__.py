"""ABC(D) in the database: snapshots computed and read, overrides, growth, value, and the class a case has at intake."""
