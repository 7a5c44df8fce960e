"""The configuration: one YAML file, read with every problem reported at once."""
