"""Builds the customer's program as one file from wheels (docs/architecture.md). Imports neither host nor server."""
