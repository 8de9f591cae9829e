// Which of many points are told one by one at a zoom, and which together, as a number in a circle.

const DEEPEST = 18; // the last zoom with clusters of its own
const DOT = 5; // radius, pixels
const FEW = 4; // so many points or fewer are drawn one by one, if no two of them touch

/** How near two marks may come before they are one (pixels): less where streets can be told. */
function nearest(zoom) {
  return Math.min(56, 140 - 7 * zoom);
}

/**
 * The clusters of each zoom. What is one cluster at a zoom is one cluster at all zooms above it:
 * they form a tree, built from the points up. The points of a cluster stand side by side in
 * `order`, so that a cluster is told by where its points start and how many they are.
 */
class ClusterTree {
  /** `x`, `y`: pixels of the world at zoom 0; `points`: the ranks of those to cluster. */
  constructor(x, y, points) {
    Object.assign(this, { x, y, levels: [] });
    let level = {
      x: Float64Array.from(points, (i) => x[i]),
      y: Float64Array.from(points, (i) => y[i]),
      count: new Int32Array(points.length).fill(1),
    };
    const single = level;
    for (let zoom = DEEPEST; zoom >= 0; zoom--) {
      level = merged(level, nearest(zoom) / 2 ** zoom);
      this.levels[zoom] = level;
    }
    level.parent = new Int32Array(level.count.length);
    let above = { start: Int32Array.of(0) };
    for (const each of [...this.levels, single]) {
      handOut(above, each);
      above = each;
    }
    this.order = new Int32Array(points.length);
    single.start.forEach((start, i) => { this.order[start] = points[i]; });
  }

  /** What to draw at a zoom: `dots`, ranks of points, and `clusters`; `box` leaves out the rest. */
  marks(zoom, box = null) {
    const level = this.levels[Math.max(0, Math.min(DEEPEST, Math.floor(zoom)))];
    const { x, y, count, start } = level;
    const room = ((2 * DOT + 1) / 2 ** zoom) ** 2;
    const [dots, clusters] = [[], []];
    for (let i = 0; i < count.length; i++) {
      if (box && (x[i] < box.left || x[i] > box.right || y[i] < box.top || y[i] > box.bottom)) continue;
      const points = this.order.subarray(start[i], start[i] + count[i]);
      if (count[i] <= FEW && this.areApart(points, room)) dots.push(...points);
      else clusters.push({ x: x[i], y: y[i], points });
    }
    clusters.sort((one, other) => one.points.length - other.points.length); // large ones on top
    return { dots, clusters };
  }

  areApart(points, squared) {
    for (let a = 1; a < points.length; a++) {
      for (let b = 0; b < a; b++) {
        const [i, j] = [points[a], points[b]];
        if ((this.x[i] - this.x[j]) ** 2 + (this.y[i] - this.y[j]) ** 2 < squared) return false;
      }
    }
    return true;
  }
}

/**
 * Put together what is nearer than `radius` to the first of a group that no group has taken; the
 * middle of a group is that of its points. Sets `parent` of what is below: the rank of its group.
 */
function merged(below, radius) {
  const { x, y, count } = below;
  const size = count.length;
  const grid = new HashGrid(x, y, 4 * radius); // few discs then touch more than one cell
  const parent = new Int32Array(size).fill(-1);
  const group = { x: new Float64Array(size), y: new Float64Array(size), count: new Int32Array(size) };
  let groups = 0;
  for (let i = 0; i < size; i++) {
    if (parent[i] >= 0) continue;
    let [sumX, sumY, sum] = [0, 0, 0];
    const [east, south] = [grid.cell(x[i] + radius), grid.cell(y[i] + radius)];
    for (let column = grid.cell(x[i] - radius); column <= east; column++) {
      for (let row = grid.cell(y[i] - radius); row <= south; row++) {
        for (let j = grid.first[grid.key(column, row)]; j >= 0; j = grid.next[j]) {
          if (parent[j] >= 0 || (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 > radius * radius) continue;
          parent[j] = groups;
          sumX += x[j] * count[j];
          sumY += y[j] * count[j];
          sum += count[j];
        }
      }
    }
    group.x[groups] = sumX / sum;
    group.y[groups] = sumY / sum;
    group.count[groups++] = sum;
  }
  below.parent = parent;
  for (const key of ["x", "y", "count"]) group[key] = group[key].slice(0, groups);
  return group;
}

/** Lists of what is in each cell of a grid; cells far apart may share a list. */
class HashGrid {
  constructor(x, y, width) {
    this.width = width;
    this.mask = 2 ** Math.ceil(Math.log2(2 * x.length + 1)) - 1;
    this.first = new Int32Array(this.mask + 1).fill(-1);
    this.next = new Int32Array(x.length);
    for (let i = x.length - 1; i >= 0; i--) {
      const key = this.key(this.cell(x[i]), this.cell(y[i]));
      this.next[i] = this.first[key];
      this.first[key] = i;
    }
  }

  cell(place) {
    return Math.floor(place / this.width);
  }

  key(column, row) {
    return (Math.imul(column, 73856093) ^ Math.imul(row, 19349663)) & this.mask;
  }
}

/** Give the groups below their part of the places that their group above has in the order. */
function handOut(above, below) {
  const free = above.start.slice();
  below.start = below.parent.map((parent, i) => {
    free[parent] += below.count[i];
    return free[parent] - below.count[i];
  });
}
