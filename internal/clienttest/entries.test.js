// How the program gets into other people's clients, and out again: by `stripe-mcp setup`, and by their own commands.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';

import { claude, codex, copilot, gemini, play } from './agents.js';
import { run, shutIn } from './client.js';
import { claudeCode, codexCLI, copilotCLI, geminiCLI, openCode, qwenCode } from './clients.js';
import { program, simulator, toolNames } from './program.js';

const slow = { timeout: 300_000 };
const agents = [claude, codex, copilot, gemini];
const none = /No MCP servers configured/; // each of them says so
const clients = [claudeCode, codexCLI, copilotCLI, geminiCLI, openCode, qwenCode];

/** A home where a client has its settings and does not know our server yet. */
async function home(t, client, more = {}) {
  const env = await shutIn(t);
  for (const [name, folder] of Object.entries(more)) env[name] = join(env.HOME, folder);
  await client.configure(env);
  return env;
}

/** Runs one of the client's own commands for servers, which must succeed, and returns what it prints. */
async function say(t, env, client, ...args) {
  const { code, stdout, stderr } = await run(t, { ...env, ...client.quiet }, [...client.command, ...args]);
  assert.equal(code, 0, stderr + stdout);
  return stripVTControlCharacters(stdout + stderr);
}

/** Fails unless the client starts our server and lists its tools. Where its own list does not try that, its model asks Stripe. */
async function connects(t, env, client) {
  const listed = await say(t, env, client, 'mcp', 'list');
  if (client.connected) return assert.deepEqual([...listed.matchAll(client.connected)].map(([, name]) => name), ['stripe'], listed);
  assert.match(listed, /\bstripe\b/);
  const agent = agents.find((agent) => agent.client === client);
  const { offered, told } = await play(t, agent, env, [['stripe_list_subscriptions', {}]]);
  assert.deepEqual(offered.toSorted(), toolNames.toSorted());
  assert.deepEqual(JSON.parse(told[0]).data, []);
}

/** Runs `stripe-mcp setup` with a key that the Stripe at an address accepts. */
async function setup(env, address, ...args) {
  const file = join(env.XDG_CONFIG_HOME, 'stripe-mcp', 'config.yaml');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `api_base: ${address}\n`);
  return execFileSync(program, ['setup', '--key-stdin', '--yes', ...args], { env, input: 'sk_test_MadeUpForThisTest', encoding: 'utf8' });
}

for (const client of clients) {
  for (const [place, more] of [['its home'], ...(client.home ? [[client.home, { [client.home]: 'elsewhere' }]] : [])]) {
    test(`setup puts an entry into ${client.name}, in ${place}, and takes it out again`, slow, async (t) => {
      const { address } = await simulator(t);
      const env = await home(t, client, more);
      await setup(env, address, '--client', client.name);
      await connects(t, env, client);
      execFileSync(program, ['setup', '--remove', '--client', client.name, '--yes'], { env });
      assert.match(await say(t, env, client, 'mcp', 'list'), none);
    });
  }

  test(`${client.name} adds the program by its own command`, slow, async (t) => {
    const env = await home(t, client);
    await say(t, env, client, ...client.add(program));
    await connects(t, env, client);
  });

  if (client.connected) {
    test(`${client.name} does not call a program connected that is not there`, slow, async (t) => {
      const env = await home(t, client);
      await say(t, env, client, ...client.add(`${program}-that-is-not-there`));
      assert.doesNotMatch(await say(t, env, client, 'mcp', 'list'), client.connected);
    });
  }
}

test('one setup and one key for three clients', slow, async (t) => {
  const { address } = await simulator(t);
  const env = await shutIn(t);
  const three = [claudeCode, codexCLI, geminiCLI];
  for (const client of three) {
    await client.configure(env);
    await mkdir(join(env.HOME, client.sign), { recursive: true });
  }
  const start = performance.now();
  const said = await setup(env, address);
  t.diagnostic(`setup took ${Math.round(performance.now() - start)} ms`);
  for (const client of three) assert.match(said, new RegExp(`^${client.name}: .*: entry written`, 'm'));
  for (const client of three) await connects(t, env, client);
});
