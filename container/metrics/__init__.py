"""The numbers: counted on the way of a hit, read by Prometheus."""

from container.metrics.metrics import Metrics as Metrics
from container.metrics.standing import Standing as Standing
