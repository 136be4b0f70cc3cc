// Colours with enough contrast, from one brand colour that its owner chose without thinking of contrast.
// Formulas: WCAG 2.2, "relative luminance" and "contrast ratio"; AA asks 4.5 for text and 3 for controls.

type Rgb = [number, number, number];

function parse(hex: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function format(rgb: Rgb): string {
  return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 to 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(parse(a)), luminance(parse(b))].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** White or near-black, whichever reads better on `background`; one of them always passes AA. */
export function textOn(background: string): string {
  return contrast(background, '#ffffff') >= 4.5 ? '#ffffff' : contrast(background, '#111111') >= 4.5 ? '#111111' : '#000000';
}

/** `colour` moved towards black or white until it stands out from `background` by `ratio`. */
export function readable(colour: string, background: string, ratio: number): string {
  const target: Rgb = luminance(parse(background)) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  const from = parse(colour);
  for (let step = 0; step <= 20; step++) {
    const mixed = format(from.map((channel, i) => channel + ((target[i] as number) - channel) * (step / 20)) as Rgb);
    if (contrast(mixed, background) >= ratio) return mixed;
  }
  return format(target);
}

/** `share` of `colour` laid over `background`. */
export function tint(colour: string, background: string, share: number): string {
  const over = parse(colour);
  return format(parse(background).map((channel, i) => channel + ((over[i] as number) - channel) * share) as Rgb);
}
