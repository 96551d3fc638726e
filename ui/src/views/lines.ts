// Whether a title takes one line or two in the list, without laying it out: the heights of a hundred thousand
// rows must be known before any of them is drawn.

const widths = new Map<string, number>();
let pen: CanvasRenderingContext2D | null | undefined;

/** The face of a title in the list, as CSS writes it. */
export const TITLE_FACE = '600 14.5px "Source Serif 4"';

/** Forgets what was measured: the faces have arrived. */
export function forgetWidths() {
  widths.clear();
}

/** Width of a text in CSS pixels, sign by sign (kerning left out). */
export function width(text: string): number {
  if (pen === undefined) pen = document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * 7.4;
  let sum = 0;
  for (const sign of text) {
    let one = widths.get(sign);
    if (one === undefined) {
      pen.font = TITLE_FACE;
      one = pen.measureText(sign).width;
      widths.set(sign, one);
    }
    sum += one;
  }
  return sum;
}

/** Index of the last offset that is not above `y`: `offsets` rise and begin with 0. */
export function rowAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
