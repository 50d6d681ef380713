"""Routes: at most about ten lines each; what they do is in flows."""
