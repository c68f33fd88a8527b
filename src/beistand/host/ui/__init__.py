"""The windows of the customer's program. They show and ask; every rule lives elsewhere (control, session)."""
