"""What every test may rely on, however the run was started."""

import signal

from hypothesis import HealthCheck, settings

# The same examples in every run, however slow the machine and whatever an earlier run left.
settings.register_profile(
    "steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_configure() -> None:
    """A run started in the background inherits that Ctrl-C is ignored, and so would the servers it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
