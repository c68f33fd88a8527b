"""The X11 adapter: each part opens its own connection to the X server, so that none waits for another."""
