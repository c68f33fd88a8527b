"""Who may act on this desktop: the arbiter decides (pure), the gate carries it out (threads, X server)."""
