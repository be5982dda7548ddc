// What is wrong with an object as a whole, beyond its shape. Words are those of the recorded API server.
import { schemaForKind } from '../../model/schema.ts';
import { matches, selectorOf } from '../../model/selectors.ts';
import { templatePath } from '../../model/templates.ts';
import type { PlainObject } from '../plain.ts';
import { writtenString } from '../scalar.ts';
import { labelsOf, selectorFrom } from '../workspace/selector.ts';
import { checkPodSpec } from './pods.ts';
import { duplicates, itemsOf, recordOf, type Subject } from './subject.ts';

/** Kinds whose selector has to match their own template. */
const SELECTING = /^apps\/v1 (Deployment|ReplicaSet|StatefulSet|DaemonSet)$/;

/** @param patch whether this may be a part that is merged into another object, so that what is missing proves nothing. */
export function checkObject(subject: Subject, patch: boolean): void {
  const { value, apiVersion, kind } = subject;
  const id = `${apiVersion} ${kind}`;
  checkName(subject);
  if (id === 'v1 Service') checkService(subject, patch);
  if (id === 'v1 Pod') podSpec(subject, value, '', [], patch);
  const path = templatePath(apiVersion, kind);
  if (!path) return;
  let template: PlainObject | undefined = value;
  for (const field of path) template = recordOf(template?.[field]);
  if (!template) return;
  const spec = recordOf(value.spec) ?? {};
  const claims = itemsOf(spec.volumeClaimTemplates).map(([, claim]) => String(recordOf(claim.metadata)?.name ?? ''));
  podSpec(subject, template, `${path.join('.')}.`, claims, patch);
  if (/^batch\/v1 /.test(id) && !patch) checkRestart(subject, template, `${path.join('.')}.spec.restartPolicy`);
  if (SELECTING.test(id) && !patch) checkSelector(subject, spec, template);
}

function podSpec(subject: Subject, holder: PlainObject, path: string, claims: readonly string[], patch: boolean): void {
  const spec = recordOf(holder.spec);
  if (spec) checkPodSpec(subject, spec, `${path}spec`, claims, patch);
}

/** kube-apiserver names a LimitRange itself. */
const NAMELESS = /Review$|^(LimitRange|Binding|Eviction|Scale|TokenRequest|DeleteOptions|Status)$/;

/** Every object that is stored needs a name; reviews and the like are requests. */
function checkName(subject: Subject): void {
  if (!schemaForKind(subject.apiVersion, subject.kind) || NAMELESS.test(subject.kind)) return;
  const metadata = recordOf(subject.value.metadata);
  if (subject.value.metadata !== undefined && !metadata) return;
  if (metadata && ('name' in metadata || 'generateName' in metadata)) return;
  subject.atKey(subject.value, metadata ? 'metadata' : 'kind', {
    family: 'required',
    severity: 'error',
    message: `This ${subject.kind} has no name.`,
    component: 'kube-apiserver',
    words: 'metadata.name: Required value: name or generateName is required',
  });
}

/** A Job wants its pods to end, so the default, Always, will not do. */
function checkRestart(subject: Subject, template: PlainObject, path: string): void {
  const spec = recordOf(template.spec);
  if (!spec) return;
  const { restartPolicy } = spec;
  const wanted = '"OnFailure", "Never"';
  if (restartPolicy === undefined || restartPolicy === '') {
    subject.atKey(template, 'spec', {
      family: 'required',
      severity: 'error',
      message: 'A Job’s pods need a `restartPolicy`: `OnFailure` or `Never`.',
      component: 'kube-apiserver',
      words: `${path}: Required value: valid values: ${wanted}`,
    });
  } else if (restartPolicy === 'Always') {
    subject.atValue(spec, 'restartPolicy', {
      family: 'enum',
      severity: 'error',
      message: 'Pods that are always restarted never end, and a Job wants them to.',
      component: 'kube-apiserver',
      words: `${path}: Unsupported value: "Always": supported values: ${wanted}`,
      replacement: { title: 'Change to OnFailure', text: 'OnFailure' },
    });
  }
}

const LABEL = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function checkSelector(subject: Subject, spec: PlainObject, template: PlainObject): void {
  const given = recordOf(spec.selector);
  const metadata = template.metadata === undefined ? {} : recordOf(template.metadata);
  const selector = given && selectorFrom(given, false);
  if (!given || !selector || !metadata) return;
  const written = metadata.labels === undefined ? {} : recordOf(metadata.labels);
  if (!written || Object.values(written).some((label) => typeof label !== 'string')) return;
  const labels = labelsOf(written);
  const terms = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0);
  if (terms === 0) {
    subject.atKey(spec, 'selector', {
      family: 'selector',
      severity: 'error',
      message: `An empty selector would take every pod of the namespace.`,
      component: 'kube-apiserver',
      words: `spec.selector: Invalid value: {}: empty selector is invalid for ${subject.kind.toLowerCase()}`,
    });
    return;
  }
  const values = Object.values(selector.matchLabels ?? {});
  // A value that no label can have is refused by itself.
  if (matches(selectorOf(selector), labels) || !values.every((value) => LABEL.test(value))) return;
  const shown = Object.keys(labels).length === 0 && metadata.labels === undefined ? 'null' : sorted(labels);
  // One label that differs is most often a slip in the template.
  const wrong = Object.entries(selector.matchLabels ?? {}).filter(([key, value]) => labels[key] !== value);
  const [key = '', value = ''] = wrong[0] ?? [];
  const fixed = wrong.length === 1 && key in written ? subject.reader.valueNode(written, key) : undefined;
  subject.atKey(spec, 'selector', {
    family: 'selector',
    severity: 'error',
    message: 'The selector does not match the labels of the template: the pods would not be its own.',
    component: 'kube-apiserver',
    words: `spec.template.metadata.labels: Invalid value: ${shown}: \`selector\` does not match template \`labels\``,
    ...(fixed && {
      replacement: { title: `Change the template’s label to ${value}`, text: writtenString(value), of: fixed },
    }),
  });
}

function sorted(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(labels, Object.keys(labels).sort());
}

function checkService(subject: Subject, patch: boolean): void {
  const spec = recordOf(subject.value.spec);
  const ports = itemsOf(spec?.ports);
  if (!spec || spec.type === 'ExternalName') return;
  const none =
    spec.ports === undefined || spec.ports === null || (Array.isArray(spec.ports) && spec.ports.length === 0);
  if (none && !patch && spec.clusterIP !== 'None') {
    subject.atKey(subject.value, 'spec', {
      family: 'required',
      severity: 'error',
      message: 'A Service needs a port, unless it is headless or another name for something outside.',
      component: 'kube-apiserver',
      words: 'spec.ports: Required value',
    });
  }
  duplicates(subject, ports, 'spec.ports', 'name', 'port');
  for (const [index, port] of ports) {
    if (ports.length > 1 && port.name === undefined) {
      subject.atValue(spec.ports as object, index, {
        family: 'required',
        severity: 'error',
        message: 'Of several ports each needs a name.',
        component: 'kube-apiserver',
        words: `spec.ports[${index}].name: Required value`,
      });
    }
  }
}
