"""The OpenAI SDK: its client sends the request, and the answer is our stream; or its own stream reads by our decoder.

`answers` has `stream`, which gives ours. `seam` has `use_decoder`, for programs that keep the SDK's stream.
"""

from .answers import Answer, AsyncAnswer, stream
from .seam import use_decoder

__all__ = ["Answer", "AsyncAnswer", "stream", "use_decoder"]
