"""The cases: tests of a configuration, written in YAML beside it; what they find, what they reach, how one is saved."""

from container.cases.case import Case, Result, run_case
from container.cases.reading import FOLDER, Reading, read_cases

__all__ = ["FOLDER", "Case", "Reading", "Result", "read_cases", "run_case"]
