// How the program gets into other people's clients: by their own commands, and by `stripe-mcp setup`.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { claudeBinary, claudeQuiet, codexBinary, codexQuiet } from './agents.js';
import { run, shutIn } from './client.js';
import { program, simulator } from './program.js';

const slow = { timeout: 300_000 };
const connected = /^stripe: .* - \S+ Connected$/m;

/** Runs a command of a client that must succeed, and returns what it prints. */
async function say(t, env, ...command) {
  const { code, stdout, stderr } = await run(t, env, command);
  assert.equal(code, 0, stderr + stdout);
  return stdout;
}

test('claude mcp add', slow, async (t) => {
  const env = { ...(await shutIn(t)), ...claudeQuiet };
  await say(t, env, claudeBinary, 'mcp', 'add', '--scope', 'user', '--transport', 'stdio', 'stripe', '--', program, '--simulator');
  assert.match(await say(t, env, claudeBinary, 'mcp', 'list'), connected);
});

test('claude mcp list does not call a program connected that is not there', slow, async (t) => {
  const env = { ...(await shutIn(t)), ...claudeQuiet };
  await say(t, env, claudeBinary, 'mcp', 'add', '--scope', 'user', '--transport', 'stdio', 'stripe', '--', `${program}-that-is-not-there`);
  assert.doesNotMatch(await say(t, env, claudeBinary, 'mcp', 'list'), connected);
});

for (const [place, more] of Object.entries({
  'the home': () => ({}),
  'CLAUDE_CONFIG_DIR': ({ HOME }) => ({ CLAUDE_CONFIG_DIR: join(HOME, 'elsewhere') }),
})) {
  test(`setup puts an entry into Claude Code, in ${place}`, slow, async (t) => {
    const { address } = await simulator(t);
    const home = await shutIn(t);
    const env = { ...home, ...claudeQuiet, ...more(home) };
    execFileSync(program, ['setup', '--key-stdin', '--client', 'claude-code', '--yes'], {
      env: { ...env, STRIPE_MCP_API_BASE: address },
      input: 'sk_test_MadeUpForThisTest',
    });
    assert.match(await say(t, env, claudeBinary, 'mcp', 'list'), connected);
  });
}

test('codex mcp add', slow, async (t) => {
  const env = await shutIn(t);
  await mkdir(join(env.HOME, '.codex'));
  await writeFile(join(env.HOME, '.codex', 'config.toml'), codexQuiet);
  await say(t, env, codexBinary, 'mcp', 'add', 'stripe', '--', program, '--simulator');
  const [{ name, enabled, transport }] = JSON.parse(await say(t, env, codexBinary, 'mcp', 'list', '--json'));
  assert.deepEqual([name, enabled, transport.command, transport.args], ['stripe', true, program, ['--simulator']]);
});
