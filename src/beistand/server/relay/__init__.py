"""The relay: rooms pinned by nameplate, exactly two ends, an opaque pump. Knows no store, no portal, no billing."""
