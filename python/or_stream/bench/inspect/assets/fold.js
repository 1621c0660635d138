// How many entries of a sorted column, from `first` to `last`, do not exceed a value.
function upTo(column, value, first = 0, last = column.length) {
  while (first < last) {
    const middle = (first + last) >> 1;
    if (column[middle] <= value) first = middle + 1;
    else last = middle;
  }
  return first;
}

// The text after an event: of the last telling that had begun, the part that its last step had told.
function textAsOf(recording, text, event) {
  const { step_event: events, step_end: ends } = recording.columns;
  for (let at = text.tellings.length - 1; at >= 0; at--) {
    const telling = text.tellings[at];
    const step = upTo(events, event, telling.first, telling.last) - 1;
    if (step >= telling.first) return { text: telling.text.slice(0, ends[step]), telling: at };
  }
  return null;
}

function stateAsOf(recording, event) {
  let state = "nothing yet";
  for (const [at, name] of recording.states) if (at <= event) state = name;
  return state;
}
