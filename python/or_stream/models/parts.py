"""Content parts: what messages, reasoning and tool outputs are made of."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .annotations import AnnotationField
from .base import Int, Model, Number, Record
from .by_type import ByType
from .unknown import Unknown

# Log probabilities come by the thousand: they skip `Model`'s leniency, which costs a Python call each. One that does
# not fit makes the whole list a misfit of its text part.


class TopLogProb(Record):
    """One of the likeliest tokens at a place: its text, its natural logarithm of probability, its UTF-8 bytes."""

    token: str = ""
    logprob: Number = 0.0
    bytes: list[Int] | None = None


class LogProb(TopLogProb):
    """The token that was chosen at a place, and what else was likely there."""

    top_logprobs: list[TopLogProb] | None = None


class OutputText(Model):
    """Text that the model wrote, with its sources and, where asked for, log probabilities."""

    type: Literal["output_text"] = "output_text"
    text: str = ""
    annotations: list[AnnotationField] = Field(default_factory=list[AnnotationField])
    logprobs: list[LogProb] = Field(default_factory=list[LogProb])


class Refusal(Model):
    """The model's reason not to answer."""

    type: Literal["refusal"] = "refusal"
    refusal: str = ""


class Text(Model):
    """Plain text of no special role."""

    type: Literal["text"] = "text"
    text: str = ""


class ReasoningText(Model):
    """Raw reasoning."""

    type: Literal["reasoning_text"] = "reasoning_text"
    text: str = ""


class SummaryText(Model):
    """A summary of reasoning."""

    type: Literal["summary_text"] = "summary_text"
    text: str = ""


class InputText(Model):
    """Text given to the model."""

    type: Literal["input_text"] = "input_text"
    text: str = ""


class InputImage(Model):
    """An image given to the model: a URL (also `data:`) or an uploaded file; `detail` is low, high or auto."""

    type: Literal["input_image"] = "input_image"
    image_url: str | None = None
    file_id: str | None = None
    detail: str | None = None


class InputFile(Model):
    """A file given to the model: base64 data, a URL or an uploaded file."""

    type: Literal["input_file"] = "input_file"
    filename: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    file_id: str | None = None


class InputVideo(Model):
    """A video given to the model."""

    type: Literal["input_video"] = "input_video"
    video_url: str = ""


class UnknownPart(Unknown):
    """A content part of any other type, with all of its fields."""


ContentPart: TypeAlias = (
    OutputText
    | Refusal
    | Text
    | ReasoningText
    | SummaryText
    | InputText
    | InputImage
    | InputFile
    | InputVideo
    | UnknownPart
)
"""Any content part; usable with `isinstance` and `match`."""

ContentPartField: TypeAlias = Annotated[ContentPart, ByType(UnknownPart)]
"""`ContentPart` as the type of a model's field."""
