"""The level "administer" on Windows: who asks UAC, what is made for the session, and what the helper may be told.

`asking` (the program) → UAC → `keeper` (administrator: folder, task, removal) → the task → `launch` (SYSTEM, session 0)
→ `helper` (SYSTEM, the customer's session): mouse, key, text, capture, stop, over pipes. `plan` and `wire` are pure.
"""
