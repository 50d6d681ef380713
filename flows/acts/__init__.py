"""What people do to a case: a step's shape (load → decide → save), called with the version seen."""
