"""The dashboard: pages on the published file, read-only."""
