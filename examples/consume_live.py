"""Read an answer while it is written: the text as it comes, then what the server said at its end.

python examples/consume_live.py [URL]
"""

import asyncio

import or_stream as ors
from stand_in import server


async def main(url: str) -> None:
    """Ask for a story and print it."""
    request = ors.models.CreateResponse(model="m", input="Tell me a story")
    async with ors.connect(url, request) as stream:
        async for event in stream:
            match event:
                case ors.OutputTextDelta(delta=text):
                    print(text, end="", flush=True)
                case ors.ErrorEvent(message=words):
                    print(f"\nerror: {words}")
                case _:
                    pass
        response = await stream.get_final_response()
    tokens = response.usage.output_tokens if response.usage else "?"
    print(f"\n{response.status}: {tokens} tokens, {stream.stats.events} events, {len(stream.diagnostics)} findings")


if __name__ == "__main__":
    with server() as url:
        asyncio.run(main(url))
