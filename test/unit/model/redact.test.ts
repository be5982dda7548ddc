import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/model/redact.ts';

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 's',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"k":"aHVudGVyMg=="}}', other: 'kept' },
  },
  data: { password: 'aHVudGVyMg==' },
  stringData: { token: 'hunter2' },
};

describe('redaction', () => {
  it('hides every value of a Secret, and its copy in the annotation, but not the keys', () => {
    const text = JSON.stringify(redact(SECRET));
    expect(text).not.toMatch(/aHVudGVyMg|hunter2/);
    expect(text).toMatch(/password.*token|token.*password/s);
    expect(text).toContain('kept');
    expect(SECRET.data.password).toBe('aHVudGVyMg==');
  });

  it('reaches into lists, and into data that is no map', () => {
    const list = { apiVersion: 'v1', kind: 'List', metadata: {}, items: [SECRET, { ...SECRET, data: 'hunter2' }] };
    expect(JSON.stringify(redact(list))).not.toMatch(/aHVudGVyMg|hunter2/);
    const secrets = { apiVersion: 'v1', kind: 'SecretList', metadata: {}, items: [{ ...SECRET, kind: undefined }] };
    expect(JSON.stringify(redact(secrets as never))).not.toMatch(/aHVudGVyMg|hunter2/);
  });

  it('leaves other kinds as they are', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } };
    expect(redact(map)).toBe(map);
  });
});
