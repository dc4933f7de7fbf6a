"""Ctrl-C, and requests to terminate."""

import signal


def heed_interrupts() -> None:
    """Let both raise KeyboardInterrupt, so that whatever was started is stopped.

    Of a command in the background of a script, the shell has Ctrl-C ignored, and Python leaves that so: it would go on when the script has
    ended.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
