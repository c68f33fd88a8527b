"""The Windows adapter: `adapter.WindowsPlatform` makes its parts.

Files that say `assert sys.platform == "win32"` run and are type-checked for Windows alone; the others are pure, and
tested on any system.
"""
