"""Two turns on one WebSocket, the second of which follows up on the first.

python examples/websocket_turns.py [URL]
"""

import asyncio

import or_stream as ors
from stand_in import server


async def main(url: str) -> None:
    """Ask twice on one connection."""
    async with ors.ResponsesWebSocket(url) as socket:
        async with socket.create({"model": "m", "input": "Tell me a story"}) as stream:
            async for text in stream.text_deltas():
                print(text, end="", flush=True)
        print(f"\n-- {socket.last_response_id}")
        async with socket.create({"model": "m", "input": "Go on"}, follow_up=True) as stream:
            response = await stream.get_final_response()
        print(f"{response.output_text}\n-- {response.id}, which follows {response.previous_response_id}")


if __name__ == "__main__":
    with server("websocket") as url:
        asyncio.run(main(url))
