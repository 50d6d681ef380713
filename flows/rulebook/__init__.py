"""The centre's policy as data: TOML in, a validated `Policy` out; stored by content hash."""
