// A pack is base64 of gzip of: the length of the JSON (4 bytes, little-endian), the JSON, columns, bytes of the body.
const ARRAYS = { d: Float64Array, I: Uint32Array, i: Int32Array, H: Uint16Array };

async function unpack(text) {
  const letters = atob(text);
  const packed = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) packed[at] = letters.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const raw = await new Response(stream).arrayBuffer();
  const length = new DataView(raw).getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(new Uint8Array(raw, 4, length)));
  const columns = {};
  for (const [name, [kind, at, count]] of Object.entries(told.columns)) {
    columns[name] = new ARRAYS[kind](raw, 4 + length + at, count);
  }
  const [at, size] = told.body;
  return { ...told.facts, columns, body: new Uint8Array(raw, 4 + length + at, size) };
}

const unpackAll = () =>
  Promise.all([...document.querySelectorAll("script.pack")].map((one) => unpack(one.textContent)));
