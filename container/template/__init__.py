"""Tag templates: types of tags declared by a YAML file instead of code."""

from container.template.reading import read_template
from container.template.tag import TemplateTag

__all__ = ["TemplateTag", "read_template"]
