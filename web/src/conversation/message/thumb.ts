/** The blurred preview that stands where a picture will be: painted on a canvas, for the CSP allows no `data:` address. */
import { thumbHashToRGBA } from 'thumbhash';

/** For `{@attach}` on a canvas. */
export function blur(hash: string | null) {
  return (canvas: HTMLCanvasElement): void => {
    if (!hash) return;
    try {
      const bytes = Uint8Array.from(atob(hash), (sign) => sign.charCodeAt(0));
      const { w, h, rgba } = thumbHashToRGBA(bytes);
      canvas.width = w;
      canvas.height = h;
      canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
    } catch {
      // A broken preview is no preview.
    }
  };
}
