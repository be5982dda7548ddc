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
