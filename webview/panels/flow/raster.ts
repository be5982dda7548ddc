// A drawing as pixels: the SVG text that is exported otherwise, drawn by the browser onto a canvas.

/** Pixels for each CSS pixel, so that a slide can show it large. */
const SHARP = 2;
/** px: no side of a picture becomes longer. */
const LONGEST = 8_000;

/** Rejects where the browser cannot draw the text. */
export async function drawnOn(svg: string, width: number, height: number, sharp = SHARP): Promise<HTMLCanvasElement> {
  const scale = Math.min(sharp, LONGEST / Math.max(1, width, height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A PNG in base64. */
export async function pngOf(svg: string, width: number, height: number): Promise<string> {
  const canvas = await drawnOn(svg, width, height);
  const url = canvas.toDataURL('image/png');
  return url.slice(url.indexOf(',') + 1);
}

/** RGBA of a picture, cut or padded to these sides. */
export async function pixelsOf(svg: string, width: number, height: number): Promise<Uint8ClampedArray> {
  const drawn = await drawnOn(svg, width, height, 1);
  const data = drawn.getContext('2d', { willReadFrequently: true })?.getImageData(0, 0, width, height).data;
  if (!data) throw new Error('The browser gives no picture to draw on');
  return data;
}

/** Bytes in base64, in portions that a call can take. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8_192) text += String.fromCharCode(...bytes.subarray(i, i + 8_192));
  return btoa(text);
}
