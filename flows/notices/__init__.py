"""Notices on their way: whom they go to, by which channel, again and again until they arrived or failed for good."""
