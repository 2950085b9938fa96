"""``python -m switch``."""

from switch.cli import main

if __name__ == "__main__":
    main()
