"""Input items: what a request is made of."""

from typing import Annotated, Literal, TypeAlias

from .base import Model
from .by_type import ByType
from .items import Item, UnknownItem
from .parts import ContentPartField


class InputMessage(Model):
    """A message to send: text or content parts, by role (user, assistant, system, developer)."""

    type: Literal["message"] = "message"
    id: str = ""
    status: str | None = None
    role: str | None = None
    content: str | list[ContentPartField] = ""
    phase: str | None = None


class ItemReference(Model):
    """An item that the server keeps, by its id."""

    type: Literal["item_reference"] = "item_reference"
    id: str = ""


InputItem: TypeAlias = InputMessage | ItemReference | Item
"""Any input item: every output item may be one."""

InputItemField: TypeAlias = Annotated[
    InputItem, ByType(UnknownItem, untyped=InputMessage, marks=frozenset({"role", "content"}))
]
"""`InputItem` as the type of a model's field; a message may lack its `type`, as OpenAI allows."""
