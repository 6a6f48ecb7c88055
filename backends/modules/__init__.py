"""The losses as each framework's own kind of module."""
