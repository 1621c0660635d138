"""Comparing and generating JSON values, for the tests of the models."""

from typing import Any

from hypothesis import strategies as st

from or_stream import models


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON: unlike `==`, 1 is not 1.0 and not true, and 0.0 is not -0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return repr(left) == repr(right) if isinstance(left, float) else left == right


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**63, max_value=2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)

_KINDS = [
    name
    for union in (models.Item, models.ContentPart, models.Annotation, models.Tool, models.Format)
    for member in union.__args__
    for name in getattr(member.model_fields["type"].annotation, "__args__", ())
] + ["acme:thing", "future_thing", ""]

_FIELDS = sorted(
    {
        field.alias or name
        for thing in vars(models).values()
        if isinstance(thing, type) and issubclass(thing, models.Record)
        for name, field in thing.model_fields.items()
    }
    # Names that the models themselves use.
    | {"schema_", "raw", "to_dict", "self", "model_extra", "model_fields_set", "__class__", "__dict__", "_no_object"}
)


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects with the contract's field names and types, and anything else beside them."""
    known = st.dictionaries(st.sampled_from(_FIELDS) | st.text(max_size=6), values, max_size=6)
    kind = st.fixed_dictionaries({}, optional={"type": st.sampled_from(_KINDS)})
    return st.builds(dict.__or__, known, kind)


wire_values = st.recursive(
    scalars | st.sampled_from(["completed", "assistant", "text", "auto"]),
    lambda inner: st.lists(inner, max_size=3) | objects(inner),
    max_leaves=20,
)
