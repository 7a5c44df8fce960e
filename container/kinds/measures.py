"""The kinds with a unit: durations, sizes and percentages; and networks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from container.node import Node
from container.problem import shorten
from container.schema import INVALID, Invalid, Kind, Reader

T = TypeVar("T")

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "kB": 1000, "MB": 1000**2, "GB": 1000**3}


class _Measure(Kind[T]):
    """A number with a unit."""

    units: Mapping[str, float] = {}
    example = ""

    def measured(self, node: Node, reader: Reader) -> float | Invalid:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+|%)", node.raw) if node.kind == "scalar" else None
        if found is None or found[2] not in self.units:
            units = ", ".join(self.units)
            if node.kind != "scalar" or node.missing:
                return self.expected(node, reader)
            text = f"expected {self.noun}, found '{shorten(node.raw)}'"
            reader.problem(node, "type", text, f"write a number and a unit ({units}), such as {self.example}")
            return INVALID
        return float(found[1]) * self.units[found[2]]

    def spell(self, value: float) -> str:
        """The value as it would be written: in the largest unit of which it is a whole number."""
        fitting = [unit for unit, size in self.units.items() if value >= size and (value / size).is_integer()]
        unit = (
            max(fitting, key=lambda one: self.units[one]) if fitting else min(self.units, key=lambda u: self.units[u])
        )
        number = value / self.units[unit]
        return f"{int(number) if number.is_integer() else number}{unit}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": rf"^\d+(\.\d+)?\s*({'|'.join(self.units)})$"}


class Duration(_Measure[float]):
    """A length of time with its unit, as ``500ms``, ``1s``, ``15m``, ``24h``, ``7d``; seconds as a float."""

    noun, example, units = "a duration", "15m", _UNITS

    def decode(self, node: Node, reader: Reader) -> float | Invalid:
        return self.measured(node, reader)


class Size(_Measure[int]):
    """A number of bytes with its unit, as ``256KiB`` or ``2GiB``; bytes as an int."""

    noun, example, units = "a size", "256KiB", _SIZES

    def decode(self, node: Node, reader: Reader) -> int | Invalid:
        value = self.measured(node, reader)
        return value if isinstance(value, Invalid) else int(value)


class Percent(_Measure[float]):
    """A share from 0% to 100%; a float from 0 to 1."""

    noun, example, units = "a percentage", "10%", {"%": 0.01}

    def decode(self, node: Node, reader: Reader) -> float | Invalid:
        share = self.measured(node, reader)
        if not isinstance(share, Invalid) and share > 1:
            reader.problem(node, "value", f"{node.raw} is out of range", "write a percentage from 0% to 100%")
            return INVALID
        return share


class Network(Kind[str]):
    """An address or a network, as ``127.0.0.1`` or ``10.0.0.0/8``."""

    noun = "an address or a network"

    def decode(self, node: Node, reader: Reader) -> str | Invalid:
        if node.kind != "scalar" or node.value is None:
            return self.expected(node, reader, "write an address or a network such as 10.0.0.0/8")
        try:
            ipaddress.ip_network(node.raw, strict=False)
        except ValueError:
            text = f"'{shorten(node.raw)}' is not an address"
            reader.problem(node, "value", text, "write an address or a network such as 10.0.0.0/8")
            return INVALID
        return node.raw

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string"}
