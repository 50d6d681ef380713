"""The thin API: routes of a few lines that call flows; schemas, tokens, problem details."""
