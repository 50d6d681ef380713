"""What is stored. `models.values` (enums, frozen values) imports nothing of the database."""
