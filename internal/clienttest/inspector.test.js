// The MCP Inspector against the program: its strict check of the tools, and calls, in each era of the protocol.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { packageFolder, run, shutIn } from './client.js';
import { program, toolNames } from './program.js';

const launcher = join(packageFolder('@modelcontextprotocol/inspector'), 'clients', 'launcher', 'build', 'index.js');

/** Runs the Inspector's command line. Returns its exit code, its answer and the words that it has beside it. */
async function inspect(t, era, ...flags) {
  const command = [process.execPath, launcher, '--cli', '--protocol-era', era, '--format', 'json', ...flags];
  const { code, stdout, stderr } = await run(t, await shutIn(t), [...command, program, '--', '--simulator']);
  return { code, answer: JSON.parse(stdout), stderr };
}

for (const era of ['legacy', 'modern']) {
  test(`${era}: the strict check finds nothing`, { timeout: 120_000 }, async (t) => {
    const { code, answer, stderr } = await inspect(t, era, '--method', 'tools/list', '--strict');
    assert.equal(code, 0, stderr);
    assert.deepEqual(answer.result.tools.map(({ name }) => name), toolNames);
    assert.deepEqual(answer.schemaFindings ?? [], []);
    assert.equal(stderr, '');
  });

  test(`${era}: a call that succeeds`, { timeout: 120_000 }, async (t) => {
    const args = JSON.stringify({ email: 'jenny@example.com' });
    const { code, answer } = await inspect(t, era, '--method', 'tools/call', '--tool-name', 'stripe_create_customer', '--tool-args-json', args);
    assert.equal(code, 0);
    assert.equal(answer.result.structuredContent.email, 'jenny@example.com');
  });

  test(`${era}: a call that fails is the tool's error, not the protocol's`, { timeout: 120_000 }, async (t) => {
    const args = JSON.stringify({ customer_id: 'cus_nobody' });
    const { code, answer } = await inspect(t, era, '--method', 'tools/call', '--tool-name', 'stripe_get_customer', '--tool-args-json', args);
    assert.equal(code, 5); // its code for a tool's error
    assert.match(answer.result.content[0].text, /^failed: No such customer/);
  });
}
