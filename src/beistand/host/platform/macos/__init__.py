"""The macOS adapter: capture, injection and the customer's hand by CoreGraphics, through ctypes.

**Not yet seen running**: it is type-checked (`mypy --platform darwin`), its pure parts are tested, and
`.github/workflows/macos.yml` builds and starts it on a macOS runner. docs/macos.md lists what to try on a real Mac.
"""
