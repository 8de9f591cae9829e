// Makes of a text that packing.py wrote the data that it was given, and rings of a topology.

/** Returns (as a promise) what was packed: objects, lists, texts, numbers, typed arrays. */
async function unpack(text) {
  const binary = atob(text.trim());
  const deflated = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) deflated[i] = binary.charCodeAt(i);
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());

  let at = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  // Every key on the way is the object's own, "__proto__" too: JSON.parse has put it there.
  const change = (path, change) => {
    const parent = path.slice(0, -1).reduce((inner, key) => inner[key], header);
    const key = path[path.length - 1];
    parent[key] = change(parent[key]);
  };
  for (const line of header.arrays) {
    const content = bytes.slice(at, at + line.bytes);
    at += line.bytes;
    change(["tree", ...line.path], () => arrayOf(line, content));
  }
  for (const path of header.topologies) change(["tree", ...path], topologyOf);
  for (const [path, first] of header.same) {
    change(["tree", ...path], () => first.reduce((inner, key) => inner[key], header.tree));
  }
  return header.tree;
}

/** Returns the array that a line of the header tells of: of numbers, or a list of codes. */
function arrayOf(line, content) {
  if (line.as === "floats") return new Float64Array(content.buffer);
  const whole = wholeNumbers(line, content);
  if (line.codes) {
    return Array.from(whole, (number) => number.toString(36).toUpperCase().padStart(line.codes, "0"));
  }
  if (line.decimals === undefined) return whole;
  const scale = 10 ** line.decimals;
  return Float64Array.from(whole, (number) => (number === line.missing ? NaN : number / scale));
}

function wholeNumbers(line, content) {
  const { count } = line;
  const numbers = new Int32Array(count);
  if (line.as === "fours") { // four in a byte
    for (let i = 0; i < count; i++) numbers[i] = (content[i >> 2] >> (2 * (i & 3))) & 3;
    return numbers;
  }
  // The lowest byte of all, then the next; in a number, the sign is the last bit.
  for (let at = 0, shift = 0; at < content.length; at += count, shift += 8) {
    for (let i = 0; i < count; i++) numbers[i] |= content[at + i] << shift;
  }
  let before = 0;
  const summed = line.as === "steps" ? -1 : 0;
  for (let i = 0; i < count; i++) {
    before = ((numbers[i] >>> 1) ^ -(numbers[i] & 1)) + (before & summed);
    numbers[i] = before;
  }
  return numbers;
}

/** Returns a topology put together from its parts (see packing.py). */
function topologyOf({ codes, grid, sizes, left, beyond, ranks, xJumps, xSteps, yJumps, ySteps }) {
  const starts = new Int32Array(sizes.length + 1);
  for (let arc = 0; arc < sizes.length; arc++) starts[arc + 1] = starts[arc] + sizes[arc];
  const count = starts[sizes.length];
  const whole = { codes, grid, x: new Int32Array(count), y: new Int32Array(count), starts, left,
    right: left.map((rank, arc) => (beyond[arc] ? rank + beyond[arc] : -1)),
    ranks: new Uint8Array(count) };
  let x = 0, y = 0, step = 0, inner = 0;
  for (let arc = 0, at = 0; arc < sizes.length; arc++) {
    x += xJumps[arc];
    y += yJumps[arc];
    for (const end = starts[arc + 1]; ; step++) {
      whole.x[at] = x;
      whole.y[at] = y;
      if (at > starts[arc] && at < end - 1) whole.ranks[at] = ranks[inner++];
      if (++at === end) break;
      x += xSteps[step];
      y += ySteps[step];
    }
  }
  return whole;
}

/**
 * Returns for each territory of a topology its rings, each a list of [arc, forward]: the border is
 * the arcs with the territory on their left, walked forward, and those with it on their right,
 * walked back, each beginning where another ends.
 */
function ringsOf(topology) {
  const { codes, x, y, starts, left, right } = topology;
  const sides = codes.map(() => []);
  for (let arc = 0; arc < left.length; arc++) {
    if (left[arc] >= 0) sides[left[arc]].push([arc, true]);
    if (right[arc] >= 0) sides[right[arc]].push([arc, false]);
  }
  const first = ([arc, forward]) => (forward ? starts[arc] : starts[arc + 1] - 1);
  const last = ([arc, forward]) => (forward ? starts[arc + 1] - 1 : starts[arc]);
  const same = (one, other) => x[one] === x[other] && y[one] === y[other];
  return sides.map((rest) => {
    const rings = [];
    while (rest.length) {
      const ring = [rest.pop()];
      const begin = first(ring[0]);
      for (let end = last(ring[0]); !same(end, begin); end = last(ring[ring.length - 1])) {
        const next = rest.findIndex((side) => same(first(side), end));
        if (next < 0) break; // a topology that is broken: what there is of the ring
        ring.push(rest[next]);
        rest[next] = rest[rest.length - 1];
        rest.pop();
      }
      rings.push(ring);
    }
    return rings;
  });
}
