"""A LiteLLM callback that knows what every stream used, also one that broke or whose client left.

LiteLLM hands a proxy's stream to `async_post_call_streaming_iterator_hook` of each callback (run in the proxy of
LiteLLM 1.109; named in its config as `callbacks: litellm_callback.usage`). The tap reads each event as it passes and
makes nothing of it. As it stands this example needs no LiteLLM: it reads a stream of the stand-in in its place.

python examples/litellm_callback.py [URL]
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import or_stream as ors
from stand_in import server

if TYPE_CHECKING:
    CustomLogger: Any = object
else:
    try:
        from litellm.integrations.custom_logger import CustomLogger
    except ImportError:
        CustomLogger = object


class Usage(CustomLogger):
    """Tells what a stream used when it is over, however it ends."""

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: AsyncIterator[Any], request_data: dict[str, Any]
    ) -> AsyncIterator[Any]:
        """Read along."""
        tap = ors.Tap("usage")
        try:
            async for event in response:
                tap.feed_message(event if isinstance(event, str | bytes) else event.model_dump_json())
                yield event
        finally:
            tokens = tap.usage.output_tokens if tap.usage else "unknown"
            print(f"{request_data['model']}: {tap.finish()}, {tokens} tokens, {tap.deltas} deltas")


usage = Usage()


async def main(url: str) -> None:
    """Read a stream through the callback, as LiteLLM's proxy does."""
    request = {"model": "m", "input": "Tell me a story"}
    async with ors.connect(url, request) as stream:
        async for _ in usage.async_post_call_streaming_iterator_hook(None, (e.raw async for e in stream), request):
            pass


if __name__ == "__main__":
    with server() as url:
        asyncio.run(main(url))
