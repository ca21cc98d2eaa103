// What a model gets to see of the program through the agents that people use. The model is a script, and the agents are real.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import Stripe from 'stripe';

import { claude, codex, copilot, gemini, play } from './agents.js';
import { entry, shutIn } from './client.js';
import { program, simulator, toolNames } from './program.js';

/** Runs the program on the simulator's state that belongs to env, and returns what it prints. */
async function stripe(env, ...args) {
  const { stdout } = await promisify(execFile)(program, ['--simulator', ...args], { env });
  return stdout;
}

/** Makes a customer with so many subscriptions. */
async function subscribe(address, count) {
  const { hostname, port } = new URL(address);
  const api = new Stripe('sk_test_made_up', { host: hostname, port, protocol: 'http', telemetry: false });
  const { id: customer } = await api.customers.create({ email: 'jenny@example.com' });
  const items = [{ price: 'price_starter_monthly_eur' }];
  for (let i = 0; i < count; i++) await api.subscriptions.create({ customer, items, payment_behavior: 'default_incomplete' });
}

/** Takes an error's text apart: one line of plain words, one with the hint, and one object. */
function failure(text) {
  const lines = text.split('\n');
  assert.equal(lines.length, 3, text);
  const { error } = JSON.parse(lines[2]);
  assert.equal(lines[0], `${error.outcome}: ${error.message}`);
  assert.equal(lines[1], `hint: ${error.hint}`);
  return error;
}

const cart = {
  mode: 'payment',
  line_items: [{ price: 'price_tshirt_eur' }],
  success_url: 'https://shop.example/thanks',
};

for (const agent of [gemini, claude, codex, copilot]) {
  test(`the model of ${agent.name}`, { timeout: 300_000 }, async (t) => {
    const { address, env: home } = await simulator(t);
    const env = await shutIn(t, home);
    await subscribe(address, 101); // one more than a page can have
    const page = await stripe(env, 'call', 'stripe_list_subscriptions', 'status=all');
    await agent.client.configure(env, entry(env));
    const { offered, told } = await play(t, agent, env, [
      ['stripe_create_customer', { email: 'jenny@example.com', name: 'Jenny & <Rosen>' }],
      ['stripe_create_customer', { emial: 'jenny@example.com' }],
      ['stripe_create_checkout_session', { ...cart, customer: 'cus_jenny', customer_email: 'jenny@example.com' }],
      ['stripe_get_customer', { customer_id: 'cus_nobody' }],
      ['stripe_list_subscriptions', { status: 'all' }],
      ['stripe_list_subscriptions', { status: 'all', limit: 100 }],
    ]);

    await t.test('is offered all tools', () => assert.deepEqual(offered.toSorted(), toolNames.toSorted()));
    await t.test('sees an answer as it is', async () => {
      const customer = JSON.parse(told[0]);
      assert.equal(customer.name, 'Jenny & <Rosen>');
      const exists = await stripe(env, 'call', 'stripe_get_customer', `customer_id=${customer.id}`);
      assert.deepEqual(customer, JSON.parse(exists));
    });
    await t.test('sees which argument is missing', () => assert.match(told[1], /required.*email|email.*required/s));
    await t.test('sees why a call was not sent', () => {
      const { outcome, problems } = failure(told[2]);
      assert.equal(outcome, 'refused');
      assert.match(problems.join('\n'), /customer_email/);
    });
    await t.test('sees what Stripe says and what to do', () => {
      const { outcome, code, message } = failure(told[3]);
      assert.deepEqual([outcome, code], ['failed', 'resource_missing']);
      assert.match(message, /cus_nobody/);
    });
    await t.test('sees a whole page', () => {
      assert.ok(JSON.parse(page).has_more, page);
      assert.equal(told[4], page.trimEnd());
    });
    await t.test('sees where a page goes on, however little it sees of it', () => {
      assert.match(told[5], /^\{"has_more":true,"next_cursor":"sub_\w+","/);
    });
  });
}
