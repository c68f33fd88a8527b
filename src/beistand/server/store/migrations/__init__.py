"""The steps from an empty file to today's tables, run at every start."""
