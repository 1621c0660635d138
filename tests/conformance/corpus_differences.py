"""Where a recorded server contradicts itself: per stream the rule that decides, and the fields that differ.

`TERMINAL` compares what the events before the terminal one fold to with the terminal's own output, `ITEMS` with the
items of the stream's own `output_item.done`. A stream that is in neither table must agree in every field of every item.
Paths leave list positions out; `#len` is the length of a list.
"""

from typing import NamedTuple


class Difference(NamedTuple):
    """Why a stream's two tellings differ, and where."""

    rule: str
    why: str
    paths: set[str]


MCP_BACKFILL = (
    "responses/pydantic+pydantic-ai__openai_responses_model_mcp_list_tools_stream_backfills_missing_results__0.sse"
)

ENCRYPTED_ANEW = (
    "braintrustdata+braintrust-sdk-javascript__185048c552d20f4838b7d0b5c385fa998296f1030b50b3c6c5b452d1ba8f3755__0.sse",
    "braintrustdata+braintrust-sdk-javascript__1d4e39d53d3f64ab387ffb61d9e3e6297eeb9734f3784451f8b5fdb111b5cc26__0.sse",
    "braintrustdata+braintrust-sdk-javascript__2af2016a3bd9ff36aea48f27a59e6ffefa7398a356fb3d0fcf8474c3c5bdaf7e__0.sse",
    "braintrustdata+braintrust-sdk-javascript__3fda458e213dedc6dd4e8f582d90b6dd2e799d77eec8881923fa2dcb0e2ba457__0.sse",
    "braintrustdata+braintrust-sdk-javascript__40943f8da8a617e24e821031c1b78c1e752673c26434c4ad09cfe8a14bdf0ad4__0.sse",
    "braintrustdata+braintrust-sdk-javascript__57a23d9e8d0958da1239f982144e7ba54f15e2193111c22769f4d43964460da1__0.sse",
    "braintrustdata+braintrust-sdk-javascript__5fde20066e4ff7bbecc4d5a5bd6ac8b7535ee658934a261859e3235e4958eb95__0.sse",
    "braintrustdata+braintrust-sdk-javascript__80126006e3693b4f776fb7f49c96c6c41b9d6f5b4de3d4055f6fb1902f52a884__0.sse",
    "braintrustdata+braintrust-sdk-javascript__81b77efd2f7d10f1880975d62dd2f917576ab3c9b65bf1c9b0a0e91dd0c90b5e__0.sse",
    "braintrustdata+braintrust-sdk-javascript__85414e2813f6b0986a563776d10cf107220ac2ea7e5d4ec746eb1d9ecef33e14__0.sse",
    "braintrustdata+braintrust-sdk-javascript__a49f1d7e32b578cb058ad89e403bcb66965d5ce9b9a68671fac006eb4a0db30b__0.sse",
    "braintrustdata+braintrust-sdk-javascript__c66787aa2eb939f38949196e074b1a19015436113b204b3c75b9a7b97655fa2c__0.sse",
    "braintrustdata+braintrust-sdk-javascript__c82a014bf137232bd0fb02876821f303756ff1a8c8cbd5f87ce76c0863f5d03d__0.sse",
    "braintrustdata+braintrust-sdk-javascript__f98003b56b7e34b89173aca7aec6f467f9a025aff31f7c4e16a6f842ae16e5ec__0.sse",
    "braintrustdata+braintrust-sdk-javascript__fce6d6f7332b627d948407b65169d365040cb1a6ec72d8eb71787b06288d7388__0.sse",
    "braintrustdata+braintrust-sdk-javascript__flue-v1-latest.cassette__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_code_execution_return_image_stream__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_compact_stateful_mode_stream__2.sse",
    "pydantic+pydantic-ai__test_openai_responses_model_mcp_server_tool_stream__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_model_web_search_tool_stream__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_moderation_stream__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_phase_streamed_on_part_start__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_streaming_usage__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_thinking_part_iter__0.sse",
    "pydantic+pydantic-ai__test_openai_responses_thinking_with_code_execution_tool_stream__0.sse",
    "pydantic+pydantic-ai__test_run__0.sse",
    "vercel+ai__openai-compaction.1.chunks__0.sse",
    "vercel+ai__openai-reasoning-encrypted-content.1.chunks__0.sse",
)

TERMINAL = {
    **{
        f"responses/{name}": Difference("R7", "reasoning is encrypted anew for the terminal", {".encrypted_content"})
        for name in ENCRYPTED_ANEW
    },
    MCP_BACKFILL: Difference("R7", "the tools of an MCP server stand in no event but the terminal", {".tools#len"}),
    "responses/vercel+ai__github-copilot-id-rotation.1.chunks__0.sse": Difference(
        "R7", "a fresh id on every event, the terminal's included (R-a)", {".id"}
    ),
    "responses/vercel+ai__programmatic-tool-calling.1.chunks__0.sse": Difference(
        "R7", "encrypted content and fingerprint are made anew for the terminal", {".encrypted_content", ".fingerprint"}
    ),
    "vllm/responses/leseb+agentic-api__function-call-vllm-gemma4__0.sse": Difference(
        "R7", "the terminal has no output: what was folded stays (R-l)", {"#len"}
    ),
    "vllm/responses/leseb+agentic-api__reasoning-single-Qwen-Qwen3-30B-A3B-FP8-streaming__0.sse": Difference(
        "R7",
        "vLLM names the items anew in its terminal, and item.done had fields of another item type",
        {".id", ".status", ".summary"},
    ),
    "vllm/responses/leseb+agentic-api__reasoning-single-openai-gpt-oss-20b-streaming__0.sse": Difference(
        "R7", "vLLM names the items anew in its terminal; the streamed ones share one id (R-g)", {".id", ".status"}
    ),
    "vllm/responses/leseb+agentic-api__text-only-vllm-gemma4__0.sse": Difference(
        "R7", "the terminal has no output: what was folded stays (R-l)", {"#len"}
    ),
    "vllm/responses/leseb+agentic-api__tool-call-auto-Qwen-Qwen3-30B-A3B-FP8-streaming__0.sse": Difference(
        "R7",
        "vLLM names items and calls anew in its terminal; the streamed call_id is the one to answer",
        {".call_id", ".id", ".summary"},
    ),
    "vllm/responses/leseb+agentic-api__tool-call-named-Qwen-Qwen3-30B-A3B-FP8-streaming__0.sse": Difference(
        "R7", "as above", {".call_id", ".id"}
    ),
    "vllm/responses/leseb+agentic-api__tool-call-none-Qwen-Qwen3-30B-A3B-FP8-streaming__0.sse": Difference(
        "R7", "vLLM names the items anew in its terminal", {".id", ".summary"}
    ),
    "vllm/responses/leseb+agentic-api__tool-call-required-Qwen-Qwen3-30B-A3B-FP8-streaming__0.sse": Difference(
        "R7", "as above, and the arguments are written with other spaces", {".arguments", ".call_id", ".id"}
    ),
}

ITEMS = {
    MCP_BACKFILL: Difference(
        "R2",
        "two tool lists are announced and never done",
        {"#len", ".content", ".id", ".role", ".server_label", ".status", ".tools", ".tools#len", ".type"},
    ),
}
