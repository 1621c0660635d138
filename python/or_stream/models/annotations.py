"""Annotations of a text: where its claims come from."""

from typing import Annotated, Literal, TypeAlias

from .base import Int, Model
from .by_type import ByType
from .unknown import Unknown


class UrlCitation(Model):
    """A web page cited by characters `start_index` to `end_index` of the text."""

    type: Literal["url_citation"] = "url_citation"
    url: str = ""
    title: str = ""
    start_index: Int = 0
    end_index: Int = 0


class FileCitation(Model):
    """A file cited at character `index` of the text (OpenAI)."""

    type: Literal["file_citation"] = "file_citation"
    file_id: str = ""
    filename: str | None = None
    index: Int | None = None


class ContainerFileCitation(Model):
    """A file of a code interpreter's container, cited by a span of the text (OpenAI)."""

    type: Literal["container_file_citation"] = "container_file_citation"
    container_id: str = ""
    file_id: str = ""
    filename: str | None = None
    start_index: Int | None = None
    end_index: Int | None = None


class FilePath(Model):
    """A file that was made, named at character `index` of the text (OpenAI)."""

    type: Literal["file_path"] = "file_path"
    file_id: str = ""
    index: Int | None = None


class UnknownAnnotation(Unknown):
    """An annotation of any other type, with all of its fields."""


Annotation: TypeAlias = UrlCitation | FileCitation | ContainerFileCitation | FilePath | UnknownAnnotation
"""Any annotation; usable with `isinstance` and `match`."""

AnnotationField: TypeAlias = Annotated[Annotation, ByType(UnknownAnnotation)]
"""`Annotation` as the type of a model's field."""
