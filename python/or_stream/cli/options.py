"""The arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from .check import Profile, Spec

Source = Annotated[str, typer.Argument(help="A recording, a URL, or - for standard input.", metavar="FILE|URL|-")]

Request = Annotated[
    str | None,
    typer.Option("--request", "-r", help="POST this to the URL: a JSON object, or a file that holds one."),
]

Headers = Annotated[
    list[str] | None, typer.Option("--header", "-H", help="Send this header, as 'Name: value'; repeatable.")
]

SpecVersion = Annotated[Spec, typer.Option("--spec", help="The version of the contract.")]

CheckProfile = Annotated[
    Profile, typer.Option("--profile", help="openai allows what OpenAI's own API has beyond the contract.")
]

Host = Annotated[str, typer.Option("--host", help="Where to listen.")]
