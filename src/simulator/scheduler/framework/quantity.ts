// Quantities as whole numbers, rounded up, which is how scheduling counts.
import { milliOf, parseQuantity, type Quantity, unitsOf } from '../../../model/quantity.ts';

function read(text: string | number): Quantity {
  const q = parseQuantity(text);
  if (q !== undefined) return q;
  throw new Error(`"${text}" is not a quantity: write a number with an optional suffix, such as 500m, 2 or 1Gi`);
}

/** In whole units. Throws on what is not a quantity. */
export function wholeValue(text: string | number): number {
  return unitsOf(read(text));
}

/** In thousandths: `250m` is 250. Throws on what is not a quantity. */
export function milliValue(text: string | number): number {
  return milliOf(read(text));
}
