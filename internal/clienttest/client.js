// What every test of a client needs: a home of its own with a way out that is shut, the client's run, and servers on loopback.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { emptyHome, program } from './program.js';

/** Where npm installs. */
export const modules = join(import.meta.dirname, 'node_modules');

/** The folder of an installed package. It throws for one that npm has left out. */
export function packageFolder(name) {
  const folder = join(modules, name);
  assert.ok(existsSync(folder), `npm has not installed ${name}`);
  return folder;
}

/** Listens on loopback until the test has ended, and returns the address. */
export async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * Returns the environment of a client that knows no home but this or an empty one, and no network but this machine. Its proxy
 * refuses everything, and the test fails if the client has asked it for anything.
 */
export async function shutIn(t, home) {
  home ??= await emptyHome(t);
  const wanted = [];
  const wall = createServer((request, response) => {
    wanted.push(request.url);
    response.writeHead(403).end();
  });
  wall.on('connect', (request, socket) => {
    wanted.push(request.url);
    socket.on('error', () => {}); // the client may have gone already
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const proxy = await listen(t, wall);
  t.after(() => assert.deepEqual(wanted, [], 'the client wanted to leave this machine'));
  return { ...home, PATH: process.env.PATH, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1,localhost' };
}

/** The entry of the program in a client's configuration. It shares its state with what runs in env. */
export function entry(env) {
  const own = Object.entries(env).filter(([name]) => /^(HOME$|XDG_|STRIPE_MCP_)/.test(name));
  return { command: program, args: ['--simulator'], env: Object.fromEntries(own) };
}

/** Runs a client to its end. Each time it writes to stdout, watch gets all of that so far, and its stdin. */
export async function run(t, env, [command, ...args], watch) {
  const child = spawn(command, args, {
    cwd: env.HOME,
    env,
    stdio: [watch ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    signal: t.signal, // nothing stays behind when the test runs out of time
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
    watch?.(stdout, child.stdin);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
