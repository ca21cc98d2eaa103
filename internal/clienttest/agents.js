// Other people's agents with a model that is a script on loopback: what it is offered, what it calls, and what it is then told.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { listen, run } from './client.js';
import { claudeCode, codexCLI, copilotCLI, geminiCLI } from './clients.js';

const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const named = (...events) => events.map((data) => `event: ${data.type}\n${event(data)}`).join('');

// Each agent says which client it is, how that is run with a model at an address, and how one speaks the model's language:
// flags:   what follows the client's command
// env:     the variables that it needs
// offered: the names of our tools in a request; undefined if the request has no tools, because it asks for a title, say
// told:    what the request says about the call before it
// call:    the model's answer that calls a tool
// done:    the model's answer that ends the turn

export const gemini = {
  name: 'Gemini CLI',
  client: geminiCLI,
  flags: () => ['--model', 'gemini-2.5-flash', '--yolo', '--prompt', 'Play the script.'],
  env: (address) => ({ GEMINI_API_KEY: 'made-up', GOOGLE_GEMINI_BASE_URL: address }),
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
  client: claudeCode,
  flags: () => ['--allowedTools', 'mcp__stripe', '--print', 'Play the script.'],
  env: (address) => ({ ANTHROPIC_API_KEY: 'made-up', ANTHROPIC_BASE_URL: address, ENABLE_TOOL_SEARCH: 'false' }),
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
  client: codexCLI,
  flags: (address) => [
    ...['exec', '--strict-config', '--skip-git-repo-check'],
    ...[
      'model="scripted"',
      'model_provider="scripted"',
      `model_providers.scripted={name="scripted",base_url="${address}",wire_api="responses",env_key="SCRIPTED_KEY"}`,
      'mcp_servers.stripe.default_tools_approval_mode="approve"',
      'mcp_servers.stripe.required=true',
      'mcp_servers.stripe.startup_timeout_sec=120',
    ].flatMap((setting) => ['--config', setting]),
    'Play the script.',
  ],
  env: () => ({ SCRIPTED_KEY: 'made-up' }),
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

export const copilot = {
  name: 'Copilot CLI',
  client: copilotCLI,
  flags: () => ['--allow-all-tools', '--prompt', 'Play the script.'],
  env: (address) => ({ COPILOT_MODEL: 'scripted', COPILOT_PROVIDER_BASE_URL: address }),
  offered: ({ tools }) =>
    tools
      ?.filter((tool) => tool.function.name.startsWith('stripe-'))
      .map((tool) => tool.function.name.slice('stripe-'.length)),
  told({ messages }) {
    const { content } = messages.findLast(({ role }) => role === 'tool');
    return content.replace(/^MCP server 'stripe': /, ''); // the client's own words
  },
  say: (delta, reason) =>
    event({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] }) + 'data: [DONE]\n\n',
  call(id, name, args) {
    const call = { index: 0, id, type: 'function', function: { name: `stripe-${name}`, arguments: JSON.stringify(args) } };
    return copilot.say({ role: 'assistant', tool_calls: [call] }, 'tool_calls');
  },
  done: () => copilot.say({ role: 'assistant', content: 'Done.' }, 'stop'),
};

/**
 * Lets the model of an agent, which env has configured, make the calls, each a tool's name and its arguments, one after the
 * other. Returns the tools that the model was offered, and what it was told about each call.
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
  const address = await listen(t, model);
  const command = [...agent.client.command, ...agent.flags(address)];
  const { code, stdout, stderr } = await run(t, { ...env, ...agent.client.quiet, ...agent.env(address) }, command);
  assert.deepEqual(surprises, []);
  assert.equal(code, 0, stderr);
  assert.equal(told.length, calls.length, stderr);
  assert.match(stdout, /Done\./);
  return { offered, told };
}
