// The official TypeScript SDK's client against the program.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';

import { emptyHome, program, toolNames } from './program.js';

/** Starts the program, or a command that ends in it, and shakes hands. */
async function connect(t, { command = program, args = ['--simulator'], env } = {}) {
  const client = new Client({ name: 'clienttest', version: '1' });
  const complaints = [];
  client.onerror = (error) => complaints.push(error); // such as a line on stdout that is no message
  t.after(async () => {
    await client.close();
    assert.deepEqual(complaints, []);
  });
  await client.connect(new StdioClientTransport({ command, args, env: env ?? (await emptyHome(t)) }));
  return client;
}

/** The one text block of a result, parsed: all of it, or the last line of an error's. */
function parsed(result) {
  assert.deepEqual(result.content.map((block) => block.type), ['text']);
  return JSON.parse(result.content[0].text.split('\n').at(-1));
}

/**
 * Calls a tool that must succeed, and returns its answer. The SDK has the schemas from listTools, and throws for a
 * structured answer that does not conform.
 */
async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, result.content[0].text);
  assert.deepEqual(parsed(result), result.structuredContent);
  return result.structuredContent;
}

/** Calls a tool that must fail, and returns its error. */
async function fail(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true);
  assert.equal(result.structuredContent, undefined);
  return parsed(result).error;
}

test('says who it is and what it offers', async (t) => {
  const client = await connect(t);
  assert.equal(client.getServerVersion().name, 'stripe-mcp');
  assert.match(client.getInstructions(), /SIMULATOR/);
  assert.deepEqual(Object.keys(client.getServerCapabilities()), ['tools']);
  assert.deepEqual(await client.ping(), {});

  const { tools, nextCursor } = await client.listTools();
  assert.equal(nextCursor, undefined);
  assert.deepEqual(tools.map((tool) => tool.name), toolNames);
  for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
    assert.ok(title && description, `${name} has no title or description`);
    assert.equal(inputSchema.additionalProperties, false, name);
    assert.ok(outputSchema?.properties, `${name} has no output schema`);
    assert.deepEqual(
      Object.keys(annotations).sort(),
      ['destructiveHint', 'idempotentHint', 'openWorldHint', 'readOnlyHint'],
      name,
    );
  }
});

test('all ten tools answer as they promise', async (t) => {
  const client = await connect(t);
  await client.listTools();

  const customer = await call(client, 'stripe_create_customer', {
    email: 'jenny@example.com',
    name: 'Jenny Rosen',
    metadata: { crm: '42' },
  });
  assert.match(customer.id, /^cus_/);
  assert.deepEqual(await call(client, 'stripe_get_customer', { customer_id: customer.id }), customer);

  const session = await call(client, 'stripe_create_checkout_session', {
    mode: 'payment',
    success_url: 'https://example.com/thanks?id={CHECKOUT_SESSION_ID}&lang=de',
    customer: customer.id,
    line_items: [
      { price: 'price_tshirt_eur', quantity: 2 },
      { price_data: { currency: 'eur', unit_amount: 499, product_data: { name: 'Gift wrap' } } },
    ],
  });
  assert.equal(session.amount_total, 5499);
  assert.equal(session.amount_total_display, '54.99 EUR');
  const { line_items: lines, ...shown } = await call(client, 'stripe_get_checkout_session', { session_id: session.id });
  assert.deepEqual(shown, session);
  assert.deepEqual(lines.map((line) => line.amount_total), [5000, 499]);
  const sessions = await call(client, 'stripe_list_checkout_sessions', { customer: customer.id });
  assert.deepEqual([sessions.has_more, sessions.data.map((row) => row.id)], [false, [session.id]]);

  const subscription = await call(client, 'stripe_create_subscription', {
    customer: customer.id,
    items: [{ price: 'price_starter_monthly_eur' }],
    payment_behavior: 'default_incomplete',
  });
  assert.equal(subscription.status, 'incomplete');
  const unpaid = await call(client, 'stripe_get_subscription', { subscription_id: subscription.id });
  assert.match(unpaid.hosted_invoice_url, /^http/);
  const subscriptions = await call(client, 'stripe_list_subscriptions', { customer: customer.id, limit: 1 });
  assert.deepEqual(subscriptions.data.map((row) => row.id), [subscription.id]);
  const canceled = await call(client, 'stripe_cancel_subscription', { subscription_id: subscription.id });
  assert.equal(canceled.id, subscription.id);
  assert.ok(canceled.canceled_at);

  const portal = await call(client, 'stripe_create_billing_portal_session', {
    customer: customer.id,
    return_url: 'https://example.com/account',
  });
  assert.equal(portal.customer, customer.id);
});

test('what goes wrong reaches the model', async (t) => {
  const client = await connect(t);
  await client.listTools();

  await t.test('Stripe says no', async () => {
    const error = await fail(client, 'stripe_get_customer', { customer_id: 'cus_nobody' });
    assert.equal(error.outcome, 'failed');
    assert.equal(error.code, 'resource_missing');
    assert.ok(error.hint);
  });

  await t.test('the arguments are wrong', async () => {
    const error = await fail(client, 'stripe_create_customer', { emial: 'jenny@example.com' });
    assert.equal(error.outcome, 'refused');
    assert.equal(error.type, 'invalid_arguments');
    assert.ok(error.problems.some((problem) => problem.includes('emial')), error.problems);
  });

  await t.test('there is no such tool', async () => {
    await assert.rejects(client.callTool({ name: 'stripe_refund', arguments: {} }), { code: ErrorCode.InvalidParams });
  });
});

test('ends by itself when the client closes', async (t) => {
  const env = await emptyHome(t);
  // A signal from the SDK would end the shell before it writes the code down.
  const client = await connect(t, {
    command: 'sh',
    args: ['-c', '"$0" --simulator; echo $? >"$HOME/code"', program],
    env,
  });
  await client.ping();
  await client.close();
  assert.equal(await readFile(join(env.HOME, 'code'), 'utf8'), '0\n');
});
