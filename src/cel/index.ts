// The Common Expression Language: parser, checker and evaluator, in the dialect of Kubernetes v1.36. What depends on a cluster
// (authorizer, formats, addresses, the variables of a policy) is added by whoever uses it.
import { LISTS } from './library/lists.ts';
import { LISTS_EXT } from './library/lists-ext.ts';
import { OPTIONALS } from './library/optionals.ts';
import { QUANTITIES, SEMVERS } from './library/quantities.ts';
import { STANDARD } from './library/standard.ts';
import { STRINGS } from './library/strings.ts';
import { JSON_PATCH, REGEX } from './library/texts.ts';
import { TIMES } from './library/times.ts';
import { URLS } from './library/urls.ts';

export {
  type Activation,
  compile,
  type Environment,
  environment,
  extended,
  functionTable,
  type Outcome,
  PER_CALL_LIMIT,
  type Program,
  type TypeProvider,
} from './env.ts';

/** Models k8s.io/apiserver/pkg/cel/environment/base.go, without what needs a cluster. */
export const BASE = [STANDARD, TIMES, OPTIONALS, STRINGS, LISTS, LISTS_EXT, REGEX, URLS, QUANTITIES, SEMVERS];
export { JSON_PATCH };
