"""Pages for people without a client of their own: server-rendered, no script, in Chinese and English."""
