// The published schemas in another implementation of JSON Schema, at its strictest: that they are sound, and that answers conform.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, test } from 'node:test';
import { promisify } from 'node:util';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Stripe from 'stripe';

import { emptyHome, program, simulator, toolNames } from './program.js';

async function connect(t, env) {
  const client = new Client({ name: 'clienttest', version: '1' });
  t.after(() => client.close());
  await client.connect(new StdioClientTransport({ command: program, args: ['--simulator'], env }));
  return client;
}

const compile = (schema) =>
  new Ajv2020({ strict: true, strictTypes: true, strictTuples: true, strictRequired: true, allErrors: true }).compile(schema);

/** All schemas inside a schema, and itself. */
function* inside(schema) {
  if (typeof schema !== 'object') return;
  yield schema;
  for (const inner of Object.values(schema.properties ?? {})) yield* inside(inner);
  for (const inner of [schema.items, schema.additionalProperties]) if (inner) yield* inside(inner);
}

let tools;
before(async (t) => {
  tools = (await (await connect(t, await emptyHome(t))).listTools()).tools;
});

test('the schemas are sound', () => {
  for (const { name, inputSchema, outputSchema } of tools) {
    assert.doesNotThrow(() => compile(inputSchema), name);
    assert.doesNotThrow(() => compile(outputSchema), name);
  }
});

test('the patterns are regular expressions of JavaScript', () => {
  const patterns = tools.flatMap((tool) => [...inside(tool.inputSchema), ...inside(tool.outputSchema)]).flatMap((s) => s.pattern ?? []);
  assert.ok(patterns.length > 0);
  for (const pattern of patterns) {
    for (const flag of ['u', 'v']) assert.doesNotThrow(() => new RegExp(pattern, flag), `${pattern} with ${flag}`);
  }
});

test('answers conform, whatever became of the objects', { timeout: 300_000 }, async (t) => {
  const { address, env } = await simulator(t);
  const { hostname, port } = new URL(address);
  const stripe = new Stripe('sk_test_made_up', { host: hostname, port, protocol: 'http', telemetry: false });
  const play = (...args) => promisify(execFile)(program, ['simulator', ...args], { env });
  const client = await connect(t, env);
  const checks = new Map(tools.map((tool) => [tool.name, compile(tool.outputSchema)]));
  const answers = [];
  const call = async (name, args) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: args });
    assert.ok(!isError, content[0].text);
    assert.deepEqual(JSON.parse(content[0].text), structuredContent);
    const check = checks.get(name);
    assert.ok(check(structuredContent), `${name}: ${JSON.stringify(check.errors)} in ${content[0].text}`);
    answers.push({ name, answer: structuredContent });
    return structuredContent;
  };
  const card = { payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } };

  await play('seed');
  const plain = await call('stripe_create_customer', { email: 'plain@shop.example' });
  const full = await call('stripe_create_customer', {
    email: 'full@shop.example',
    name: 'Jenny & <Rosen> \u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
    phone: '+49 30 901820',
    description: 'likes tea',
    metadata: { crm: '42', note: 'one\ntwo' },
  });
  const payer = await stripe.customers.create({ email: 'payer@shop.example', ...card });
  const owner = await stripe.customers.create({ email: 'owner@shop.example', ...card });
  const gone = await stripe.customers.create({ email: 'gone@shop.example' });
  await stripe.customers.del(gone.id);
  const customers = [plain, full, payer, owner, gone];

  const success = { success_url: 'https://shop.example/thanks?id={CHECKOUT_SESSION_ID}' };
  const own = (currency, unit_amount, more) => ({ price_data: { currency, unit_amount, product_data: { name: 'Own' }, ...more } });
  for (const more of [
    { mode: 'payment', line_items: [{ price: 'price_tshirt_eur', quantity: 2 }], cancel_url: 'https://shop.example/cart' },
    { mode: 'payment', line_items: [own('usd', 1999), own('usd', 0)], customer_email: 'guest@shop.example' },
    { mode: 'payment', line_items: [own('jpy', 1500)], metadata: { order: '1' } },
    { mode: 'payment', line_items: [own('kwd', 15500)], customer: plain.id },
    { mode: 'subscription', line_items: [{ price: 'price_free_monthly_eur' }], customer: full.id },
    { mode: 'subscription', line_items: [{ price: 'price_team_yearly_usd', quantity: 3 }] },
    { mode: 'subscription', line_items: [own('gbp', 12000, { recurring: { interval: 'month', interval_count: 3 } })] },
  ]) {
    await call('stripe_create_checkout_session', { ...success, ...more });
  }

  const item = (price, quantity) => ({ price, quantity });
  for (const more of [
    { customer: plain.id, items: [item('price_starter_monthly_eur')], payment_behavior: 'default_incomplete' },
    { customer: full.id, items: [item('price_starter_monthly_eur', 5)], trial_period_days: 14, metadata: { team: 'red' } },
    { customer: payer.id, items: [item('price_team_monthly_usd', 2)] },
    { customer: payer.id, items: [item('price_team_yearly_usd')], cancel_at_period_end: true },
    { customer: owner.id, items: [item('price_club_monthly_jpy', 3)] },
    { customer: owner.id, items: [item('price_club_monthly_jpy')], trial_period_days: 700 },
  ]) {
    await call('stripe_create_subscription', more);
  }
  await call('stripe_create_billing_portal_session', { customer: payer.id, return_url: 'https://shop.example/account' });

  const all = {};
  const look = async () => {
    for (const { id } of customers) await call('stripe_get_customer', { customer_id: id });
    for (const [kind, list, get, argument] of [
      ['session', 'stripe_list_checkout_sessions', 'stripe_get_checkout_session', 'session_id'],
      ['subscription', 'stripe_list_subscriptions', 'stripe_get_subscription', 'subscription_id'],
    ]) {
      all[kind] = [];
      const rule = kind === 'subscription' ? { status: 'all' } : {};
      let page;
      do {
        const after = page && { starting_after: page.next_cursor };
        page = await call(list, { limit: 4, ...rule, ...after });
        all[kind].push(...page.data);
      } while (page.has_more);
      for (const { id } of all[kind]) await call(get, { [argument]: id });
      await call(list, { customer: payer.id });
    }
  };
  await look();
  const active = all.subscription.filter(({ status }) => status === 'active');
  await call('stripe_cancel_subscription', { subscription_id: active[0].id, cancel_at_period_end: true });
  await call('stripe_cancel_subscription', { subscription_id: active[1].id });
  await play('advance', '1month');
  await look();

  const states = (kind) => [...new Set(answers.flatMap(({ answer }) => answer.data ?? [answer])
    .filter(({ id }) => id.startsWith(kind)).map(({ status }) => status))].sort();
  assert.deepEqual(states('sub_'), ['active', 'canceled', 'incomplete', 'incomplete_expired', 'past_due', 'trialing']);
  assert.deepEqual(states('cs_'), ['complete', 'expired', 'open']);
  assert.deepEqual([...new Set(answers.map(({ name }) => name))].sort(), toolNames.toSorted());
  assert.ok(answers.length >= 50, `only ${answers.length} answers`);
  t.diagnostic(`${answers.length} answers conform`);
});
