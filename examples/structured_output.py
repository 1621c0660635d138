"""Ask for an answer of a given form, and get it as a value.

python examples/structured_output.py [URL]
"""

import asyncio

from pydantic import BaseModel

import or_stream as ors
from stand_in import server


class Weather(BaseModel):
    """What is asked for."""

    city: str
    celsius: int
    rain: bool = False


async def main(url: str) -> None:
    """Ask for the weather, once well and once with too few tokens."""
    async with ors.connect(url, {"model": "m", "input": "The weather in Bergen?"}, text_format=Weather) as stream:
        print(repr(await stream.get_final_parsed(Weather)))

    async with ors.connect(url, {"model": "short", "input": "And in Oslo?"}, text_format=Weather) as stream:
        try:
            await stream.get_final_parsed(Weather)
        except ors.OutputIncomplete as error:
            print(f"no answer ({error.reason}), only: {error.partial.output_text!r}" if error.partial else error)


if __name__ == "__main__":
    with server() as url:
        asyncio.run(main(url))
