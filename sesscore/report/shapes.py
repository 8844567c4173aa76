"""JSON Schema of nested objects, from a shape: what an object looks like, with a type in place of each value."""

from collections.abc import Mapping
from typing import Any

_TYPES = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}


def schema_of(shape: Any) -> dict[str, Any]:
    """The schema of values of a shape, each of which may be null.

    shape: a mapping from names to shapes, a list of one shape for any number of such, or one of the types.
    """
    if isinstance(shape, Mapping):
        properties = {name: schema_of(below) for name, below in shape.items()}
        return {"type": "object", "required": list(properties), "properties": properties}
    if isinstance(shape, list):
        return {"type": "array", "items": schema_of(shape[0])}
    return {"type": [_TYPES[shape], "null"]}
