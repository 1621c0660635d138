"""Items by name, and the answers that many tests tell."""

from typing import Any

from .script import Answer, Item, Piece

# Items


def message(*pieces: Piece, id: str = "msg_01", phase: str | None = None) -> Item:  # noqa: A002 - the field's name
    """A message of the assistant."""
    return Item("message", id, {"role": "assistant", **({"phase": phase} if phase else {})}, pieces)


def text(words: str, step: int = 4, **more: Any) -> Piece:
    """An `output_text` part."""
    return Piece("output_text", words, step, **more)


def refusal(words: str, step: int = 4) -> Piece:
    """A `refusal` part."""
    return Piece("refusal", words, step)


def reasoning(
    thoughts: str = "",
    summary: str = "",
    *,
    id: str = "rs_01",  # noqa: A002 - the field's name
    encrypted: str | None = None,
) -> Item:
    """A reasoning item: thoughts in `content`, what may be shown of them in `summary`."""
    fixed = {"encrypted_content": encrypted} if encrypted else {}
    pieces = (Piece("reasoning_text", thoughts),) if thoughts else ()
    return Item("reasoning", id, fixed, pieces, (Piece("summary_text", summary),) if summary else ())


def function_call(name: str, arguments: str, *, id: str = "fc_01", call_id: str = "call_01") -> Item:  # noqa: A002
    """A call of one of the caller's functions."""
    return Item("function_call", id, {"call_id": call_id, "name": name}, streamed="arguments", text=arguments)


def mcp_call(name: str, arguments: str, *, id: str = "mcp_01") -> Item:  # noqa: A002
    """A call of a tool on an MCP server."""
    return Item("mcp_call", id, {"name": name, "server_label": "dice"}, streamed="arguments", text=arguments)


def custom_tool_call(name: str, words: str, *, id: str = "ctc_01") -> Item:  # noqa: A002
    """A call of a tool that takes free text."""
    return Item("custom_tool_call", id, {"call_id": "call_ctc", "name": name}, streamed="input", text=words)


def code_interpreter_call(code: str, *, id: str = "ci_01") -> Item:  # noqa: A002
    """Code that the server runs."""
    return Item("code_interpreter_call", id, {"container_id": "cntr_01", "outputs": None}, streamed="code", text=code)


def apply_patch_call(path: str, diff: str, *, id: str = "apc_01") -> Item:  # noqa: A002
    """A change to a file."""
    operation = {"type": "create_file", "path": path}
    return Item("apply_patch_call", id, {"call_id": "call_apc", "operation": operation}, streamed="diff", text=diff)


def shell_call(*commands: str, id: str = "sh_01") -> Item:  # noqa: A002
    """Commands for a shell."""
    return Item("shell_call", id, {"call_id": "call_sh"}, lines=commands)


def shell_call_output(*printed: str, id: str = "sho_01") -> Item:  # noqa: A002
    """What the commands printed."""
    return Item("shell_call_output", id, {"call_id": "call_sh"}, lines=printed)


def opaque(kind: str, *, id: str = "x_01", **fields: Any) -> Item:  # noqa: A002
    """An item of a kind that streams nothing: searches, compactions, `slug:name` items."""
    return Item(kind, id, fields)


# Answers

HELLO = Answer((message(text("Hello, world. How are you today?")),))

CITATION = {"type": "url_citation", "url": "https://example.org/a", "start_index": 0, "end_index": 5, "title": "A"}

AGENT = Answer(
    (
        reasoning("Two cities, so two calls.", "Looks up the weather."),
        message(text("Let me look that up. 日本語 <b>&</b> 🙂\n")),
        function_call("get_weather", '{"city": "Paris", "days": [1, 2]}', id="fc_01", call_id="call_01"),
        function_call("get_weather", '{"city": "Z\\u00fcrich"}', id="fc_02", call_id="call_02"),
    )
)

EVERYTHING = Answer(
    (
        reasoning("First I think.", "Thinks first.", id="rs_01", encrypted="b3BhcXVl"),
        opaque("web_search_call", id="ws_01", action={"type": "search", "query": "weather"}),
        message(
            text("See the sources.", annotations=(CITATION, {**CITATION, "title": "B"}), logprobs=True),
            refusal("But not that."),
            id="msg_01",
            phase="commentary",
        ),
        function_call("get_weather", '{"city": "Paris"}'),
        mcp_call("roll", '{"dice": "2d6"}'),
        custom_tool_call("write_sql", "SELECT * FROM users"),
        code_interpreter_call("print(6 * 7)\r\n"),
        shell_call("ls -l", "uname -a && echo 'done'"),
        shell_call_output("total 0\n", "Linux\n"),
        apply_patch_call("list.md", "+- [ ] Milk\n+- [ ] Bread\n"),
        opaque("compaction", id="cmp_01", encrypted_content="c3F1ZWV6ZWQ="),
        opaque("acme:trace", id="tr_01", span={"depth": 3}),
        message(text("Done."), id="msg_02", phase="final_answer"),
    ),
)
