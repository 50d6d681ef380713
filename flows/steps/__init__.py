"""What the system does to a case, as Prefect tasks: load → rule → save. Each module is one step."""
