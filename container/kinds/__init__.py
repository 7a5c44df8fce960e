"""Kinds: how an option's value is written, decoded and described; each is declared once and used everywhere."""

from container.kinds.fields import FieldPath
from container.kinds.groups import (
    ConditionSet,
    Group,
    ListOf,
    MapOf,
    Tree,
    decode_options,
    options_schema,
    read_tree,
)
from container.kinds.measures import Duration, Network, Percent, Size
from container.kinds.scalars import (
    NAME_PATTERN,
    Boolean,
    Choice,
    Integer,
    JsonPath,
    Number,
    Pattern,
    Reference,
    Secret,
    SecretText,
    Templated,
    Text,
    Value,
    usable_name,
)
from container.problem import shorten

__all__ = [
    "NAME_PATTERN",
    "Boolean",
    "Choice",
    "ConditionSet",
    "Duration",
    "FieldPath",
    "Group",
    "Integer",
    "JsonPath",
    "ListOf",
    "MapOf",
    "Network",
    "Number",
    "Pattern",
    "Percent",
    "Reference",
    "Secret",
    "SecretText",
    "Size",
    "Templated",
    "Text",
    "Tree",
    "Value",
    "decode_options",
    "options_schema",
    "read_tree",
    "shorten",
    "usable_name",
]
