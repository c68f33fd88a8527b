"""Beistand: remote support that an IT service firm hosts itself. The plan of the house is docs/architecture.md."""
