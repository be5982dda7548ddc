import type { Authorizer } from '../../authz/attributes.ts';
import type { Plugin, Review } from '../chain.ts';
import type { Hook, Hooks } from './hooks.ts';
import { isExempt } from './match.ts';

/** What the two plugins that ask webhooks have in common. */
export abstract class Asking implements Plugin {
  abstract readonly name: string;
  private readonly all: Hooks;
  private readonly which: 'mutating' | 'validating';
  protected readonly authorizer: Authorizer;

  constructor(all: Hooks, which: 'mutating' | 'validating', authorizer: Authorizer) {
    this.all = all;
    this.which = which;
    this.authorizer = authorizer;
  }

  protected get hooks(): readonly Hook[] {
    return this.all[this.which];
  }

  handles(r: Review): boolean {
    return this.hooks.length > 0 && !isExempt(r) && r.ctx.calls !== undefined;
  }
}
