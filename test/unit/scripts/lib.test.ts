import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cached } from '../../../scripts/lib/cache.mjs';
import { unzipOne } from '../../../scripts/lib/zip.mjs';
import { count } from '../../../scripts/tasks/kinds/vitest.ts';

describe('cached', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'kube-anatomy-cache-'));
    vi.stubEnv('KUBE_ANATOMY_CACHE', root);
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('fills a folder once, also when two ask for it at the same time', async () => {
    let gate = (): void => {};
    const opened = new Promise<void>((resolve) => {
      gate = resolve;
    });
    const fill = (text: string) => async (dir: string) => {
      await opened;
      writeFileSync(path.join(dir, 'file'), text);
    };
    const both = Promise.all([cached('tool@1', fill('first')), cached('tool@1', fill('second'))]);
    gate();
    const [one, two] = await both;
    expect(one).toBe(two);
    expect(['first', 'second']).toContain(readFileSync(path.join(one, 'file'), 'utf8'));
    await cached('tool@1', () => Promise.reject(new Error('filled again')));
    expect(readdirSync(root)).toEqual(['tool@1']);
  });

  it('leaves nothing of a fill that failed, and tries again', async () => {
    await expect(cached('tool@1', () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(readdirSync(root)).toEqual([]);
    await cached('tool@1', () => {});
    expect(readdirSync(root)).toEqual(['tool@1']);
  });
});

/** A zip archive with one entry. */
function zip(name: string, content: Buffer, method: 0 | 8): Buffer {
  const data = method === 8 ? deflateRawSync(content) : content;
  const shared = Buffer.alloc(22);
  shared.writeUInt16LE(method, 4);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(data.length, 14);
  shared.writeUInt32LE(content.length, 18);
  const lengths = Buffer.from([name.length, 0, 0, 0]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, lengths, Buffer.from(name), data]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    shared,
    lengths,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

describe('unzipOne', () => {
  const content = Buffer.from('kubectl '.repeat(100));

  it.each([0, 8] as const)('reads an entry packed with method %s', (method) => {
    expect(unzipOne(zip('kubectl/kubectl', content, method), 'kubectl/kubectl')).toEqual(content);
  });

  it('says what is missing', () => {
    expect(() => unzipOne(zip('helm', content, 8), 'kubectl')).toThrow('no kubectl');
    expect(() => unzipOne(Buffer.alloc(100), 'kubectl')).toThrow('not a zip archive');
  });
});

describe('counting a Vitest report', () => {
  const report = { success: true, numPassedTests: 3, numFailedTests: 0, testResults: [] };

  it('takes the tests', () => {
    expect(count(report)).toEqual({ passed: 3, failed: 0 });
    expect(count({ ...report, success: false, numFailedTests: 2 })).toEqual({ passed: 3, failed: 2 });
  });

  it('counts a file that could not be loaded, and an error outside of every test', () => {
    const unloaded = { name: 'a.test.ts', status: 'failed', assertionResults: [] };
    expect(count({ ...report, success: false, testResults: [unloaded] })).toEqual({ passed: 3, failed: 1 });
    expect(count({ ...report, success: false })).toEqual({ passed: 3, failed: 1 });
  });
});
