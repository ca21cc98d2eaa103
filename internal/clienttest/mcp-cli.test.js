// @wong2/mcp-cli against the program.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { entry, packageFolder, run, shutIn } from './client.js';
import { program, toolNames } from './program.js';

const cli = [process.execPath, join(packageFolder('@wong2/mcp-cli'), 'src', 'cli.js')];

/** Calls a tool as a script does, through a config file. */
async function call(t, tool, args) {
  const env = await shutIn(t);
  await writeFile(join(env.HOME, 'config.json'), JSON.stringify({ mcpServers: { stripe: entry(env) } }));
  return run(t, env, [...cli, '-c', 'config.json', 'call-tool', `stripe:${tool}`, '--args', JSON.stringify(args)]);
}

test('call-tool prints the answer', async (t) => {
  const { code, stdout, stderr } = await call(t, 'stripe_create_customer', { email: 'jenny@example.com' });
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);
  assert.match(result.structuredContent.id, /^cus_/);
  assert.equal(result.structuredContent.email, 'jenny@example.com');
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
});

test("call-tool prints a tool's error and still exits with 0", async (t) => {
  const { code, stdout, stderr } = await call(t, 'stripe_get_customer', { customer_id: 'cus_nobody' });
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);
  assert.equal(result.isError, true);
  assert.equal(JSON.parse(result.content[0].text.split('\n').at(-1)).error.outcome, 'failed');
});

test('call-tool exits with 1 for a tool that does not exist', async (t) => {
  const { code, stdout, stderr } = await call(t, 'stripe_refund', {});
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(JSON.parse(stderr).error, /stripe_refund/);
});

test('the menu offers all ten tools', { timeout: 60_000 }, async (t) => {
  // Without the dashes mcp-cli takes the flag for its own.
  const command = [...cli, program, '--', '--simulator'];
  const { code, stdout, stderr } = await run(t, await shutIn(t), command, (menu, stdin) => {
    if (toolNames.every((name) => menu.includes(`tool(${name})`)) && !stdin.writableEnded) {
      stdin.end('\x03'); // Ctrl-C leaves the menu
    }
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Connected, server capabilities: tools/);
  assert.match(stdout, /Pick a primitive/);
});
