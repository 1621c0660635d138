"""Watch the arguments of a tool call grow, call the tool, and send its result back.

python examples/tool_arguments.py [URL]
"""

import json

import or_stream as ors
from or_stream.models import CreateResponse, FunctionCallOutput, FunctionTool, InputMessage
from stand_in import server

TOOL = FunctionTool(name="forecast", description="The weather of the next days", parameters={"type": "object"})


def forecast(city: str, days: list[int], unit: str) -> str:
    """The tool itself."""
    return f"{city}: {', '.join(f'day {day} 7 {unit}' for day in days)}"


def main(url: str) -> None:
    """Ask a question that needs the tool."""
    question = InputMessage(role="user", content="Do I need a coat in Bergen?")
    with ors.connect_sync(url, CreateResponse(model="m", input=[question], tools=[TOOL])) as stream:
        for event in stream:
            if isinstance(event, ors.FunctionCallArgumentsDelta) and event.item_id:
                print("so far:", stream.arguments(event.item_id).value)
        response = stream.get_final_response()

    results = [
        FunctionCallOutput(call_id=call.call_id, output=forecast(**json.loads(call.arguments)))
        for call in response.function_calls
    ]
    request = CreateResponse(model="m", input=[question, *response.as_input(), *results], tools=[TOOL])
    with ors.connect_sync(url, request) as stream:
        print(stream.get_final_text())


if __name__ == "__main__":
    with server() as url:
        main(url)
