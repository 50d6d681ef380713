"""What people do to a case: the same shape as a step (load → decide → save), called by the API with the version seen."""
