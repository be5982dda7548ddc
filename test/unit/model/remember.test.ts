import { describe, expect, it } from 'vitest';
import { byObject, byText } from '../../../src/model/remember.ts';

describe('what is remembered', () => {
  it('by text is made once, until there are too many', () => {
    const made: string[] = [];
    const upper = byText(2, (text) => {
      made.push(text);
      return { upper: text.toUpperCase() };
    });
    const a = upper('a');
    expect(a).toEqual({ upper: 'A' });
    upper('b');
    expect(upper('a')).toBe(a);
    upper('c');
    expect(upper('a')).not.toBe(a);
    expect(made).toEqual(['a', 'b', 'c', 'a']);
  });

  it('by text is not what could not be made', () => {
    let works = false;
    const read = byText(2, (text) => {
      if (!works) throw new Error(text);
      return text.length;
    });
    expect(() => read('four')).toThrow('four');
    works = true;
    expect(read('four')).toBe(4);
  });

  it('by object is made once for each, false included', () => {
    let asked = 0;
    const isBig = byObject((o: { n: number }) => {
      asked++;
      return o.n > 5;
    });
    const [small, big] = [{ n: 1 }, { n: 9 }];
    expect([isBig(small), isBig(small), isBig(big), isBig({ n: 9 })]).toEqual([false, false, true, true]);
    expect(asked).toBe(3);
  });
});
