"""The checks: what only the whole file shows. Each file of this folder looks for one sort of fault."""

from container.config.checks.environment import environment
from container.config.checks.names import names
from container.config.checks.never import never
from container.config.checks.paths import paths
from container.config.checks.secrets import secrets
from container.config.checks.unused import unused
from container.config.checks.whole import Whole
from container.config.circles import circles

__all__ = ["Whole", "check"]


def check(whole: Whole) -> None:
    """Report to the decoder everything wrong between the entries of a file."""
    names(whole)
    circles(whole.decoder, whole.top)
    paths(whole)
    secrets(whole)
    environment(whole)
    if not whole.partial:
        never(whole)
        if not any(one.kind == "yaml" for one in whole.decoder.problems):  # what was set aside may be the use
            unused(whole)
