// How the program gets into other people's clients, and out again: by `stripe-mcp setup`, and by their own commands.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** A home where a client has its settings, at a place of its own if place says so, and does not know our server yet. */
async function home(t, client, place) {
  const env = await shutIn(t);
  delete env.XDG_CONFIG_HOME; // as most people have it
  delete env.XDG_STATE_HOME;
  if (place) env[place] = join(env.HOME, 'elsewhere');
  await client.configure(env);
  return env;
}

/** Runs one of a client's own commands for servers, which must succeed, and returns what it prints. */
async function say(t, env, client, ...args) {
  const { code, stdout, stderr } = await run(t, { ...env, ...client.quiet }, [...client.command, ...args]);
  assert.equal(code, 0, stderr + stdout);
  return stripVTControlCharacters(stdout + stderr);
}

/** Fails unless the client starts our server, and no other. Where its own list does not try that, its model asks Stripe. */
async function connects(t, env, client) {
  if (client.connected) {
    const listed = await say(t, env, client, 'mcp', 'list');
    return assert.deepEqual([...listed.matchAll(client.connected)].map(([, name]) => name), ['stripe'], listed);
  }
  const agent = agents.find((agent) => agent.client === client);
  const { offered, told } = await play(t, agent, env, [['stripe_list_subscriptions', {}]]);
  assert.deepEqual(offered.toSorted(), toolNames.toSorted());
  assert.deepEqual(JSON.parse(told[0]).data, []);
}

/** Where the configuration of the program is. */
const configuration = (env) => join(env.HOME, 'stripe.yaml');

/** Runs `stripe-mcp setup` with a key for the Stripe at an address, and returns what it prints. */
async function setup(env, address, ...args) {
  await writeFile(configuration(env), `api_base: ${address}\n`);
  const command = ['setup', '--key-stdin', '--yes', '--config', configuration(env), ...args];
  return execFileSync(program, command, { env, input: 'sk_test_MadeUpForThisTest', encoding: 'utf8' });
}

for (const client of clients) {
  const options = { ...slow, skip: client.skip };

  test(`setup puts an entry into ${client.name}, and takes it out again`, options, async (t) => {
    const { address } = await simulator(t);
    const env = await home(t, client);
    await setup(env, address, '--client', client.name);
    assert.doesNotMatch(await say(t, env, client, 'mcp', 'list'), none);
    await connects(t, env, client);
    execFileSync(program, ['setup', '--remove', '--yes', '--config', configuration(env), '--client', client.name], { env });
    assert.match(await say(t, env, client, 'mcp', 'list'), none);
  });

  test(`setup finds ${client.name} where ${client.home} says`, options, async (t) => {
    const { address } = await simulator(t);
    const env = await home(t, client, client.home);
    await setup(env, address, '--client', client.name);
    await connects(t, env, client);
  });

  test(`${client.name} starts the server that its own command added, and none that is not there`, options, async (t) => {
    const env = await home(t, client);
    await say(t, env, client, ...client.add('stripe', program));
    await say(t, env, client, ...client.add('nobody', `${program}-that-is-not-there`));
    await connects(t, env, client);
  });
}

test('one setup with one key for three clients', slow, async (t) => {
  const { address } = await simulator(t);
  const three = [claudeCode, codexCLI, geminiCLI];
  const env = await home(t, claudeCode);
  for (const client of three.slice(1)) await client.configure(env);
  const start = performance.now();
  const said = await setup(env, address);
  t.diagnostic(`setup took ${Math.round(performance.now() - start)} ms`);
  assert.deepEqual(said.match(/^[\w-]+(?=: .*: entry written)/gm)?.toSorted(), three.map(({ name }) => name), said);
  const status = execFileSync(program, ['setup', '--status', '--json'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const found = JSON.parse(status).installed.map(({ client, mode, state }) => [client, mode, state]);
  assert.deepEqual(found.toSorted(), three.map(({ name }) => [name, 'TEST', 'ok']));
  for (const client of three) await connects(t, env, client);
});
