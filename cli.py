"""Run kotae from a clone without installing it: `python cli.py ask QUESTION`."""

from __future__ import annotations

from kotae.commands import main

if __name__ == "__main__":
    main()
