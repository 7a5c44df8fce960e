"""What every test may rely on, however the run was started."""

import signal


def pytest_configure() -> None:
    """A run started in the background inherits that Ctrl-C is ignored, and so would the servers it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
