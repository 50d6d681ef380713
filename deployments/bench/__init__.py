"""`make bench`: speeds side by side in one run. Ratios are what counts; absolute figures are this machine's today."""
