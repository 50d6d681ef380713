"""The protocol: claim, lease, leg, ledger, clock. It knows no procedure."""
