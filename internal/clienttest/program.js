// The program under test: the built binary that STRIPE_MCP_BIN names, on its simulator and in a home of its own.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Absolute path of the program. */
export const program = process.env.STRIPE_MCP_BIN ?? '';
assert.ok(isAbsolute(program), 'STRIPE_MCP_BIN must be the absolute path of the built stripe-mcp');

/** The names of the tools, in the order in which they are listed. */
export const toolNames = JSON.parse(execFileSync(program, ['tools', '--json'], { env: {} })).tools.map((tool) => tool.name);

/**
 * Returns an environment with an empty home, where the program finds no configuration and may leave its state. It is gone
 * when the test has ended.
 */
export async function emptyHome(t) {
  const home = await mkdtemp(join(tmpdir(), 'stripe-mcp-client-'));
  t.after(() => rm(home, { recursive: true }));
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
  };
}

/** A loopback port that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts `stripe-mcp simulator`. Returns the address of its pages and its API, and the environment that shares its state. */
export async function simulator(t) {
  const env = { ...(await emptyHome(t)), STRIPE_MCP_SIMULATOR_ADDR: `127.0.0.1:${await freePort()}` };
  const child = spawn(program, ['simulator'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    child.kill();
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    assert.equal(code, 0);
  });
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes('Ctrl-C')) break;
  }
  const [, address] = /^ *pages +(http:\S+)\/$/m.exec(said);
  return { address, env };
}
