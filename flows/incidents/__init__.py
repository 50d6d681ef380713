"""Around incidents: what they touched, whom to tell, what is attached to them, the form, the figures by unit."""
