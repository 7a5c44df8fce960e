"""The examples of tag templates of one's own, as cases beside those of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from container.cases.case import Case, Result
from container.cases.differing import differing
from container.cases.expected import Difference
from container.config.load import Loaded
from container.hit import Hit
from container.registry import SORTS
from container.template import TemplateTag

_SHIPPED = tuple(f"{sort.package}." for sort in SORTS)
_MOST_PATHS = 5


@dataclass(slots=True)
class ExampleCase(Case):
    """An example of a template that the configuration uses; it asks nothing of the configuration itself."""

    example: Any = None

    def run(self) -> Result:
        """Build the example's payload and compare it with the one that is expected, field by field."""
        expected, received = self.example.expected, self.example.run()
        apart = [str(one) for one in differing(expected, received, exactly=True)]
        if not apart:
            return Result(self)
        text = "; ".join(apart[:_MOST_PATHS])
        return Result(self, [Difference(self.file, self.line, text, expected, received, exactly=True)])


def example_cases(loaded: Loaded) -> Iterator[ExampleCase]:
    """The examples of every template beside the configuration that one of its tags is made of."""
    bindings = loaded.configuration.bindings if loaded.configuration is not None else ()
    for cls in dict.fromkeys(type(one.tag) for one in bindings):
        if issubclass(cls, TemplateTag) and not cls.__module__.startswith(_SHIPPED):
            for one in cls.examples:
                name = f"{cls.type}: {one.name}"
                yield ExampleCase(name, one.node.file, one.node.line, one.at, Hit("GET", "/"), {}, one)
