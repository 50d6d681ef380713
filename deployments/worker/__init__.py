"""The worker: claims due wakes, opens a leg (a flow run) for them and runs it in its own process."""
