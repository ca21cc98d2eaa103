// Other people's agents with a model that is a script on loopback: what it is offered, what it calls, and what it is then told.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';

import { entry, listen, packageFolder, run, shutIn } from './client.js';

/** Writes a file that a client reads. */
async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const named = (...events) => events.map((data) => `event: ${data.type}\n${event(data)}`).join('');

/** Where npm has put the program of Claude Code. */
export const claudeBinary = join(packageFolder(`@anthropic-ai/claude-code-${process.platform}-${process.arch}`), 'claude');

/** What keeps Claude Code from calling its makers, and makes it patient. */
export const claudeQuiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_TELEMETRY: '1',
  MCP_TIMEOUT: '120000', // a slow machine is no fault of the program's
};

/** Where npm has put the program of Codex: in a folder named after the machine's kind. */
const codexVendor = join(packageFolder(`@openai/codex-${process.platform}-${process.arch}`), 'vendor');
export const codexBinary = join(codexVendor, readdirSync(codexVendor)[0], 'bin', 'codex');

/** The lines of a configuration that keep Codex from calling its makers. */
export const codexQuiet = `
  analytics = { enabled = false }
  features = { apps = false, plugins = false, remote_plugin = false }`;

// Each agent says how it is run, and how one reads and writes the language of its model:
// start:   writes its configuration, and returns its command and the variables that it needs
// offered: the names of our tools in a request; undefined if the request has no tools, because it asks for a title, say
// told:    what the request says about the call before it
// call:    the model's answer that calls a tool
// done:    the model's answer that ends the turn

export const gemini = {
  name: 'Gemini CLI',
  async start(env, address) {
    const settings = {
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      security: { auth: { selectedType: 'gemini-api-key' } },
      mcpServers: { stripe: entry(env) },
    };
    await write(join(env.HOME, '.gemini', 'settings.json'), JSON.stringify(settings));
    const script = join(packageFolder('@google/gemini-cli'), 'bundle', 'gemini.js');
    return {
      command: [process.execPath, script, '--model', 'gemini-2.5-flash', '--yolo', '--prompt', 'Play the script.'],
      variables: {
        GEMINI_API_KEY: 'made-up',
        GEMINI_CLI_NO_RELAUNCH: 'true', // one process, which a signal reaches
        GEMINI_CLI_TRUST_WORKSPACE: 'true',
        GOOGLE_GEMINI_BASE_URL: address,
      },
    };
  },
  offered: ({ tools }) =>
    tools
      ?.flatMap((tool) => tool.functionDeclarations ?? [])
      .filter(({ name }) => name.startsWith('mcp_stripe_'))
      .map(({ name }) => name.slice('mcp_stripe_'.length)),
  told({ contents }) {
    const { response } = contents.at(-1).parts.find((part) => part.functionResponse).functionResponse;
    if (!response.error) return /^<untrusted_context>\n(.*)\n<\/untrusted_context>$/s.exec(response.output)[1];
    const [, parts] = / with response: (.*)$/s.exec(response.error) ?? [];
    if (!parts) return response.error; // the client's own words
    return JSON.parse(parts)[0].functionResponse.response.content?.[0].text ?? parts;
  },
  say: (part) => event({ candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }] }),
  call: (id, name, args) => gemini.say({ functionCall: { id, name: `mcp_stripe_${name}`, args } }),
  done: () => gemini.say({ text: 'Done.' }),
};

export const claude = {
  name: 'Claude Code',
  async start(env, address) {
    await write(join(env.HOME, 'mcp.json'), JSON.stringify({ mcpServers: { stripe: entry(env) } }));
    const flags = ['--mcp-config', 'mcp.json', '--strict-mcp-config', '--allowedTools', 'mcp__stripe'];
    return {
      command: [claudeBinary, ...flags, '--print', 'Play the script.'],
      variables: { ...claudeQuiet, ANTHROPIC_API_KEY: 'made-up', ANTHROPIC_BASE_URL: address, ENABLE_TOOL_SEARCH: 'false' },
    };
  },
  offered: ({ tools }) =>
    tools?.filter(({ name }) => name.startsWith('mcp__stripe__')).map(({ name }) => name.slice('mcp__stripe__'.length)),
  told({ messages }) {
    const { content } = messages.flatMap((message) => message.content).findLast(({ type }) => type === 'tool_result');
    return content.split('\n\n<system-reminder>')[0]; // the client's own words
  },
  say(id, block, delta, stopReason) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id, type: 'message', role: 'assistant', model: 'scripted', content: [], stop_reason: null, usage };
    return named(
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: stopReason }, usage },
      { type: 'message_stop' },
    );
  },
  call: (id, name, args) =>
    claude.say(
      `msg_${id}`, // messages with one id are one message to Claude Code
      { type: 'tool_use', id, name: `mcp__stripe__${name}`, input: {} },
      { type: 'input_json_delta', partial_json: JSON.stringify(args) },
      'tool_use',
    ),
  done: () => claude.say('msg_done', { type: 'text', text: '' }, { type: 'text_delta', text: 'Done.' }, 'end_turn'),
};

export const codex = {
  name: 'Codex',
  async start(env, address) {
    const { command, args, env: variables } = entry(env);
    const settings = `
      model = "scripted"
      model_provider = "scripted"
      approval_policy = "never"
      ${codexQuiet}
      [model_providers.scripted]
      name = "scripted"
      base_url = "${address}"
      wire_api = "responses"
      env_key = "SCRIPTED_KEY"
      [mcp_servers.stripe]
      command = ${JSON.stringify(command)}
      args = ${JSON.stringify(args)}
      default_tools_approval_mode = "approve"
      required = true
      startup_timeout_sec = 120
      [mcp_servers.stripe.env]
      ${Object.entries(variables).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join('\n')}`;
    await write(join(env.HOME, '.codex', 'config.toml'), settings);
    return {
      command: [codexBinary, 'exec', '--strict-config', '--skip-git-repo-check', 'Play the script.'],
      variables: { SCRIPTED_KEY: 'made-up' },
    };
  },
  offered: ({ tools }) => tools?.find(({ name }) => name === 'mcp__stripe')?.tools.map(({ name }) => name),
  told({ input }) {
    const { output } = input.findLast(({ type }) => type === 'function_call_output');
    const text = typeof output === 'string' ? output : output.map((part) => part.text).join('\n');
    return /^Wall time: .*\nOutput:\n(.*)$/s.exec(text)[1];
  },
  say: (item) =>
    named(
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'resp_1' } },
    ),
  call: (id, name, args) =>
    codex.say({ type: 'function_call', call_id: id, namespace: 'mcp__stripe', name, arguments: JSON.stringify(args) }),
  done: () => codex.say({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] }),
};

/**
 * Lets an agent's model make the calls, each a tool's name and its arguments, one after the other. Returns the tools that the
 * model was offered, and what it was told about each call.
 */
export async function play(t, agent, env, calls) {
  const told = [];
  let offered;
  const answer = (heard) => {
    const names = agent.offered(heard);
    if (!names) return agent.done();
    if (offered) told.push(agent.told(heard));
    offered = names;
    return told.length < calls.length ? agent.call(`call_${told.length}`, ...calls[told.length]) : agent.done();
  };
  const surprises = [];
  const model = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    if (request.method !== 'POST') return response.writeHead(404).end(); // such as a list of models
    response.setHeader('Content-Type', 'text/event-stream');
    try {
      response.end(answer(JSON.parse(body)));
    } catch (error) {
      surprises.push(error, body.slice(-2_000));
      response.end(agent.done()); // so that the agent ends
    }
  });
  const { command, variables } = await agent.start(env, await listen(t, model));
  const { code, stdout, stderr } = await run(t, { ...env, ...variables }, command);
  assert.deepEqual(surprises, []);
  assert.equal(code, 0, stderr);
  assert.equal(told.length, calls.length, stderr);
  assert.match(stdout, /Done\./);
  return { offered, told };
}
