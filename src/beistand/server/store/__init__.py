"""What the server remembers: tables, migrations and the questions it asks them. Knows no HTTP."""
