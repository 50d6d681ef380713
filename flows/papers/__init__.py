"""Papers of the centre as PDF: what is printed, filed, and sent to those outside."""
