// Columns as the server packs them: numbers in base64, each worth 1 / per; the largest of a type is a missing one.
const TYPES = { u1: [Uint8Array, 255], u2: [Uint16Array, 65535], u4: [Uint32Array, 4294967295], i4: [Int32Array, 2147483647] };

function bytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text), made = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) made[i] = raw.charCodeAt(i);
  return made;
}
const whole = (column) => new TYPES[column.type][0](bytes(column.at).buffer);
function numbers(column) {
  const raw = whole(column), missing = TYPES[column.type][1], made = new Float64Array(raw.length);
  for (let i = 0; i < raw.length; i++) made[i] = raw[i] === missing ? NaN : raw[i] / column.per;
  return made;
}
// The incidents of /api/map with every column laid out: numbers with NaN where missing, and {of, at} for texts that repeat.
export function unpack(packed) {
  const made = { ...packed, id: packed.id ? packed.id.split("\n") : [] };
  for (const [name, column] of Object.entries(packed)) {
    if (!column || !column.type) continue;
    made[name] = column.of ? { ...column, at: whole(column) } : column.type === "u1" ? whole(column) : numbers(column);
  }
  made.n = made.id.length;
  return made;
}
