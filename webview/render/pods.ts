// Pods in the drawing: each as a shape, with its name where there is room, or many of a kind as one shape and their number.
import type { Chip, Tally } from '../scene/chips.ts';
import { POD_SIGNS } from './icons.ts';
import { at, type Group, groups, sign } from './marks.ts';

export function drawChips(group: Group, chips: readonly Chip[]): void {
  const marks = groups(
    group,
    chips,
    (chip) => chip.key,
    (enter) => {
      enter.append('title');
      enter.append('rect').attr('class', 'plate');
      enter.append('circle').attr('class', 'halo').attr('cx', 8).attr('cy', 8).attr('r', 9).attr('opacity', 0);
      enter.append('g').attr('class', 'sign').attr('transform', 'translate(8,8)');
      enter.append('text').attr('class', 'name').attr('x', 22).attr('y', 12).attr('font-size', 11);
      enter.append('text').attr('class', 'word').attr('y', 12).attr('font-size', 10.5).attr('text-anchor', 'end');
    },
  );
  marks.attr('opacity', 1).attr('transform', (chip) => at(chip.at));
  marks.attr('class', (chip) => `chip l-${chip.look}${chip.current ? ' current' : ''}`);
  marks.select('title').text((chip) => chip.title);
  marks
    .select('.plate')
    .attr('x', (chip) => (chip.line ? -4 : -2))
    .attr('y', -3)
    .attr('height', 22)
    .attr('rx', 4)
    .attr('width', (chip) => (chip.line ? chip.line.w + 8 : 20));
  marks.select('.name').text((chip) => chip.line?.name ?? '');
  marks
    .select('.word')
    .attr('x', (chip) => (chip.line ? chip.line.w : 0))
    .text((chip) => chip.line?.word ?? '');
  sign(marks.select<SVGGElement>('.sign'), (chip) => POD_SIGNS[chip.look]);
}

export function drawTallies(group: Group, tallies: readonly Tally[]): void {
  const marks = groups(
    group,
    tallies,
    (tally) => tally.id,
    (enter) => {
      enter.append('title');
      const shape = enter.append('g').attr('class', 'sign').attr('transform', 'translate(8,8) scale(0.9)');
      sign(shape, (tally) => POD_SIGNS[tally.look]);
      enter.append('text').attr('x', 19).attr('y', 12).attr('font-size', 11);
    },
  );
  marks.attr('class', (tally) => `chip tally l-${tally.look}`).attr('transform', (tally) => at(tally.at));
  marks.select('title').text((tally) => tally.title);
  marks.select('text').text((tally) => tally.count);
}
