"""``python -m switch``, and the command ``switch``."""

import gc
import signal
import sys


def main() -> None:
    """Run a command. Ctrl+C while its modules load, and any signal once it is ending, says nothing more."""
    gc.disable()  # what a command loads is no garbage
    waits_for_keyboard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if waits_for_keyboard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from switch.machine.streams import open_closed_streams

    open_closed_streams()
    from switch import cli
    from switch.machine.stopping import SIGNALS

    gc.freeze()
    gc.set_threshold(20_000)  # nor is most of what it loads later: the collector need not look every 700 objects
    gc.enable()

    if waits_for_keyboard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        cli.main()
    except KeyboardInterrupt:  # the second one, while the first was being told
        sys.exit(128 + signal.SIGINT)
    finally:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)


if __name__ == "__main__":
    main()
